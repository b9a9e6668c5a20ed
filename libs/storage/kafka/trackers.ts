import { createWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';

/** One partition of ours: which of its records are dealt with, and what tells its handlers that it is ours no longer. */
export type Tracker = {
  readonly topic: string;
  readonly partition: number;
  readonly watermark: Watermark;
  readonly lost: AbortController;
  committed: bigint;
};

export type Position = { readonly tracker: Tracker; readonly offset: bigint };

export type Trackers = {
  /** Takes over an assignment: keeps what stays ours, aborts what does not. */
  reassign(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): void;
  /** The tracker of a partition, begun at `first` if it is new; undefined if the partition is not ours (yet). */
  open(topic: string, partition: number, first: bigint): Tracker | undefined;
  find(topic: string, partition: number): Tracker | undefined;
  unfinished(): number;
  /** Positions above what is committed. */
  uncommitted(): Position[];
  /** Ends all: their handlers' signals abort, their results count no more. */
  drop(): void;
  /** Aborts all signals, so that nothing more is handed out, and goes on counting. */
  abort(): void;
  /** A fetch from this broker begins, so all batches of the one before have been handed over. */
  fetchStarted(nodeId: string): void;
  /** No fetch is under way. */
  fetchesEnded(): void;
};

const slotOf = (topic: string, partition: number) => `${topic}/${partition}`;

const staleFetchMs = 10_000;

/**
 * What a member knows of its partitions over the generations of its group. As long as the member keeps its id it missed
 * no generation, so a partition that it still has was never anybody else's and its records in flight stay valid; they
 * are fetched again after each join and recognised. With a new id all is lost, whatever the new assignment says.
 */
export function createTrackers(): Trackers {
  const trackers = new Map<string, Tracker>();
  let assigned = new Set<string>();
  let member: string | undefined;
  const fetching = new Set<string>();
  /** Brokers whose batch under way was asked for in an earlier generation. */
  const stale = new Set<string>();
  let joinedAt = 0;

  function drop(): void {
    for (const tracker of trackers.values()) tracker.lost.abort();
    trackers.clear();
    assigned.clear();
    member = undefined;
  }

  /**
   * A batch that was fetched before a join may begin above the offset that is committed. For a partition with a tracker
   * that is no gap; a new tracker must not begin with it, or what lies between would be committed unseen.
   */
  const mayBegin = () => stale.size === 0 || performance.now() - joinedAt > staleFetchMs;

  return {
    reassign(memberId, assignment) {
      if (memberId !== member) drop();
      member = memberId;
      assigned = new Set(
        Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((one) => slotOf(topic, one))),
      );
      for (const [slot, tracker] of trackers) {
        if (assigned.has(slot)) continue;
        tracker.lost.abort();
        trackers.delete(slot);
      }
      stale.clear();
      for (const nodeId of fetching) stale.add(nodeId);
      joinedAt = performance.now();
    },
    open(topic, partition, first) {
      const slot = slotOf(topic, partition);
      const known = trackers.get(slot);
      if (known || !assigned.has(slot) || !mayBegin()) return known;
      const watermark = createWatermark(first);
      const tracker = { topic, partition, watermark, lost: new AbortController(), committed: first };
      trackers.set(slot, tracker);
      return tracker;
    },
    find: (topic, partition) => trackers.get(slotOf(topic, partition)),
    unfinished: () => [...trackers.values()].reduce((sum, { watermark }) => sum + watermark.unfinished(), 0),
    uncommitted: () =>
      [...trackers.values()]
        .map((tracker) => ({ tracker, offset: tracker.watermark.position() }))
        .filter(({ tracker, offset }) => offset > tracker.committed),
    drop,
    abort() {
      for (const { lost } of trackers.values()) lost.abort();
    },
    fetchStarted(nodeId) {
      stale.delete(nodeId);
      fetching.add(nodeId);
    },
    fetchesEnded() {
      fetching.clear();
      stale.clear();
    },
  };
}
