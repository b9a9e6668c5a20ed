import { topics } from '#schemas/topics.ts';
import type { Log } from '#storage/log.ts';
import type { Filling } from '#storage/restoration.ts';
import type { Logger } from '../logger.ts';
import { catchUp } from './catch-up.ts';
import { createReport, type Report } from './report.ts';
import { createSends } from './sends.ts';
import { createVersions } from './versions.ts';
import { fillPartition, type Ground } from './whole.ts';

/** Copies older than this are filled from the beginning: reading a long span subject by subject would take more memory. */
const nearMsMax = 15 * 60_000;
/** How far the clocks of the store and of the log may be apart. */
const skewMs = 60_000;
const partitionsAtOnce = 3;

export type FillOptions = {
  readonly log: Pick<Log, 'read' | 'partitions'>;
  readonly filling: Filling;
  readonly logger: Logger;
  readonly now: () => number;
  /** Told at the beginning, for who shows how far it is. */
  readonly begun?: (report: Report) => void;
  /** Partitions of the journal that are not to be done, as they are done already. */
  readonly done?: ReadonlySet<number>;
  readonly partitionDone?: (partition: number) => Promise<void>;
};

/**
 * Fills the buckets from the log, all that they may lack: from a minute before their oldest beat, or, where one has none, from the
 * beginning. Rejects as soon as log or store do; it may be begun again at any time.
 */
export async function fillFromLog(options: FillOptions): Promise<Report> {
  const { log, filling, logger } = options;
  const now = options.now();
  const from = beginningOf(filling, now);
  const count = await log.partitions(topics.journal.name);
  const report = createReport(logger, count, now);
  options.begun?.(report);
  const sends = createSends(filling, now, from === undefined);
  const ground: Ground = { log, filling, now, report, sends, versions: createVersions(filling) };
  if (from === undefined) await fillPartitions(ground, count, options);
  else await catchUp(ground, from);
  await ground.versions.end();
  await sends.end();
  return report;
}

async function fillPartitions(ground: Ground, count: number, { done, partitionDone }: FillOptions): Promise<void> {
  const waiting = Array.from({ length: count }, (_, partition) => partition).filter((one) => !done?.has(one));
  const worker = async () => {
    for (let partition = waiting.shift(); partition !== undefined; partition = waiting.shift()) {
      await fillPartition(ground, partition);
      ground.report.partitionDone();
      await partitionDone?.(partition);
    }
  };
  const endAll = (error: unknown) => {
    waiting.length = 0;
    throw error;
  };
  const ends = await Promise.allSettled(Array.from({ length: partitionsAtOnce }, () => worker().catch(endAll)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Undefined where nothing is known to be there. */
function beginningOf({ buckets }: Filling, now: number): number | undefined {
  const beats = buckets.map(({ beat }) => beat);
  const oldest = Math.min(...beats.map((beat) => beat ?? 0));
  return oldest > now - nearMsMax ? oldest - skewMs : undefined;
}
