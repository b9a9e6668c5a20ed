import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  byKey,
  createGate,
  groupOf,
  keyOf,
  numbers,
  outgoing,
  subscribe,
  topicOf,
  until,
  valueOf,
  valuesIn,
} from './opened-log.ts';
import type { Given } from './opened-log.ts';

export function describeDelivery(given: Given): void {
  describe('delivery to a group', () => {
    it('begins with the first record that is kept, and goes on with new ones', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish(numbers(30).map((value) => outgoing(topic, `key ${value}`, value)));
      const { done } = await subscribe(log, { topics: [topic] });
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(30))));
      await log.publish(numbers(30, 30).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(60))));
    });

    it('keeps the order of fifty keys, one record of a key at a time, several keys at once', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const running = new Set<string>();
      const together: string[] = [];
      let most = 0;
      const { begun, done } = await subscribe(log, { topics: [topic], concurrency: 8 }, async (record) => {
        if (running.has(keyOf(record))) together.push(valueOf(record));
        running.add(keyOf(record));
        most = Math.max(most, running.size);
        await pause(Math.random() * 3);
        running.delete(keyOf(record));
      });
      await Promise.all(
        numbers(20).flatMap((value) =>
          numbers(50).map((key) => log.publish([outgoing(topic, key, `${key} ${value}`)])),
        ),
      );
      await until(() => expect(new Set(done.map(valueOf)).size).toBe(1000));
      for (const [key, values] of Object.entries(byKey(begun))) {
        expect([...new Set(values)]).toEqual(numbers(20).map((value) => `${key} ${value}`));
      }
      expect(together).toEqual([]);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(8);
    });

    it('gives the handler the record as it was published', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish([{ topic, key: 'key', headers: { one: 'a', many: ['b', 'c'] }, value: 'value' }]);
      const { done } = await subscribe(log, { topics: [topic] });
      await until(() => expect(done).toHaveLength(1));
      expect({ ...done[0], headers: { ...done[0]?.headers } }).toMatchObject({
        topic,
        key: Buffer.from('key'),
        headers: { one: Buffer.from('a'), many: [Buffer.from('b'), Buffer.from('c')] },
        value: Buffer.from('value'),
      });
    });

    it('passes records without key or value, and very large ones', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish([
        { topic, key: 'key', headers: {}, value: null },
        { topic, key: 'key', headers: {}, value: Buffer.alloc(512 * 1024) },
        { topic, key: null, headers: {}, value: null },
        outgoing(topic, 'key', 'last'),
      ]);
      const { done } = await subscribe(log, { topics: [topic] });
      await until(() => expect(done).toHaveLength(4));
      expect(done.filter(({ key }) => key !== null).map(({ value }) => value?.length ?? null)).toEqual([
        null,
        512 * 1024,
        4,
      ]);
    });

    it('lets other keys pass a slow one', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const gate = createGate();
      const { done } = await subscribe(log, { topics: [topic], concurrency: 4 }, async (record) => {
        if (keyOf(record) === 'slow') await gate.passed;
      });
      await log.publish([outgoing(topic, 'slow', 'slow')]);
      await log.publish([outgoing(topic, 'slow', 'behind')]);
      for (const value of numbers(40)) await log.publish([outgoing(topic, `key ${value}`, value)]);
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(40))));
      gate.open();
      await until(() => expect(valuesIn(done)).toEqual(new Set([...numbers(40), 'slow', 'behind'])));
      expect(byKey(done).slow).toEqual(['slow', 'behind']);
    });

    it('brings a record again whose handler rejected, while its key waits and others go on', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      let refusals = 0;
      const { begun, done } = await subscribe(log, { topics: [topic], concurrency: 4 }, async (record) => {
        if (valueOf(record) !== 'refused' || refusals === 3) return;
        refusals += 1;
        // A name that some clients take for the end of all work.
        throw new TypeError('not now');
      });
      await log.publish([outgoing(topic, 'key', 'refused'), outgoing(topic, 'key', 'next')]);
      await log.publish(numbers(10).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn(done)).toEqual(new Set([...numbers(10), 'refused', 'next'])));
      expect(byKey(begun).key).toEqual(['refused', 'refused', 'refused', 'refused', 'next']);
      expect(byKey(done).key).toEqual(['refused', 'next']);
    });

    it('gives all records to each group', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const [first, second] = [await subscribe(log, { topics: [topic] }), await subscribe(log, { topics: [topic] })];
      await log.publish(numbers(20).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => {
        expect(valuesIn(first.done)).toEqual(new Set(numbers(20)));
        expect(valuesIn(second.done)).toEqual(new Set(numbers(20)));
      });
    });

    it('hands out at most as many records as may be unfinished', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const gate = createGate();
      await log.publish(numbers(100).map((value) => outgoing(topic, `key ${value}`, value)));
      const options = { topics: [topic], concurrency: 100, unfinishedMax: 10 };
      let most = 0;
      const { begun, done } = await subscribe(log, options, async (_, lane) => {
        lane.leave();
        most = Math.max(most, begun.length - done.length);
        await gate.passed;
      });
      await until(() => expect(begun).toHaveLength(10));
      gate.open();
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(100))));
      expect(most).toBe(10);
    });
  });
}

export function describeSharing(given: Given): void {
  describe('two subscriptions of one group', () => {
    it('get every record between them', async () => {
      const { log, another = async () => log, traits } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      const other = await another();
      const members = [
        await subscribe(log, { group, topics: [topic] }),
        await subscribe(other, { group, topics: [topic] }),
      ];
      await until(() => expect(members.every(({ subscription }) => subscription.ready())).toBe(true));
      let told = 0;
      const tellMore = async () => {
        await log.publish(numbers(50, told).map((value) => outgoing(topic, `key ${value}`, value)));
        told += 50;
      };
      await tellMore();
      await until(() => expect(valuesIn(members.flatMap(({ done }) => done))).toEqual(new Set(numbers(told))));
      if (!traits.sharesTopics) return;
      // A member may have joined after the other had already worked off what there was.
      for (let i = 0; i < 100 && members.some(({ done }) => done.length === 0); i += 1) await tellMore();
      expect(members.map(({ done }) => done.length > 0)).toEqual([true, true]);
      await until(() => expect(valuesIn(members.flatMap(({ done }) => done))).toEqual(new Set(numbers(told))));
    });

    it('go on as one when the other leaves', async () => {
      const { log, another = async () => log } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      const leaving = await subscribe(log, { group, topics: [topic] });
      const staying = await subscribe(await another(), { group, topics: [topic] });
      await log.publish(numbers(50).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn([...leaving.done, ...staying.done])).toEqual(new Set(numbers(50))));
      await leaving.subscription.close();
      const before = staying.done.length;
      await log.publish(numbers(50, 50).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn([...leaving.done, ...staying.done])).toEqual(new Set(numbers(100))));
      expect(staying.done.length).toBeGreaterThanOrEqual(before + 50);
    });
  });
}
