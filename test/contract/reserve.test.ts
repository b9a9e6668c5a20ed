import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyBucket, reserve } from '#storage/reserve.ts';
import type { BucketState } from '#storage/reserve.ts';
import type { Bucket } from '#storage/store.ts';

/** A book of buckets in which commands are counted one after another. */
function createBook(buckets: readonly Bucket[]) {
  let states: readonly BucketState[] = buckets.map(() => emptyBucket);
  return {
    count(command: string, now: number) {
      const { result, states: after } = reserve(command, buckets, states, now);
      states = after ?? states;
      return result;
    },
    states: () => states,
  };
}

const pausesMs = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
const windows = [
  { ms: 1_000, max: 5 },
  { ms: 3_000, max: 9 },
];

function countsWithin(times: readonly number[], ms: number): number[] {
  return times.map((end) => times.filter((at) => at <= end && at > end - ms).length);
}

describe('a reservation', () => {
  it.each([true, false])('never counts more than a window holds in any span (exact: %s)', (exact) => {
    fc.assert(
      fc.property(pausesMs, (pauses) => {
        const book = createBook([{ key: 'k', limit: 'l', exact, windows }]);
        let now = 1_000_000;
        const counted: number[] = [];
        for (const [i, pause] of pauses.entries()) {
          now += pause;
          if (book.count(String(i), now).kind === 'counted') counted.push(now);
        }
        for (const { ms, max } of windows) expect(Math.max(...countsWithin(counted, ms))).toBeLessThanOrEqual(max);
      }),
    );
  });

  it.each([
    [true, 0],
    [false, 50 + 150],
  ])('is refused only when a window is full, at most a segment early (exact: %s)', (exact, earlyMs) => {
    fc.assert(
      fc.property(pausesMs, (pauses) => {
        const book = createBook([{ key: 'k', limit: 'l', exact, windows }]);
        let now = 1_000_000;
        const counted: number[] = [];
        for (const [i, pause] of pauses.entries()) {
          now += pause;
          const at = now;
          const inside = (ms: number) => counted.filter((one) => one > at - ms - earlyMs).length;
          const result = book.count(String(i), at);
          const full = windows.some(({ ms, max }) => inside(ms) >= max);
          expect(result.kind === 'counted' || full).toBe(true);
          if (result.kind === 'counted') counted.push(at);
        }
      }),
    );
  });

  it.each([true, false])('that was refused is taken at the moment it was told, and not before (exact: %s)', (exact) => {
    fc.assert(
      fc.property(pausesMs, (pauses) => {
        const book = createBook([
          { key: 'k', limit: 'l', exact, windows, gap: exact ? { firstMs: 10, quietMs: 100 } : undefined },
        ]);
        let now = 1_000_000;
        for (const [i, pause] of pauses.entries()) {
          now += pause;
          const result = book.count(String(i), now);
          if (result.kind === 'counted') continue;
          expect(result.retryAfterMs).toBeGreaterThan(0);
          expect(book.count(`${i} early`, now + result.retryAfterMs - 1).kind).toBe('refused');
          now += result.retryAfterMs;
          expect(book.count(`${i} again`, now).kind).toBe('counted');
        }
      }),
    );
  });

  it('counts a repeated command once', () => {
    const book = createBook([
      { key: 'a', limit: 'loose', exact: false, windows: [{ ms: 1_000, max: 2 }] },
      { key: 'b', limit: 'exact', exact: true, windows: [{ ms: 1_000, max: 2 }] },
    ]);
    expect(book.count('one', 1_000)).toEqual({ kind: 'counted', nextAt: 1_000, left: 1 });
    expect(book.count('one', 1_001)).toEqual({ kind: 'counted', nextAt: 1_001, left: 1 });
    expect(book.count('two', 1_002)).toEqual({ kind: 'counted', nextAt: 2_000, left: 0 });
    expect(book.count('one', 1_003)).toEqual({ kind: 'counted', nextAt: 2_000, left: 0 });
    expect(book.count('three', 1_004)).toMatchObject({ kind: 'refused', limit: 'loose' });
  });

  it('leaves all buckets as they were when a later one refuses', () => {
    const book = createBook([
      { key: 'a', limit: 'wide', exact: true, windows: [{ ms: 1_000, max: 9 }] },
      { key: 'b', limit: 'narrow', exact: true, windows: [{ ms: 1_000, max: 1 }] },
    ]);
    book.count('one', 1_000);
    const before = book.states();
    expect(book.count('two', 1_400)).toEqual({ kind: 'refused', limit: 'narrow', retryAfterMs: 600 });
    expect(book.states()).toBe(before);
  });

  it('waits twice as long after each member of a row, and begins anew after a quiet pause', () => {
    const book = createBook([
      { key: 'a', limit: 'gap', exact: true, windows: [], gap: { firstMs: 30, quietMs: 1_000 } },
    ]);
    expect(book.count('1', 0)).toEqual({ kind: 'counted', nextAt: 30, left: Infinity });
    expect(book.count('2', 29)).toEqual({ kind: 'refused', limit: 'gap', retryAfterMs: 1 });
    expect(book.count('2', 30)).toMatchObject({ nextAt: 90 });
    expect(book.count('3', 90)).toMatchObject({ nextAt: 210 });
    expect(book.count('4', 210)).toMatchObject({ nextAt: 450 });
    expect(book.count('5', 1_209)).toMatchObject({ nextAt: 1_209 + 480 });
    expect(book.count('6', 2_209)).toMatchObject({ nextAt: 2_239 });
  });

  it('is never taken by a window of none', () => {
    const none = { key: 'a', limit: 'none', windows: [{ ms: 1_000, max: 0 }] };
    expect(createBook([{ ...none, exact: true }]).count('1', 5)).toMatchObject({
      kind: 'refused',
      retryAfterMs: 1_000,
    });
    expect(createBook([{ ...none, exact: false }]).count('1', 5)).toMatchObject({
      kind: 'refused',
      retryAfterMs: 1_000,
    });
  });
});
