import { describe, expect, it } from 'vitest';
import type { Bucket, ReserveResult } from '#storage/store.ts';
import { twoStores } from './opened-store.ts';
import type { Given } from './opened-store.ts';
import { describeLimitProperties } from './store-limits-properties.contract.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** An exact limit; `windows` as pairs of ms and max. */
export function exactly(key: string, windows: [number, number][], gap?: Bucket['gap']): Bucket {
  return { key, limit: `limit of ${key}`, exact: true, windows: windows.map(([ms, max]) => ({ ms, max })), gap };
}

/** A limit kept in segments. */
export function roughly(key: string, windows: [number, number][]): Bucket {
  return { ...exactly(key, windows), exact: false };
}

const refused = (bucket: Bucket, retryAfterMs: number): ReserveResult => ({
  kind: 'refused',
  limit: bucket.limit,
  retryAfterMs,
});

export function describeLimits(given: Given): void {
  describeWindows(given);
  describeGaps(given);
  describeSets(given);
  describeSegments(given);
  describeLimitProperties(given);
}

function describeWindows(given: Given): void {
  describe('an exact limit’s window', () => {
    it('slides: a member leaves it exactly after its length', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [[secondMs, 2]]);
      const start = clock.now();
      expect(await store.reserve('1', [bucket])).toEqual({ kind: 'counted', nextAt: start, left: 1 });
      clock.set(start + 400);
      expect(await store.reserve('2', [bucket])).toEqual({ kind: 'counted', nextAt: start + 1_000, left: 0 });
      expect(await store.reserve('3', [bucket])).toEqual(refused(bucket, 600));
      clock.set(start + 999);
      expect(await store.reserve('3', [bucket])).toEqual(refused(bucket, 1));
      clock.set(start + 1_000);
      expect(await store.reserve('3', [bucket])).toEqual({ kind: 'counted', nextAt: start + 1_400, left: 0 });
      clock.set(start + 1_399);
      expect(await store.reserve('4', [bucket])).toEqual(refused(bucket, 1));
      clock.set(start + 1_400);
      expect(await store.reserve('4', [bucket])).toMatchObject({ kind: 'counted' });
    });

    it('holds beside others: the tightest decides', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [
        [minuteMs, 2],
        [hourMs, 3],
      ]);
      const start = clock.now();
      expect(await store.reserve('1', [bucket])).toEqual({ kind: 'counted', nextAt: start, left: 1 });
      expect(await store.reserve('2', [bucket])).toEqual({ kind: 'counted', nextAt: start + minuteMs, left: 0 });
      clock.set(start + minuteMs);
      expect(await store.reserve('3', [bucket])).toEqual({ kind: 'counted', nextAt: start + hourMs, left: 0 });
      clock.set(start + 2 * minuteMs);
      expect(await store.reserve('4', [bucket])).toEqual(refused(bucket, hourMs - 2 * minuteMs));
    });

    it('of none at all never takes one', async () => {
      const { store } = given();
      const bucket = exactly('a', [[secondMs, 0]]);
      expect(await store.reserve('1', [bucket])).toEqual(refused(bucket, secondMs));
    });

    it('may become smaller, even nothing, while it has members', async () => {
      const { store, clock } = given();
      const start = clock.now();
      for (const command of ['1', '2', '3']) await store.reserve(command, [exactly('a', [[secondMs, 3]])]);
      clock.set(start + 400);
      const [smaller, closed] = [exactly('a', [[secondMs, 2]]), exactly('a', [[secondMs, 0]])];
      expect(await store.reserve('4', [smaller])).toEqual(refused(smaller, 600));
      expect(await store.reserve('1', [smaller])).toEqual({ kind: 'counted', nextAt: start + 1_000, left: 0 });
      expect(await store.reserve('4', [closed])).toEqual(refused(closed, secondMs));
    });

    it('never lets more than its number of two hundred racers pass', async () => {
      const storeOf = await twoStores(given());
      const bucket = exactly('a', [[hourMs, 17]]);
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, i) => storeOf(i).reserve(`command ${i}`, [bucket])),
      );
      expect(results.filter(({ kind }) => kind === 'counted')).toHaveLength(17);
    });
  });
}

