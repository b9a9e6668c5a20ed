import type { Bucket, ReserveResult } from './store.ts';

/**
 * What is counted in one bucket. Exact: `members` by time, `row` of them without a pause. Otherwise `segments` of each
 * window, by its length: number of the segment since 1970 → count.
 */
export type BucketState = {
  readonly members: readonly { readonly command: string; readonly at: number }[];
  readonly row: number;
  readonly segments: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

export type Reservation = {
  readonly result: ReserveResult;
  /** The buckets' states after counting, in order; absent if nothing changed. */
  readonly states?: readonly BucketState[];
};

export const emptyBucket: BucketState = { members: [], row: 0, segments: {} };

/** The length of a segment of a window of `ms`. A segment's number is how many of it have passed since 1970. */
export const segmentMs = (ms: number) => Math.ceil(ms / 20);

/**
 * Counts a command in all buckets or in none (the rule of `Store.reserve`).
 * @param states of the buckets, in their order; `emptyBucket` where there is none
 * @param now Unix milliseconds
 */
export function reserve(
  commandId: string,
  buckets: readonly Bucket[],
  states: readonly BucketState[],
  now: number,
): Reservation {
  const counted = buckets.map((bucket, index) => ({ bucket, state: states[index] ?? emptyBucket }));
  // All buckets of a command are written in one step, so one that knows it speaks for the others.
  const repeated = counted.some(
    ({ bucket, state }) => bucket.exact && state.members.some((m) => m.command === commandId),
  );
  if (repeated) return { result: room(counted, now) };
  for (const { bucket, state } of counted) {
    const at = bucket.exact ? exactAt(bucket, state, now) : segmentedAt(bucket, state, now);
    if (at > now) return { result: { kind: 'refused', limit: bucket.limit, retryAfterMs: at - now } };
  }
  const after = counted.map(({ bucket, state }) => ({
    bucket,
    state: bucket.exact ? addMember(bucket, state, commandId, now) : addToSegments(bucket, state, now),
  }));
  return { result: room(after, now), states: after.map(({ state }) => state) };
}

/** How long a bucket's state can matter, in milliseconds. */
export function memoryMs(bucket: Bucket): number {
  // The oldest segment leaves up to one segment late.
  const spans = bucket.windows.map(({ ms }) => (bucket.exact ? ms : ms + segmentMs(ms)));
  return Math.max(bucket.gap?.quietMs ?? 0, ...spans);
}

function room(counted: readonly { bucket: Bucket; state: BucketState }[], now: number): ReserveResult {
  let nextAt = now;
  let left = Infinity;
  for (const { bucket, state } of counted) {
    if (!bucket.exact) continue;
    nextAt = Math.max(nextAt, exactAt(bucket, state, now));
    for (const { ms, max } of bucket.windows) left = Math.min(left, Math.max(0, max - within(state, ms, now).length));
  }
  return { kind: 'counted', nextAt, left };
}

const within = (state: BucketState, ms: number, now: number) => state.members.filter(({ at }) => at > now - ms);

/** The first moment, not before now, at which an exact bucket takes one more. */
function exactAt(bucket: Bucket, state: BucketState, now: number): number {
  let at = now;
  for (const { ms, max } of bucket.windows) {
    const inside = within(state, ms, now);
    if (inside.length < max) continue;
    // Room is there when all but `max - 1` of them have left; a window of 0 never takes any.
    const leaving = inside[inside.length - max];
    at = Math.max(at, (leaving?.at ?? now) + ms);
  }
  const last = state.members.at(-1);
  if (!bucket.gap || !last) return at;
  const { firstMs, quietMs } = bucket.gap;
  return Math.max(at, last.at + Math.min(firstMs * 2 ** (state.row - 1), quietMs));
}

function addMember(bucket: Bucket, state: BucketState, command: string, now: number): BucketState {
  const last = state.members.at(-1);
  const goesOn = bucket.gap !== undefined && last !== undefined && now - last.at < bucket.gap.quietMs;
  const members = [...within(state, memoryMs(bucket), now), { command, at: now }];
  return { members, row: goesOn ? state.row + 1 : 1, segments: {} };
}

/** As `exactAt`: a segment counts as long as any moment of it is inside the window, so it refuses early, never late. */
function segmentedAt(bucket: Bucket, state: BucketState, now: number): number {
  let at = now;
  for (const { ms, max } of bucket.windows) {
    const inside = segmentsInside(state, ms, now);
    let count = inside.reduce((sum, [, n]) => sum + n, 0);
    if (max < 1) at = Math.max(at, now + ms);
    for (const [segment, n] of inside) {
      if (count < max) break;
      count -= n;
      at = Math.max(at, (segment + 1) * segmentMs(ms) - 1 + ms);
    }
  }
  return at;
}

function addToSegments(bucket: Bucket, state: BucketState, now: number): BucketState {
  const segments: Record<string, Record<string, number>> = {};
  for (const { ms } of bucket.windows) {
    const kept = Object.fromEntries(segmentsInside(state, ms, now));
    const current = Math.floor(now / segmentMs(ms));
    segments[ms] = { ...kept, [current]: (kept[current] ?? 0) + 1 };
  }
  return { members: [], row: 0, segments };
}

function segmentsInside(state: BucketState, ms: number, now: number): [number, number][] {
  const oldest = Math.floor((now - ms + 1) / segmentMs(ms));
  return Object.entries(state.segments[ms] ?? {})
    .map(([segment, n]): [number, number] => [Number(segment), n])
    .filter(([segment]) => segment >= oldest)
    .toSorted(([a], [b]) => a - b);
}
