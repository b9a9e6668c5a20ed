import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LeaseResult } from '#storage/store.ts';
import { twoStores } from './opened-store.ts';
import type { Given } from './opened-store.ts';

const racers = 50;
const hourMs = 3_600_000;

const granted = (attempt: number): LeaseResult => ({ kind: 'granted', attempt });

export function describeClaims(given: Given): void {
  describe('a claim', () => {
    it('gives its first value to all of fifty racers, of whatever process', async () => {
      const { store } = given();
      const storeOf = await twoStores(given());
      const values = Array.from({ length: racers }, (_, i) => `value ${i}`);
      const answers = await Promise.all(values.map((value, i) => storeOf(i).claim('key', value)));
      expect(new Set(answers).size).toBe(1);
      expect(values).toContain(answers[0]);
      expect(await store.claim('key', 'late')).toBe(answers[0]);
    });

    it('keeps its bytes, apart from those of other keys', async () => {
      const { store } = given();
      const value = JSON.stringify({ text: 'ß \u{1f511} "\\" \n', at: 1 });
      expect(await store.claim('ключ}{:', value)).toBe(value);
      expect(await store.claim('other', 'mine')).toBe('mine');
      expect(await store.claim('empty', '')).toBe('');
      expect(await store.claim('empty', 'second')).toBe('');
      expect(await store.claim('ключ}{:', 'second')).toBe(value);
    });

    it('is free again when its time is over, counted from the first value', async () => {
      const { store, clock } = given();
      const start = clock.now();
      await store.claim('key', 'first', 60_000);
      clock.set(start + 59_999);
      expect(await store.claim('key', 'second', 60_000)).toBe('first');
      clock.set(start + 60_000);
      expect(await store.claim('key', 'third', 60_000)).toBe('third');
    });

    it('can be read without being made', async () => {
      const { store, clock } = given();
      const start = clock.now();
      expect(await store.claimed('key')).toBeUndefined();
      expect(await store.claim('key', 'first', 60_000)).toBe('first');
      expect(await store.claimed('key')).toBe('first');
      clock.set(start + 60_000);
      expect(await store.claimed('key')).toBeUndefined();
      await store.claim('lasting', '');
      expect(await store.claimed('lasting')).toBe('');
    });

    it('without a time stays for ever', async () => {
      const { store, clock } = given();
      await store.claim('key', 'first');
      clock.set(clock.now() + 20 * 365 * 24 * hourMs);
      expect(await store.claim('key', 'second', 1_000)).toBe('first');
    });
  });
}