function describeGaps(given: Given): void {
  const gap = { firstMs: 30 * secondMs, quietMs: hourMs };

  describe('an exact limit’s gap', () => {
    it('doubles with each member of the row, to the millisecond', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [[24 * hourMs, 100]], gap);
      for (const [index, waitMs] of [30, 60, 120, 240, 480, 960, 1_920].map((s) => s * secondMs).entries()) {
        const nextAt = clock.now() + waitMs;
        expect(await store.reserve(`${index}`, [bucket])).toEqual({ kind: 'counted', nextAt, left: 99 - index });
        expect(await store.reserve('early', [bucket])).toEqual(refused(bucket, waitMs));
        clock.set(nextAt - 1);
        expect(await store.reserve('early', [bucket])).toEqual(refused(bucket, 1));
        clock.set(nextAt);
      }
    });

    it('is never longer than the quiet pause, and short again after one', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [], { firstMs: 2_000, quietMs: 5_000 });
      const start = clock.now();
      await store.reserve('1', [bucket]);
      clock.set(start + 2_000);
      await store.reserve('2', [bucket]);
      clock.set(start + 6_000);
      expect(await store.reserve('3', [bucket])).toMatchObject({ nextAt: start + 11_000 });
      clock.set(start + 10_999);
      expect(await store.reserve('4', [bucket])).toEqual(refused(bucket, 1));
      clock.set(start + 11_000);
      expect(await store.reserve('4', [bucket])).toMatchObject({ nextAt: start + 13_000 });
    });

    it('goes on doubling in a row that is longer than every window', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [[secondMs, 5]], { firstMs: 1_000, quietMs: 64_000 });
      for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]) {
        const nextAt = clock.now() + waitMs;
        expect(await store.reserve(`after ${waitMs}`, [bucket])).toEqual({ kind: 'counted', nextAt, left: 4 });
        clock.set(nextAt);
      }
    });

    it('holds beside the windows: the later of the two moments counts', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [[minuteMs, 2]], { firstMs: secondMs, quietMs: hourMs });
      const start = clock.now();
      await store.reserve('1', [bucket]);
      clock.set(start + secondMs);
      expect(await store.reserve('2', [bucket])).toEqual({ kind: 'counted', nextAt: start + minuteMs, left: 0 });
    });

    it('ends with a release, as all that was counted', async () => {
      const { store, clock } = given();
      const bucket = exactly('a', [[hourMs, 2]], gap);
      const first = await store.reserve('1', [bucket]);
      clock.set(clock.now() + gap.firstMs);
      await store.reserve('2', [bucket]);
      await store.release(bucket.key);
      expect(await store.reserve('3', [bucket])).toEqual({ ...first, nextAt: clock.now() + gap.firstMs });
      await store.release('unknown');
    });
  });
}

