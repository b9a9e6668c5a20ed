import type { Bucket, ReserveResult } from '#storage/store.ts';

type Member = { readonly command: string; readonly at: number };

/**
 * What the port says of exact limits, in the plainest way: a list of all members ever, and every question answered by going
 * through it. Slow, and without any formula that an adapter might share.
 */
export function createLimitModel() {
  const lists = new Map<string, Member[]>();
  const listOf = (bucket: Bucket) => lists.get(bucket.key) ?? [];

  function takesAt(bucket: Bucket, at: number): boolean {
    const members = listOf(bucket);
    const windowsHaveRoom = bucket.windows.every(({ ms, max }) => within(members, ms, at) < max);
    const last = members.at(-1);
    if (!bucket.gap || !last) return windowsHaveRoom;
    const { firstMs, quietMs } = bucket.gap;
    const pause = at - last.at;
    return windowsHaveRoom && (pause >= quietMs || pause >= firstMs * 2 ** (rowLength(members, quietMs) - 1));
  }

  /** Room can only appear when a member leaves a window or a gap ends, so those are all the moments to try. */
  function earliest(bucket: Bucket, now: number): number {
    const moments = [now];
    for (const { at } of listOf(bucket)) {
      for (const { ms } of bucket.windows) moments.push(at + ms);
      if (!bucket.gap) continue;
      moments.push(at + bucket.gap.quietMs);
      for (let row = 0; row < 30; row++) moments.push(at + bucket.gap.firstMs * 2 ** row);
    }
    const found = moments.filter((at) => at >= now && takesAt(bucket, at));
    return Math.min(...found);
  }

  return {
    reserve(command: string, buckets: readonly Bucket[], now: number): ReserveResult {
      const repeated = buckets.some((bucket) => listOf(bucket).some((member) => member.command === command));
      if (!repeated) {
        const refusing = buckets.find((bucket) => !takesAt(bucket, now));
        if (refusing) {
          return { kind: 'refused', limit: refusing.limit, retryAfterMs: earliest(refusing, now) - now };
        }
        for (const bucket of buckets) lists.set(bucket.key, [...listOf(bucket), { command, at: now }]);
      }
      const nextAt = Math.max(...buckets.map((bucket) => earliest(bucket, now)));
      const rooms = buckets.flatMap((bucket) =>
        bucket.windows.map(({ ms, max }) => max - within(listOf(bucket), ms, now)),
      );
      return { kind: 'counted', nextAt, left: Math.min(...rooms) };
    },
    release: (bucketKey: string) => void lists.delete(bucketKey),
  };
}

function within(members: readonly Member[], ms: number, at: number): number {
  return members.filter((member) => member.at > at - ms).length;
}

/** How many members follow one another, up to the last, without a quiet pause. */
function rowLength(members: readonly Member[], quietMs: number): number {
  let length = 1;
  for (let i = members.length - 1; i > 0; i--) {
    if ((members[i]?.at ?? 0) - (members[i - 1]?.at ?? 0) >= quietMs) break;
    length += 1;
  }
  return length;
}
