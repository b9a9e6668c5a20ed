import { describe, expect, it } from 'vitest';
import type { LogRecord, OutgoingRecord } from '#storage/log.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { byKey, keyOf, numbers, outgoing, readAll, topicOf, valueOf } from './opened-log.ts';
import type { Given } from './opened-log.ts';

const manyBytes = 512 * 1024;

/** Every byte there is, and some that are no UTF-8. */
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** What records may carry, and how it is read. */
const shapes: readonly (Omit<OutgoingRecord, 'topic'> & { readonly name: string })[] = [
  { name: 'text', key: 'key', headers: { ce_id: 'ß \u{1f511}' }, value: '{"a":"ß"}' },
  { name: 'bytes', key: allBytes, headers: { bytes: allBytes }, value: allBytes },
  { name: 'a header given several times', key: 'k', headers: { many: ['first', allBytes, 'third'] }, value: 'v' },
  { name: 'empty text', key: '', headers: { empty: '' }, value: '' },
  { name: 'no key', key: null, headers: {}, value: 'v' },
  { name: 'no value', key: 'key', headers: { a: 'b' }, value: null },
  { name: 'no key and no value', key: null, headers: {}, value: null },
  { name: 'headers named like parts of an object', key: 'k', headers: { constructor: 'c', toString: 't' }, value: 'v' },
  { name: `a value of ${manyBytes} bytes`, key: 'large', headers: {}, value: Buffer.alloc(manyBytes, 'x') },
];

export function describePublishing(given: Given): void {
  describe('a publication', () => {
    it('is shown, with all that was told before it, to whoever reads after the ack', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      for (let i = 1; i <= 20; i += 1) {
        await log.publish([outgoing(topic, `key ${i % 3}`, `${i}`)]);
        expect(await readAll(log, [topic])).toHaveLength(i);
      }
    });

    it.each(shapes)('keeps $name as it is', async ({ key, headers, value }) => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish([{ topic, key, headers, value }]);
      const [record] = await readAll(log, [topic]);
      expect(record?.key).toEqual(key === null ? null : Buffer.from(key));
      expect(record?.value?.equals(Buffer.from(value ?? '')) ?? null).toBe(value === null ? null : true);
      expect({ ...record?.headers }).toEqual(
        Object.fromEntries(
          Object.entries(headers).map(([name, header]) => [
            name,
            Array.isArray(header) ? header.map((one) => Buffer.from(one)) : Buffer.from(header),
          ]),
        ),
      );
    });

    it('has a place in its partition and a time of the log', async () => {
      const { log, traits } = given();
      const topic = await topicOf(given());
      const before = Date.now();
      await log.publish([outgoing(topic, 'key', 'value')]);
      const [record] = await readAll(log, [topic]);
      expect(record?.topic).toBe(topic);
      expect(record?.partition).toBeLessThan(traits.partitions);
      expect(typeof record?.offset).toBe('bigint');
      expect(record?.appendedAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(record?.appendedAt).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    it('of nothing is done', async () => {
      await expect(given().log.publish([])).resolves.toBeUndefined();
    });

    it('may hold records of several topics', async () => {
      const { log } = given();
      const [first, second] = [await topicOf(given()), await topicOf(given())];
      await log.publish([outgoing(first, 'key', 'journal'), outgoing(second, 'key', 'document')]);
      expect((await readAll(log, [first])).map(valueOf)).toEqual(['journal']);
      expect((await readAll(log, [second])).map(valueOf)).toEqual(['document']);
    });
  });

  describe('the order of a key', () => {
    it('is that of the calls, for fifty keys at once', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const calls = numbers(20).flatMap((value) =>
        Array.from({ length: 50 }, (_, key) => log.publish([outgoing(topic, `key ${key}`, value)])),
      );
      await Promise.all(calls);
      const told = byKey(await readAll(log, [topic]));
      expect(Object.keys(told)).toHaveLength(50);
      for (const values of Object.values(told)) expect(values).toEqual(numbers(20));
    });

    it('is that of the records within a call, with nothing of other calls between them', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const calls = numbers(50).map((call) =>
        log.publish(numbers(5).map((record) => outgoing(topic, 'shared', `${call}.${record}`))),
      );
      await Promise.all(calls);
      const values = (await readAll(log, [topic])).map(valueOf);
      expect(values).toEqual(numbers(50).flatMap((call) => numbers(5).map((record) => `${call}.${record}`)));
    });

    it('keeps all records of a key in one partition, at rising offsets', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      for (const value of numbers(3)) await log.publish(numbers(20).map((key) => outgoing(topic, key, value)));
      const places = new Map<string, LogRecord>();
      for (const record of await readAll(log, [topic])) {
        const before = places.get(keyOf(record));
        expect(before?.partition ?? record.partition).toBe(record.partition);
        expect(record.offset > (before?.offset ?? -1n)).toBe(true);
        places.set(keyOf(record), record);
      }
      expect(places.size).toBe(20);
    });
  });

  describe('what waits', () => {
    it('has an age, and nothing has none', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      expect(log.waitingMs()).toBe(0);
      const call = log.publish([outgoing(topic, 'key', 'value')]);
      const startedAt = performance.now();
      // The process does nothing else meanwhile, so the publication can't get on.
      while (performance.now() - startedAt < 20);
      expect(log.waitingMs()).toBeGreaterThanOrEqual(10);
      await call;
      expect(log.waitingMs()).toBe(0);
    });

    it('is bounded: above the mark a publication is refused at once, and below it taken again', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const calls: Promise<void>[] = [];
      while (!log.full()) {
        calls.push(log.publish([outgoing(topic, 'key', 'value')]));
        expect(calls.length).toBeLessThan(1_000_000);
      }
      await expect(log.publish([outgoing(topic, 'key', 'one more')])).rejects.toBeInstanceOf(Unavailable);
      await Promise.all(calls);
      expect(log.full()).toBe(false);
      await expect(log.publish([outgoing(topic, 'key', 'again')])).resolves.toBeUndefined();
    });
  });
}