function describeSets(given: Given): void {
  describe('several limits', () => {
    it('count a command in all or in none, and name the first that refuses', async () => {
      const { store, clock } = given();
      const tight = exactly('tight', [[minuteMs, 1]]);
      const segments = roughly('segments', [[minuteMs, 2]]);
      const wide = exactly('wide', [[minuteMs, 2]]);
      expect(await store.reserve('1', [tight])).toMatchObject({ kind: 'counted' });
      for (const command of ['2', '3', '4']) {
        expect(await store.reserve(command, [segments, wide, tight])).toEqual(refused(tight, minuteMs));
      }
      const start = clock.now();
      expect(await store.reserve('5', [segments, wide])).toEqual({ kind: 'counted', nextAt: start, left: 1 });
      expect(await store.reserve('6', [segments, wide])).toMatchObject({ kind: 'counted', left: 0 });
      expect(await store.reserve('7', [segments, wide])).toMatchObject({ kind: 'refused', limit: segments.limit });
      expect(await store.reserve('7', [wide, tight])).toMatchObject({ kind: 'refused', limit: wide.limit });
    });

    it('count a repeated command once, and answer it again', async () => {
      const { store, clock } = given();
      const buckets = [roughly('r', [[minuteMs, 3]]), exactly('a', [[minuteMs, 2]]), exactly('b', [[minuteMs, 3]])];
      const first = await store.reserve('1', buckets);
      expect(first).toEqual({ kind: 'counted', nextAt: clock.now(), left: 1 });
      for (let i = 0; i < 5; i++) expect(await store.reserve('1', buckets)).toEqual(first);
      expect(await store.reserve('2', buckets)).toMatchObject({ kind: 'counted', left: 0 });
      expect(await store.reserve('3', buckets)).toMatchObject({ kind: 'refused', limit: 'limit of a' });
      expect(await store.reserve('1', buckets)).toMatchObject({ kind: 'counted', left: 0 });
    });

    it('know a repeated command by the last of them, whatever became of the others', async () => {
      const { store } = given();
      const [first, last] = [exactly('a', [[minuteMs, 1]]), exactly('b', [[minuteMs, 5]])];
      await store.reserve('1', [first, last]);
      await store.release(first.key);
      expect(await store.reserve('2', [first])).toMatchObject({ kind: 'counted', left: 0 });
      expect(await store.reserve('1', [first, last])).toMatchObject({ kind: 'counted', left: 0 });
      expect(await store.reserve('3', [last])).toMatchObject({ kind: 'counted', left: 3 });
    });

    it('count a command once however many repeats race', async () => {
      const { store } = given();
      const buckets = [exactly('a', [[minuteMs, 10]]), exactly('b', [[minuteMs, 10]])];
      const results = await Promise.all(Array.from({ length: 50 }, () => store.reserve('1', buckets)));
      expect(results.filter(({ kind }) => kind === 'counted')).toHaveLength(50);
      expect(await store.reserve('2', buckets)).toMatchObject({ left: 8 });
    });

    it('answer the latest moment and the least room among the exact ones', async () => {
      const { store, clock } = given();
      const gap = { firstMs: 5_000, quietMs: hourMs };
      const buckets = [
        roughly('r', [[secondMs, 1]]),
        exactly('a', [[minuteMs, 4]], gap),
        exactly('b', [[minuteMs, 9]]),
      ];
      expect(await store.reserve('1', buckets)).toEqual({ kind: 'counted', nextAt: clock.now() + 5_000, left: 3 });
    });

    it('are no limit where there are none', async () => {
      const { store, clock } = given();
      const unlimited = { kind: 'counted', nextAt: clock.now(), left: Infinity };
      expect(await store.reserve('1', [])).toEqual(unlimited);
      expect(await store.reserve('1', [roughly('r', [[secondMs, 5]])])).toEqual(unlimited);
    });

    it('never let more pass than the tightest of them takes, and lose none of its room, when two hundred race', async () => {
      const { store } = given();
      const buckets = [roughly('r', [[hourMs, 150]]), exactly('a', [[hourMs, 40]]), exactly('b', [[hourMs, 12]])];
      const results = await Promise.all(Array.from({ length: 200 }, (_, i) => store.reserve(`command ${i}`, buckets)));
      expect(results.filter(({ kind }) => kind === 'counted')).toHaveLength(12);
      expect(await store.reserve('alone', [exactly('a', [[hourMs, 40]])])).toMatchObject({ kind: 'counted', left: 27 });
    });
  });
}

function describeSegments(given: Given): void {
  describe('a limit in segments', () => {
    it('takes its number, and more only when a segment has left the window', async () => {
      const { store, clock } = given();
      // 20 segments of 50 ms; the first member is in the middle of one.
      const start = Math.ceil(clock.now() / secondMs) * secondMs + 20;
      clock.set(start);
      const bucket = roughly('a', [[secondMs, 3]]);
      for (const command of ['1', '2', '3'])
        expect(await store.reserve(command, [bucket])).toMatchObject({ kind: 'counted' });
      const result = await store.reserve('4', [bucket]);
      expect(result).toEqual(refused(bucket, 1_029));
      clock.set(start + 1_028);
      expect(await store.reserve('4', [bucket])).toEqual(refused(bucket, 1));
      clock.set(start + 1_029);
      expect(await store.reserve('4', [bucket])).toMatchObject({ kind: 'counted' });
    });

    it('is emptied by a release', async () => {
      const { store } = given();
      const bucket = roughly('a', [[hourMs, 1]]);
      expect(await store.reserve('1', [bucket])).toMatchObject({ kind: 'counted' });
      expect(await store.reserve('2', [bucket])).toMatchObject({ kind: 'refused' });
      await store.release(bucket.key);
      expect(await store.reserve('3', [bucket])).toMatchObject({ kind: 'counted' });
    });

    it('never lets more than its number of two hundred racers pass', async () => {
      const { store } = given();
      const bucket = roughly('a', [[hourMs, 60]]);
      const results = await Promise.all(Array.from({ length: 200 }, (_, i) => store.reserve(`command ${i}`, [bucket])));
      expect(results.filter(({ kind }) => kind === 'counted')).toHaveLength(60);
    });

    it('may be of none at all', async () => {
      const { store } = given();
      const bucket = roughly('a', [[secondMs, 0]]);
      expect(await store.reserve('1', [bucket])).toMatchObject({ kind: 'refused', limit: bucket.limit });
    });
  });
}
