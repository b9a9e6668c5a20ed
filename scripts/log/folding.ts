import { readLink } from '#core/chain.ts';
import { foldEvent, type Folded } from '#core/replay.ts';
import { dataFault } from '#runtime/validate.ts';
import type { LogRecord } from '#storage/log.ts';

export type Folding = {
  /** Takes the next record of the journal; what is no event of a chain changes nothing. */
  add(record: LogRecord): void;
  get(subject: string): Folded | undefined;
  subjects(): IterableIterator<string>;
  /** The log's time of the newest record, Unix milliseconds. */
  newestAt(): number;
};

const dayMs = 86_400_000;
const documentsKept = 50_000;

/**
 * Folds many subjects at once. It keeps a document for each whose record lives at the place of reading, or ended within
 * the day before it; of the others only life, version and head, since nothing can be added to them any more.
 * @param documentsMin up to so many documents it does not look which of them are over
 */
export function createFolding(documentsMin = documentsKept): Folding {
  const current = new Map<string, Folded & { readonly partition: number }>();
  const over = new Map<string, Folded>();
  const latest = new Map<number, number>();
  let documentsMax = documentsMin;

  /** Partitions are read at their own pace, so what is over is judged by the time that its partition has reached. */
  function forget(): void {
    for (const [subject, { partition, ...folded }] of current) {
      const lives = folded.expiresAt === 0 || folded.expiresAt > (latest.get(partition) ?? 0) - dayMs;
      if (lives && !folded.erased) continue;
      current.delete(subject);
      over.set(subject, { ...folded, document: undefined });
    }
    documentsMax = Math.max(documentsMin, 2 * current.size);
  }

  return {
    add(record) {
      const { partition, appendedAt } = record;
      latest.set(partition, Math.max(appendedAt, latest.get(partition) ?? 0));
      const read = readLink(record);
      if (!read.ok || dataFault(read.link.type, read.link.data) !== undefined) return;
      const { subject } = read.link;
      const before = current.get(subject) ?? over.get(subject);
      const folded = foldEvent(before, read.link);
      if (!folded || folded === before) return;
      over.delete(subject);
      current.set(subject, { ...folded, partition });
      if (current.size > documentsMax) forget();
    },
    get: (subject) => current.get(subject) ?? over.get(subject),
    *subjects() {
      yield* current.keys();
      yield* over.keys();
    },
    newestAt: () => Math.max(0, ...latest.values()),
  };
}
