import type { Log } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';
import type { Handle } from './handle.ts';
import type { Logger } from './logger.ts';
import { startRounds } from './rounds.ts';
import type { Telemetry } from './telemetry.ts';

const everyMs = 2_000;
const unloggedMsMin = 10_000;
const subjectsMax = 500;

/**
 * Tells what a process committed and could not tell any more: it died between commit and publication, or the log was away.
 * Only what has waited 10 s, so that it rarely publishes beside the committing process; doing so would only make duplicates.
 */
export function startRelay(deps: {
  readonly store: Store;
  readonly log: Log;
  readonly handle: Handle;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly now: () => number;
  /** Sooner in tests. */
  readonly unloggedMs?: number;
}): { stop(): Promise<void> } {
  const unloggedMs = deps.unloggedMs ?? unloggedMsMin;
  let stopped = false;
  /** Since when the oldest that no round could tell waits; its commit was at least so long ago. */
  let overdueSince: number | undefined;
  deps.telemetry.gauge('twofold.log.unlogged', () =>
    overdueSince === undefined ? 0 : Math.max((deps.now() - overdueSince) / 1_000, 0),
  );
  // From the start on, so that the first one is seen as a rise.
  deps.telemetry.count('twofold.relayed', {}, 0);

  async function relay(subject: string): Promise<void> {
    const record = await deps.store.load(subject);
    // Nothing is left to tell, so it leaves the list, where it would take the place of others.
    if (!record || record.unlogged.length === 0) return void (await deps.store.settle(subject, []));
    await deps.handle.tell(subject, record);
    deps.telemetry.count('twofold.relayed');
    deps.logger.info('relayed', { subject, count: record.unlogged.length });
  }

  async function relayAll(): Promise<void> {
    const before = deps.now() - unloggedMs;
    const subjects = await deps.store.unlogged(before, subjectsMax);
    overdueSince = subjects.length === 0 ? undefined : (overdueSince ?? before);
    let failure: unknown;
    for (const subject of subjects) {
      if (stopped) return;
      // One that cannot be told keeps none of those behind it waiting.
      await relay(subject).catch((error: unknown) => (failure ??= error));
    }
    if (failure !== undefined) throw failure;
    overdueSince = undefined;
  }

  const rounds = startRounds(Math.min(everyMs, unloggedMs), relayAll, (error) =>
    deps.logger.warn('relay-waits', { error }),
  );
  return {
    stop() {
      stopped = true;
      return rounds.stop();
    },
  };
}