export function describeLeases(given: Given): void {
  describe('a lease', () => {
    it('is granted to one of fifty racers, and the others learn until when', async () => {
      const { clock } = given();
      const storeOf = await twoStores(given());
      const answers = await Promise.all(
        Array.from({ length: racers }, (_, i) => storeOf(i).lease('key', `owner ${i}`, 15_000)),
      );
      const held = { kind: 'held', until: clock.now() + 15_000 };
      expect(answers.filter(({ kind }) => kind === 'granted')).toEqual([granted(1)]);
      expect(answers.filter(({ kind }) => kind !== 'granted')).toEqual(Array.from({ length: racers - 1 }, () => held));
    });

    it('is granted to another once it has run out, as the next attempt', async () => {
      const { store, clock } = given();
      const start = clock.now();
      await store.lease('key', 'a', 15_000);
      clock.set(start + 14_999);
      expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'held', until: start + 15_000 });
      clock.set(start + 15_000);
      expect(await store.lease('key', 'b', 15_000)).toEqual(granted(2));
      clock.set(start + 30_000);
      expect(await store.lease('key', 'b', 15_000)).toEqual(granted(3));
    });

    it('is renewed by its owner with the same attempt', async () => {
      const { store, clock } = given();
      const start = clock.now();
      await store.lease('key', 'a', 15_000);
      clock.set(start + 10_000);
      expect(await store.lease('key', 'a', 15_000)).toEqual(granted(1));
      clock.set(start + 24_999);
      expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'held', until: start + 25_000 });
      clock.set(start + 25_000);
      expect(await store.lease('key', 'b', 15_000)).toEqual(granted(2));
    });

    it('given back is free at once, with the same attempt for the next', async () => {
      const { store, clock } = given();
      await store.lease('key', 'a', 15_000);
      await store.yield('key', 'b');
      expect(await store.lease('key', 'b', 15_000)).toMatchObject({ kind: 'held' });
      await store.yield('key', 'a');
      expect(await store.lease('key', 'b', 15_000)).toEqual(granted(1));
      clock.set(clock.now() + 15_000);
      await store.yield('key', 'b');
      expect(await store.lease('key', 'c', 15_000)).toEqual(granted(2));
      await store.yield('key', 'c');
      await store.yield('key', 'c');
      expect(await store.lease('key', 'd', 15_000)).toEqual(granted(2));
      await store.yield('unknown', 'a');
      expect(await store.lease('unknown', 'a', 15_000)).toEqual(granted(1));
    });

    it('given back cannot be finished by the one who gave it', async () => {
      const { store } = given();
      await store.lease('key', 'a', 15_000);
      await store.yield('key', 'a');
      expect(await store.finish('key', 'a', 'sent', hourMs)).toBe(false);
      expect(await store.lease('key', 'b', 15_000)).toEqual(granted(1));
    });

    it('is forgotten two hours after its last change', async () => {
      const { store, clock } = given();
      const start = clock.now();
      await store.lease('key', 'a', 15_000);
      clock.set(start + 2 * hourMs - 1);
      expect(await store.lease('key', 'a', 15_000)).toEqual(granted(2));
      clock.set(clock.now() + 2 * hourMs);
      expect(await store.finish('key', 'a', 'sent', hourMs)).toBe(false);
      expect(await store.lease('key', 'a', 15_000)).toEqual(granted(1));
    });

    it('longer than two hours is held all the same', async () => {
      const { store, clock } = given();
      const until = clock.now() + 3 * hourMs;
      await store.lease('key', 'a', 3 * hourMs);
      clock.set(until - 1);
      expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'held', until });
    });

    it('belongs to its key alone', async () => {
      const { store } = given();
      expect(await store.lease('one', 'a', 15_000)).toEqual(granted(1));
      expect(await store.lease('two', 'b', 15_000)).toEqual(granted(1));
    });
  });

  describe('a finished lease', () => {
    it.each([60_000, 2 * hourMs, 48 * hourMs])(
      'is done for everybody while its value is kept, %i ms',
      async (ttlMs) => {
        const { store, clock } = given();
        const start = clock.now();
        const value = JSON.stringify({ sent: true, text: 'ß' });
        await store.lease('key', 'a', 15_000);
        expect(await store.finish('key', 'a', value, ttlMs)).toBe(true);
        expect(await store.lease('key', 'a', 15_000)).toEqual({ kind: 'done', value });
        clock.set(start + ttlMs - 1);
        expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'done', value });
        clock.set(start + ttlMs);
        expect(await store.finish('key', 'a', value, ttlMs)).toBe(false);
        expect(await store.lease('key', 'b', 15_000)).toEqual(granted(1));
        expect(await store.lease('key', 'c', 15_000)).toMatchObject({ kind: 'held' });
      },
    );

    it('may have run out before, if nobody took it since', async () => {
      const { store, clock } = given();
      await store.lease('key', 'a', 15_000);
      clock.set(clock.now() + 60_000);
      expect(await store.finish('key', 'a', 'sent', hourMs)).toBe(true);
      expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'done', value: 'sent' });
    });

    it('is not changed by one who lost it or never had it', async () => {
      const { store, clock } = given();
      expect(await store.finish('key', 'a', 'early', hourMs)).toBe(false);
      await store.lease('key', 'a', 15_000);
      expect(await store.finish('key', 'b', 'foreign', hourMs)).toBe(false);
      clock.set(clock.now() + 15_000);
      await store.lease('key', 'b', 15_000);
      expect(await store.finish('key', 'a', 'stale', hourMs)).toBe(false);
      expect(await store.lease('key', 'c', 15_000)).toMatchObject({ kind: 'held' });
      expect(await store.finish('key', 'b', 'sent', hourMs)).toBe(true);
      expect(await store.finish('key', 'a', 'stale', hourMs)).toBe(false);
      expect(await store.lease('key', 'c', 15_000)).toEqual({ kind: 'done', value: 'sent' });
    });

    it('keeps its first value; finishing again with the same one is no mistake', async () => {
      const { store } = given();
      await store.lease('key', 'a', 15_000);
      await store.finish('key', 'a', 'sent', hourMs);
      await store.yield('key', 'a');
      expect(await store.finish('key', 'a', 'sent', hourMs)).toBe(true);
      expect(await store.finish('key', 'a', 'different', hourMs)).toBe(false);
      expect(await store.lease('key', 'b', 15_000)).toEqual({ kind: 'done', value: 'sent' });
    });
  });
}

export function describeNotes(given: Given): void {
  describe('a note', () => {
    it('keeps the value of the highest rank, however calls are shuffled and repeated', async () => {
      const { store } = given();
      const calls = fc.array(fc.record({ field: fc.constantFrom('1:status', '2:status'), rank: fc.nat(9) }), {
        minLength: 1,
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(calls, async (noted) => {
          const key = `shuffled ${run++}`;
          await Promise.all(noted.map(({ field, rank }) => store.note(key, field, rank, `value ${rank}`, hourMs)));
          const best: Record<string, string> = {};
          for (const { field, rank } of noted.toSorted((a, b) => a.rank - b.rank)) best[field] = `value ${rank}`;
          expect(await store.notes(key)).toEqual(best);
        }),
        { numRuns: 50 },
      );
    });

    it('of the same rank changes nothing', async () => {
      const { store } = given();
      await store.note('key', 'status', 2, 'first', hourMs);
      await store.note('key', 'status', 2, 'second', hourMs);
      expect(await store.notes('key')).toEqual({ status: 'first' });
    });

    it('keeps its bytes, and stays with its key', async () => {
      const { store } = given();
      const value = ' two  words\n"ß\u{1f511}\u0000" ';
      await store.note('key', 'status', 10, value, hourMs);
      await store.note('key', 'empty', 0, '', hourMs);
      expect(await store.notes('key')).toEqual({ status: value, empty: '' });
      expect(await store.notes('other')).toEqual({});
    });

    it('is gone when its own time is over, and then any rank is the highest', async () => {
      const { store, clock } = given();
      const start = clock.now();
      await store.note('key', 'long', 1, 'a', 2 * hourMs);
      await store.note('key', 'short', 5, 'b', hourMs);
      clock.set(start + hourMs - 1);
      expect(await store.notes('key')).toEqual({ long: 'a', short: 'b' });
      clock.set(start + hourMs);
      expect(await store.notes('key')).toEqual({ long: 'a' });
      await store.note('key', 'short', 1, 'c', hourMs);
      expect(await store.notes('key')).toEqual({ long: 'a', short: 'c' });
      clock.set(start + 2 * hourMs);
      expect(await store.notes('key')).toEqual({});
    });
  });
}
