import type { Guarded } from './guarded.ts';
import { bucketOfName, exactLimitKey, segmentLimitKey } from './keys.ts';
import { toTexts } from './replies.ts';
import { scripts } from './scripts.ts';
import type { Bucket, ReserveResult } from '../store.ts';
import { Unavailable } from '../unavailable.ts';

/** What reserve.lua answers. */
type Answer = readonly ['refused' | 'counted', number, number];

/** Counts a command in limits. On one Redis all buckets are decided in one step; see reserveOneByOne for a cluster. */
export async function reserve(
  redis: Guarded,
  now: number,
  commandId: string,
  buckets: readonly Bucket[],
): Promise<ReserveResult> {
  if (redis.clustered) return await reserveOneByOne(redis, now, commandId, buckets);
  return toResult(await ask(redis, now, commandId, buckets), buckets, now);
}

/** Forgets a limit's members, whatever its kind. */
export async function release(redis: Guarded, bucketKey: string): Promise<void> {
  const keys = [exactLimitKey(bucketKey), segmentLimitKey(bucketKey)];
  await redis.run(scripts.release, [bucketOfName(bucketKey)], keys, []);
}

/**
 * In a cluster the buckets are in different slots, so they are counted one after another and taken back if a later one refuses.
 * A crash in between leaves some counted: too many, never too few. The last exact bucket is the mark of a whole reservation.
 */
async function reserveOneByOne(
  redis: Guarded,
  now: number,
  commandId: string,
  buckets: readonly Bucket[],
): Promise<ReserveResult> {
  const exact = buckets.filter((bucket) => bucket.exact);
  const mark = exact.at(-1);
  if (mark && (await holds(redis, mark, commandId))) {
    const answers = await Promise.all(exact.map((bucket) => ask(redis, now, commandId, [bucket], 'peek')));
    return combine(answers, exact, now);
  }
  const answers: Answer[] = [];
  for (const [index, bucket] of buckets.entries()) {
    const answer = await ask(redis, now, commandId, [bucket]);
    if (answer[0] === 'refused') {
      await Promise.all(buckets.slice(0, index).map((counted) => takeBack(redis, now, commandId, counted)));
      return toResult(answer, [bucket], now);
    }
    answers.push(answer);
  }
  return combine(answers, buckets, now);
}

async function ask(
  redis: Guarded,
  now: number,
  commandId: string,
  buckets: readonly Bucket[],
  mode: 'count' | 'peek' = 'count',
): Promise<Answer> {
  if (buckets.length === 0) return ['counted', now, -1];
  const args = [commandId, now, JSON.stringify(buckets.map(toRules)), mode];
  const [kind, first, second] = toTexts(
    await redis.run(scripts.reserve, buckets.map(homeOf), buckets.map(keyOf), args),
  );
  return [kind === 'counted' ? 'counted' : 'refused', Number(first), Number(second)];
}

async function takeBack(redis: Guarded, now: number, commandId: string, bucket: Bucket): Promise<void> {
  await redis.run(
    scripts.takeBack,
    [homeOf(bucket)],
    [keyOf(bucket)],
    [commandId, now, JSON.stringify(toRules(bucket))],
  );
}

function combine(answers: readonly Answer[], buckets: readonly Bucket[], now: number): ReserveResult {
  const results = answers.map((answer) => toResult(answer, buckets, now));
  return results.reduce(
    (sum, one) =>
      sum.kind === 'counted' && one.kind === 'counted'
        ? { kind: 'counted', nextAt: Math.max(sum.nextAt, one.nextAt), left: Math.min(sum.left, one.left) }
        : one,
    { kind: 'counted', nextAt: now, left: Infinity },
  );
}

function toResult([kind, first, second]: Answer, buckets: readonly Bucket[], now: number): ReserveResult {
  if (kind === 'counted') return { kind, nextAt: Math.max(first, now), left: second < 0 ? Infinity : second };
  const bucket = buckets[first - 1];
  if (bucket === undefined) throw new Unavailable('store', 'redis refused a limit that was not asked for');
  return { kind, limit: bucket.limit, retryAfterMs: second };
}

async function holds(redis: Guarded, bucket: Bucket, commandId: string): Promise<boolean> {
  return (await redis.run(scripts.counted, [homeOf(bucket)], [keyOf(bucket)], [commandId])) === 1;
}

/** Where the limit's key is: one of the store's 256 buckets, not to be confused with the limit's own. */
const homeOf = ({ key }: Bucket): string => bucketOfName(key);

function keyOf(bucket: Bucket): string {
  return bucket.exact ? exactLimitKey(bucket.key) : segmentLimitKey(bucket.key);
}

/** What the script needs to know of a bucket; a gap of no length is none. */
function toRules({ exact, windows, gap }: Bucket) {
  return { exact, windows, ...(exact && gap && gap.firstMs > 0 && gap.quietMs > 0 && { gap }) };
}
