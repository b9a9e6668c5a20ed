import { readLink, type Link } from '#core/chain.ts';
import { foldEvent, type Folded } from '#core/replay.ts';
import type { LogRecord } from '#storage/log.ts';
import { dataFault } from './validate.ts';

export type Folding = {
  /** Takes the next record of the journal, and answers the link that it added; what is no event of a chain changes nothing. */
  add(record: LogRecord): Link | undefined;
  get(subject: string): Folded | undefined;
  subjects(): IterableIterator<string>;
  /** The log's time of the newest record, Unix milliseconds. */
  newestAt(): number;
};

export type FoldingRest = {
  /** What to begin with before a link that is not the first of its life. */
  readonly begin?: (link: Link) => Folded | undefined;
  /** Told of an event that stands where another one of the chain does, as far as that one is among the last: the first one counts. */
  readonly forked?: (link: Link) => void;
};

type Current = Folded & {
  readonly partition: number;
  /** Hashes of the last events, the newest last. */
  readonly recent: readonly string[];
};

const recentMax = 8;
const dayMs = 86_400_000;
const documentsKept = 50_000;

/**
 * Folds many subjects at once. It keeps a document for each whose record lives at the place of reading, or ended within
 * the day before it; of the others only life, version and head, since nothing can be added to them any more.
 * @param documentsMin up to so many documents it does not look which of them are over
 * @param rest what the journal tells of a subject whose beginning it no longer has, and what contradicts its chain
 */
export function createFolding(documentsMin = documentsKept, rest: FoldingRest = {}): Folding {
  const current = new Map<string, Current>();
  const over = new Map<string, Folded>();
  const latest = new Map<number, number>();
  let documentsMax = documentsMin;

  /** Partitions are read at their own pace, so what is over is judged by the time that its partition has reached. */
  function forget(): void {
    for (const [subject, { partition, recent: _, ...folded }] of current) {
      const lives = folded.expiresAt === 0 || folded.expiresAt > (latest.get(partition) ?? 0) - dayMs;
      if (lives && !folded.erased) continue;
      current.delete(subject);
      over.set(subject, { ...folded, document: undefined });
    }
    documentsMax = Math.max(documentsMin, 2 * current.size);
  }

  /** What the journal has lost is begun with once, whether or not this link goes on from it. */
  function beginWith(link: Link, partition: number): Current | undefined {
    if (link.version === 1 || !rest.begin || over.has(link.subject)) return undefined;
    const begun = rest.begin(link);
    if (!begun) return undefined;
    const known = { ...begun, partition, recent: [begun.head] };
    current.set(link.subject, known);
    return known;
  }

  return {
    add(record) {
      const { partition, appendedAt } = record;
      latest.set(partition, Math.max(appendedAt, latest.get(partition) ?? 0));
      const read = readLink(record);
      if (!read.ok || dataFault(read.link.type, read.link.data) !== undefined) return undefined;
      const { link } = read;
      const known = current.get(link.subject) ?? beginWith(link, partition);
      const before = known ?? over.get(link.subject);
      const folded = foldEvent(before, link);
      if (!folded || folded === before) {
        if (known && isFork(known, link)) rest.forked?.(link);
        return undefined;
      }
      over.delete(link.subject);
      const recent =
        known && folded.life === known.life ? [...known.recent.slice(1 - recentMax), link.hash] : [link.hash];
      current.set(link.subject, { ...folded, partition, recent });
      if (current.size > documentsMax) forget();
      return link;
    },
    get: (subject) => current.get(subject) ?? over.get(subject),
    *subjects() {
      yield* current.keys();
      yield* over.keys();
    },
    newestAt: () => Math.max(0, ...latest.values()),
  };
}

/** Another event has this place in the chain, or this one was made after another event than the last. */
function isFork({ life, version, recent, head, erased }: Current, link: Link): boolean {
  if (link.life !== life || erased) return false;
  if (link.version === version + 1) return link.prev !== head;
  const known = recent.at(link.version - version - 1);
  return link.version <= version && version - link.version < recent.length && known !== link.hash;
}
