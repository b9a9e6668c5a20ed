import { randomBytes, randomUUID } from 'node:crypto';
import { encodeEvent } from '#core/event.ts';
import { platformSubject } from '#core/subject.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { ProviderProbed } from '#schemas/delivery.ts';
import { probeEveryMs } from '#schemas/provider-note.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Courier } from './courier.ts';
import type { ProbeOutcome, Provider } from './providers/provider.ts';

const probeMsMax = 10_000;
const watchMs = 500;
/** The turn is over a little before the next one begins, so that whoever had it can be followed by another. */
const leaseShare = 0.9;

export type Probing = {
  /** Ends what is under way and asks no more. */
  close(): Promise<void>;
};

/**
 * Asks each provider of a channel whether it takes our credentials: at start, every minute, and when its calls begin to fail or to
 * succeed; and tells what it heard. One of many workers asks each minute, whoever holds the lease, so that a vendor is not asked more
 * often because there are more of us.
 */
export function startProbing(options: {
  readonly foundation: Foundation;
  readonly channel: ChannelName;
  readonly providers: readonly Provider[];
  readonly state: Courier['state'];
  /** Sooner in tests. */
  readonly everyMs?: number;
}): Probing {
  const { foundation, channel, providers, state, everyMs = probeEveryMs } = options;
  const { store, logger, now } = foundation;
  const owner = randomUUID();
  const closing = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  const leaseOf = ({ name }: Provider) => `probe/${channel}/${name}`;

  async function probe(provider: Provider): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(probeMsMax)]);
    const outcome = await provider.probe(signal);
    if (closing.signal.aborted) return;
    await tell(foundation, { channel, name: provider.name, ...verdictOf(outcome, state(provider.name)) });
  }

  /** One question at a time to each; what comes meanwhile is answered by the one that is under way. */
  function ask(provider: Provider): void {
    if (closing.signal.aborted || underWay.has(provider.name)) return;
    const asked = probe(provider)
      .catch((error: unknown) => logger.warn('probe-waits', { provider: provider.name, channel, error }))
      .finally(() => underWay.delete(provider.name));
    underWay.set(provider.name, asked);
  }

  async function askInTurn(provider: Provider): Promise<void> {
    askedAt.set(provider.name, now());
    const lease = await store.lease(leaseOf(provider), owner, everyMs * leaseShare).catch(() => undefined);
    if (lease?.kind === 'granted') ask(provider);
  }

  const health = new Map(providers.map(({ name }) => [name, state(name) === 'closed']));
  const askedAt = new Map(providers.map(({ name }) => [name, now()]));
  function look(provider: Provider): void {
    const { name } = provider;
    const closed = state(name) === 'closed';
    if (closed !== health.get(name)) ask(provider);
    // By the clock and not by a timer: a machine that slept asks as soon as it wakes.
    else if (now() - (askedAt.get(name) ?? 0) >= everyMs) void askInTurn(provider);
    health.set(name, closed);
  }

  providers.forEach(ask);
  const watch = setInterval(() => providers.forEach(look), Math.min(watchMs, everyMs));
  return {
    async close() {
      clearInterval(watch);
      closing.abort();
      await Promise.all(underWay.values());
      // Whoever stays takes the turn over at once.
      await Promise.allSettled(providers.map((provider) => store.yield(leaseOf(provider), owner)));
    },
  };
}

/** A provider whose calls fail does not work, whatever it says of our credentials. */
function verdictOf(outcome: ProbeOutcome, state: ReturnType<Courier['state']>) {
  if (!outcome.working) return outcome;
  return state === 'open' ? { working: false, reason: 'calls-fail' } : { working: true };
}

async function tell({ log, now, service, telemetry }: Foundation, data: ProviderProbed): Promise<void> {
  const id = randomBytes(16).toString('base64url');
  const publishing = telemetry.publishing(['provider-probed']);
  const event = encodeEvent(
    { type: 'provider-probed', about: data.name, data },
    {
      id,
      tenant: 'platform',
      subject: platformSubject,
      source: `/twofold/${service}`,
      time: now(),
      // Nothing caused it but the time.
      causationId: id,
      actor: 'service:delivery-worker',
      traceparent: publishing.traceparents[0],
    },
  );
  await publishing.during(log.publish([event]));
}
