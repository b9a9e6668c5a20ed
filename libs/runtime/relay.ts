import type { Log } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';
import type { Handle } from './handle.ts';
import type { Logger } from './logger.ts';
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
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function relay(subject: string): Promise<void> {
    const unlogged = (await deps.store.load(subject))?.unlogged ?? [];
    // Nothing is left to tell, so it leaves the list, where it would take the place of others.
    if (unlogged.length === 0) return deps.store.settle(subject, []);
    await deps.handle.tell(subject, unlogged);
    deps.telemetry.count('twofold.relayed');
    deps.logger.info('relayed', { subject, count: unlogged.length });
  }

  async function relayAll(): Promise<void> {
    const subjects = await deps.store.unlogged(deps.now() - (deps.unloggedMs ?? unloggedMsMin), subjectsMax);
    let failure: unknown;
    for (const subject of subjects) {
      if (stopped) return;
      // One that cannot be told keeps none of those behind it waiting.
      await relay(subject).catch((error: unknown) => (failure ??= error));
    }
    if (failure !== undefined) throw failure;
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(
      () => {
        round = relayAll()
          .catch((error: unknown) => deps.logger.warn('relay-waits', { error }))
          .finally(schedule);
      },
      Math.min(everyMs, deps.unloggedMs ?? everyMs),
    );
  }
  schedule();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
