import { describe, expect, it } from 'vitest';
import { groupOf, numbers, outgoing, readAll, subscribe, topicOf, until, valueOf } from './opened-log.ts';
import type { Given } from './opened-log.ts';

export function describeReading(given: Given): void {
  describe('a bounded read', () => {
    it('of a topic without records ends at once', async () => {
      expect(await readAll(given().log, [await topicOf(given())])).toEqual([]);
    });

    it('ends although publishers go on, with all that was there when it began', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish(numbers(300).map((value) => outgoing(topic, `key ${value}`, value)));
      const stop = new AbortController();
      let more = 300;
      const publishing = (async () => {
        while (!stop.signal.aborted) await log.publish([outgoing(topic, `key ${more}`, `${more++}`)]);
      })();
      const values = new Set<string>();
      for await (const record of log.read({ topics: [topic] })) {
        values.add(valueOf(record));
        // A slow reader: there is always something newer than what it has seen.
        const aim = values.size <= 50 ? more + 1 : more;
        await until(() => expect(more).toBeGreaterThanOrEqual(aim));
      }
      stop.abort();
      await publishing;
      for (const value of numbers(300)) expect(values).toContain(value);
      expect(values.size).toBeLessThan(more);
    });

    it('gives several topics, each record once, in the order of its partition', async () => {
      const { log } = given();
      const topics = [await topicOf(given()), await topicOf(given())];
      for (const value of numbers(40)) {
        await log.publish(topics.map((topic) => outgoing(topic, `key ${Number(value) % 7}`, `${topic} ${value}`)));
      }
      const records = await readAll(log, topics);
      expect(new Set(records.map(valueOf)).size).toBe(80);
      expect(records).toHaveLength(80);
      const last = new Map<string, bigint>();
      for (const { topic, partition, offset } of records) {
        expect(offset > (last.get(`${topic}/${partition}`) ?? -1n)).toBe(true);
        last.set(`${topic}/${partition}`, offset);
      }
    });

    it('keeps to its span: from the first millisecond, to before the last', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const times: number[] = [];
      for (const value of numbers(3)) {
        await log.publish([outgoing(topic, 'key', value)]);
        const at = (await readAll(log, [topic])).at(-1)?.appendedAt ?? 0;
        times.push(at);
        await until(() => expect(Date.now()).toBeGreaterThan(at + 1));
      }
      const [, second = 0, third = 0] = times;
      expect((await readAll(log, [topic], { from: second })).map(valueOf)).toEqual(['1', '2']);
      expect((await readAll(log, [topic], { to: second })).map(valueOf)).toEqual(['0']);
      expect((await readAll(log, [topic], { from: second, to: third })).map(valueOf)).toEqual(['1']);
      expect(await readAll(log, [topic], { from: third + 1 })).toEqual([]);
      expect(await readAll(log, [topic], { to: times[0] })).toEqual([]);
    });

    it('may be left in the middle', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      await log.publish(numbers(500).map((value) => outgoing(topic, `key ${value}`, value)));
      let seen = 0;
      for await (const record of log.read({ topics: [topic] })) {
        expect(record.topic).toBe(topic);
        seen += 1;
        if (seen === 10) break;
      }
      expect(seen).toBe(10);
      expect(await readAll(log, [topic])).toHaveLength(500);
    });

    it('takes nothing away from a group', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      await log.publish(numbers(5).map((value) => outgoing(topic, value, value)));
      await readAll(log, [topic]);
      expect(behind(await log.lag(group, [topic]))).toBe(5);
      const { done } = await subscribe(log, { group, topics: [topic] });
      await until(() => expect(done).toHaveLength(5));
    });

    it('passes over no record because of its size', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const large = Buffer.alloc(512 * 1024, 'x');
      for (const value of numbers(6)) {
        const record = outgoing(topic, 'key', value);
        await log.publish([Number(value) % 2 === 0 ? { ...record, value: large } : record]);
      }
      const sizes = (await readAll(log, [topic])).map(({ value }) => value?.length);
      expect(sizes).toEqual([large.length, 1, large.length, 1, large.length, 1]);
    });
  });

  describe('the lag of a group', () => {
    it('counts what the group has not dealt with, per partition', async () => {
      const { log, traits } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      await log.publish(numbers(10).map((value) => outgoing(topic, value, value)));
      const before = await log.lag(group, [topic]);
      expect(new Set(before.map(({ partition }) => partition))).toEqual(new Set(Array(traits.partitions).keys()));
      expect(behind(before)).toBe(10);
      const { done, subscription } = await subscribe(log, { group, topics: [topic] });
      await until(() => expect(done).toHaveLength(10));
      await subscription.close();
      expect(behind(await log.lag(group, [topic]))).toBe(0);
      await log.publish([outgoing(topic, 'one', 'more')]);
      expect(behind(await log.lag(group, [topic]))).toBe(1);
    });
  });
}

const behind = (lags: readonly { readonly records: number }[]) => lags.reduce((sum, { records }) => sum + records, 0);
