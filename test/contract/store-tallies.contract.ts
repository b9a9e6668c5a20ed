import { describe, expect, it } from 'vitest';
import { tallyMinutesKept } from '#storage/store.ts';
import { twoStores } from './opened-store.ts';
import type { Given } from './opened-store.ts';

const minuteMs = 60_000;

export function describeTallies(given: Given): void {
  describe('a tally', () => {
    const minuteNow = () => Math.floor(given().clock.now() / minuteMs);

    it('adds what racers of whatever process count, and loses none', async () => {
      const { store } = given();
      const storeOf = await twoStores(given());
      const minute = minuteNow();
      const counts = { sent: 1, 'took ms': 20 };
      await Promise.all(Array.from({ length: 50 }, (_, i) => storeOf(i).tally('key', { minute, counts })));
      expect(await store.tallies('key', minute, minute + 1)).toEqual([
        { minute, counts: { sent: 50, 'took ms': 1_000 } },
      ]);
    });

    it('stays with its key, its minute and its field, whatever their bytes', async () => {
      const { store } = given();
      const minute = minuteNow();
      const names = ['a', 'a b', 'a/b', 'ключ}{:', '__proto__', ' '];
      for (const [index, name] of names.entries()) {
        await store.tally(name, { minute: minute - index, counts: Object.fromEntries([[name, index + 1]]) });
      }
      for (const [index, name] of names.entries()) {
        const [found, ...others] = await store.tallies(name, minute - 10, minute + 1);
        expect(others).toEqual([]);
        expect(found?.minute).toBe(minute - index);
        expect(Object.entries(found?.counts ?? {})).toEqual([[name, index + 1]]);
      }
    });

    it('is read from the first minute asked for, up to and without the last, in order', async () => {
      const { store } = given();
      const minute = minuteNow();
      for (const ago of [0, 61, 59, 60, 200])
        await store.tally('key', { minute: minute - ago, counts: { a: ago + 1 } });
      const minutes = async (from: number, to: number) =>
        (await store.tallies('key', minute - from, minute - to)).map((one) => minute - one.minute);
      expect(await minutes(200, -1)).toEqual([200, 61, 60, 59, 0]);
      expect(await minutes(199, 59)).toEqual([61, 60]);
      expect(await minutes(60, 60)).toEqual([]);
      expect(await store.tallies('other', minute - 300, minute + 1)).toEqual([]);
    });

    it('of nothing is nothing', async () => {
      const { store } = given();
      const minute = minuteNow();
      await store.tally('key', { minute, counts: {} });
      expect(await store.tallies('key', minute, minute + 1)).toEqual([]);
    });

    it('is kept for 48 hours', async () => {
      const { store, clock } = given();
      const minute = minuteNow();
      const all = () => store.tallies('key', 0, minute + 2 * tallyMinutesKept);
      await store.tally('key', { minute: minute - tallyMinutesKept, counts: { late: 1 } });
      expect(await all()).toEqual([]);
      await store.tally('key', { minute, counts: { a: 1 } });
      clock.set((minute + tallyMinutesKept) * minuteMs - 1);
      expect(await all()).toEqual([{ minute, counts: { a: 1 } }]);
      clock.set((minute + tallyMinutesKept) * minuteMs);
      expect(await all()).toEqual([]);
    });
  });
}
