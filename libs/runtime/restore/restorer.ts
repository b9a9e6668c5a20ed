import { randomUUID } from 'node:crypto';
import type { Log } from '#storage/log.ts';
import type { Closed, Restoration } from '#storage/restoration.ts';
import { Unavailable } from '#storage/unavailable.ts';
import type { Logger } from '../logger.ts';
import { startRounds } from '../rounds.ts';
import type { Telemetry } from '../telemetry.ts';
import { fillFromLog } from './fill.ts';
import type { Progress, Report } from './report.ts';

/** Keeps a store that may have lost data closed until it has what the log has. */
export type Restorer = {
  /** Of the restoration under way here. */
  progress(): Progress | undefined;
  stop(): Promise<void>;
};

const everyMs = 250;
const renewMs = 3_000;

/**
 * Looks four times a second whether the store can be relied on, notes that it could, and where it can not, fills it from the log and opens
 * it. Verifiers do it, one at a time for each bucket; if one dies, the next takes over after 15 s and begins anew.
 */
export function startRestorer(deps: {
  readonly restoration: Restoration;
  readonly log: Pick<Log, 'read' | 'partitions'>;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly now: () => number;
}): Restorer {
  const { restoration, log, logger, telemetry, now } = deps;
  const owner = randomUUID();
  let report: Report | undefined;
  let closed = 0;

  async function round(): Promise<void> {
    const { taken, held } = await restoration.survey(owner);
    closed = taken.length + held;
    if (taken.length > 0) await restore(taken);
  }

  async function restore(taken: readonly Closed[]): Promise<void> {
    const startedAt = performance.now();
    logger.warn('restore-began', { buckets: taken.length, state: taken.every(({ beat }) => beat) ? 'behind' : 'lost' });
    const filling = restoration.fill(taken);
    // What fails here shows in the filling: other buckets are no longer ours, or the server is another one.
    const renewal = setInterval(() => void restoration.survey(owner).catch(() => {}), renewMs);
    try {
      const done = await fillFromLog({ log, filling, logger, now, begun: (begun) => void (report = begun) });
      const open = await filling.open(owner);
      const { restored, events, forks, incomplete } = done.progress();
      const ms = Math.round(performance.now() - startedAt);
      telemetry.count('twofold.restorations', { outcome: open === taken.length ? 'opened' : 'lost' });
      logger.warn('restore-ended', { ms, buckets: open, events, restored, forks, incomplete });
      closed = restoration.buckets - open;
    } finally {
      clearInterval(renewal);
      report = undefined;
    }
  }

  telemetry.gauge('twofold.restore.closed', () => closed);
  telemetry.gauge('twofold.restore.progress', () => {
    const progress = report?.progress();
    return progress && progress.partitionsDone / Math.max(progress.partitions, 1);
  });
  let failing = false;
  const rounds = startRounds(
    everyMs,
    () => round().then(() => void (failing = false)),
    (error) => {
      // A store that is away says so itself, and four times a second would be too often.
      if (!failing)
        logger.warn('restore-waits', { error, reason: error instanceof Unavailable ? error.message : undefined });
      failing = true;
    },
  );
  return { progress: () => report?.progress(), stop: () => rounds.stop() };
}
