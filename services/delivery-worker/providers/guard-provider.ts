import { normaliseEmail } from '#core/address.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { ProbeOutcome, Provider, SendOutcome } from './provider.ts';
import { unknown } from './verdict.ts';

/** How long one call to a vendor may take, all of it: DNS, connecting, waiting, reading. */
export const callTimeoutMs = 10_000;

/** How long a vendor's library gets to notice an abort before we answer without it. */
const graceMs = 250;

/** Of every adapter: how long one call may take. Tests shorten it. */
export type ProviderOptions = { readonly timeoutMs?: number };

/** What an adapter adds to the common part. `signal` also ends the call when its time is up; its reason is a word of ours. */
export type Adapter = {
  readonly name: string;
  readonly channel: ChannelName;
  send: Provider['send'];
  probe: Provider['probe'];
  close: Provider['close'];
};

/**
 * Makes an adapter a provider: one call is bounded in time, ends soon after an abort even if the vendor's library
 * doesn't care, and never rejects. Addresses that could be two, or a header, don't get as far as a vendor.
 */
export function guardProvider(adapter: Adapter, options: ProviderOptions = {}): Provider {
  const timeoutMs = options.timeoutMs ?? callTimeoutMs;
  let closed = false;
  return {
    name: adapter.name,
    channel: adapter.channel,
    async send(message, signal): Promise<SendOutcome> {
      if (closed) return { kind: 'temporary', reason: 'closed' };
      if (signal.aborted) return { kind: 'temporary', reason: 'aborted' };
      if (!isOneAddress(adapter.channel, message.to)) return { kind: 'permanent', reason: 'invalid-address' };
      return callWithin(timeoutMs, signal, (bound) => adapter.send(message, bound), unknown);
    },
    async probe(signal): Promise<ProbeOutcome> {
      if (closed) return { working: false, reason: 'closed' };
      if (signal.aborted) return { working: false, reason: 'aborted' };
      return callWithin(timeoutMs, signal, (bound) => adapter.probe(bound), notWorking);
    },
    async close() {
      if (closed) return;
      closed = true;
      // A vendor's library that can't say goodbye must not keep a worker from stopping.
      await adapter.close().catch(() => undefined);
    },
  };
}

const notWorking = (reason: string): ProbeOutcome => ({ working: false, reason });

async function callWithin<T>(
  timeoutMs: number,
  signal: AbortSignal,
  call: (bound: AbortSignal) => Promise<T>,
  giveUp: (reason: string) => T,
): Promise<T> {
  const bound = new AbortController();
  const timer = setTimeout(() => bound.abort('timed-out'), timeoutMs);
  const abort = (): void => bound.abort('aborted');
  signal.addEventListener('abort', abort, { once: true });
  let grace: NodeJS.Timeout | undefined;
  const overdue = new Promise<T>((resolve) => {
    const wait = (): void => {
      grace = setTimeout(() => resolve(giveUp(String(bound.signal.reason))), graceMs);
    };
    bound.signal.addEventListener('abort', wait, { once: true });
  });
  try {
    return await Promise.race([call(bound.signal), overdue]);
  } catch {
    return giveUp('adapter-fault');
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener('abort', abort);
  }
}

/** The gateway normalises addresses; this is the last door before a vendor's grammar, which knows lists and groups. */
function isOneAddress(channel: ChannelName, to: string): boolean {
  if (channel === 'sms') return /^\+[1-9]\d{5,14}$/.test(to);
  const email = normaliseEmail(to);
  return email.ok && email.address === to;
}
