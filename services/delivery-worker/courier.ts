import type { ChannelName } from '#schemas/channel.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { createBreaker, type Breaker } from './breaker.ts';
import { createCallSlots } from './call-slots.ts';
import type { OutgoingMessage, Provider, SendOutcome } from './providers/provider.ts';

/** Calls the providers of one channel: a breaker each, a bound on calls, a time-out on every one. */
export type Courier = {
  readonly channel: ChannelName;
  /** Names in the order to try: the tenant's choice among what the operator has, else the operator's order. */
  order(wanted: readonly string[] | undefined): string[];
  /** Whether a provider might be called now; the right itself is taken by `call`. One that is not known is never called. */
  state(provider: string): 'closed' | 'half-open' | 'open';
  /** Ends within 10 s. Not broken off by a stop: a call broken off is one nobody knows the outcome of. */
  call(provider: string, message: OutgoingMessage): Promise<SendOutcome>;
  /** `closed`: some provider works. `open`: none may be called. `half-open`: one trial call may show that one works again. */
  health(): 'closed' | 'half-open' | 'open';
  close(): Promise<void>;
};

/** Their places are the values of the gauge. */
const breakerStates = ['closed', 'half-open', 'open'];
const callMsMax = 10_000;
const codeCallsMax = 64;
/** Beside those of codes, so that no code waits behind a notice for its call. */
const noticeCallsMax = 8;

/** The operator's providers of one channel, each behind a breaker of its own, all within one bound of calls. */
export function createCourier(foundation: Foundation, channel: ChannelName, providers: readonly Provider[]): Courier {
  const { now, telemetry } = foundation;
  const slots = { code: createCallSlots(codeCallsMax), notice: createCallSlots(noticeCallsMax) };
  const known = new Map(providers.map((provider) => [provider.name, { provider, breaker: createBreaker() }]));
  for (const [name, { breaker }] of known) {
    telemetry.gauge('twofold.provider.breaker', () => breakerStates.indexOf(breaker.state(now())), {
      channel,
      provider: name,
    });
  }

  async function send(provider: Provider, breaker: Breaker, message: OutgoingMessage): Promise<SendOutcome> {
    if (!breaker.tryCall(now())) return { kind: 'temporary', reason: 'breaker-open' };
    const outcome = await telemetry
      .called(`send ${channel}`, { 'twofold.provider': provider.name }, () =>
        provider.send(message, AbortSignal.timeout(callMsMax)),
      )
      // A provider never rejects; if one does all the same, its request may have left.
      .catch((): SendOutcome => ({ kind: 'unknown', reason: 'provider-threw' }));
    breaker.record(outcome.kind, now());
    telemetry.count('twofold.provider.calls', { provider: provider.name, outcome: outcome.kind });
    return outcome;
  }

  return {
    channel,
    order(wanted) {
      const all = [...known.keys()];
      const chosen = wanted?.filter((name) => known.has(name)) ?? [];
      return chosen.length > 0 ? chosen : all;
    },
    state: (name) => known.get(name)?.breaker.state(now()) ?? 'open',
    call(name, message) {
      const entry = known.get(name);
      if (!entry) return Promise.resolve({ kind: 'temporary', reason: 'no-such-provider' });
      const kind = message.noticeId === undefined ? 'code' : 'notice';
      return slots[kind].run(() => send(entry.provider, entry.breaker, message));
    },
    health() {
      const states = [...known.values()].map(({ breaker }) => breaker.state(now()));
      return states.includes('closed') || states.length === 0
        ? 'closed'
        : states.includes('half-open')
          ? 'half-open'
          : 'open';
    },
    async close() {
      await Promise.allSettled(providers.map((provider) => provider.close()));
    },
  };
}
