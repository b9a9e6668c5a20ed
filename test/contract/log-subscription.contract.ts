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

export function describeSubscriptions(given: Given): void {
  describeLeaving(given);

  describe('a subscription', () => {
    it('is ready once it takes part, and not after its end', async () => {
      const { log } = given();
      const { subscription } = await subscribe(log, { topics: [await topicOf(given())] });
      await until(() => expect(subscription.ready()).toBe(true));
      await subscription.close();
      expect(subscription.ready()).toBe(false);
    });

    it('hands out nothing while paused, and the rest after that', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const gate = createGate();
      const { subscription, begun, done } = await subscribe(
        log,
        { topics: [topic], concurrency: 2 },
        () => gate.passed,
      );
      await log.publish(numbers(20).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(begun).toHaveLength(2));
      subscription.pause();
      subscription.pause();
      gate.open();
      await log.publish(numbers(20, 20).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(done).toHaveLength(2));
      // A second group shows that everything has been there to be handed out for a while.
      const witness = await subscribe(log, { topics: [topic] });
      await until(() => expect(valuesIn(witness.done)).toEqual(new Set(numbers(40))));
      expect(begun).toHaveLength(2);
      expect(subscription.ready()).toBe(true);
      subscription.resume();
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(40))));
    });

    it('that was paused before it got anything begins when it is resumed', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const { subscription, begun, done } = await subscribe(log, { topics: [topic] });
      subscription.pause();
      await until(() => expect(subscription.ready()).toBe(true));
      await log.publish(numbers(5).map((value) => outgoing(topic, `key ${value}`, value)));
      const witness = await subscribe(log, { topics: [topic] });
      await until(() => expect(valuesIn(witness.done)).toEqual(new Set(numbers(5))));
      expect(begun).toEqual([]);
      subscription.resume();
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(5))));
    });

    it('at its end aborts the lanes, waits for running handlers and hands out nothing more', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const ends: string[] = [];
      const { subscription, begun } = await subscribe(
        log,
        { topics: [topic], concurrency: 3 },
        async (_, { signal }) => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          await new Promise((resolve) => setTimeout(resolve, 50));
          ends.push('handler');
          throw new Error('not done');
        },
      );
      await log.publish(numbers(10).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(begun).toHaveLength(3));
      await Promise.all([subscription.close(), subscription.close()]);
      ends.push('closed');
      expect(ends).toEqual(['handler', 'handler', 'handler', 'closed']);
      expect(begun).toHaveLength(3);
    });

    it('does not wait longer than the grace for a handler that never ends', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const gate = createGate();
      const { subscription, begun, done } = await subscribe(log, { topics: [topic] }, () => gate.passed);
      await log.publish([outgoing(topic, 'key', 'value')]);
      await until(() => expect(begun).toHaveLength(1));
      await subscription.close(20);
      expect(done).toEqual([]);
    });

    it('after a restart gets what was not dealt with again, and nothing else', async () => {
      const { log, reopen } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      const gate = createGate();
      // One key: everything behind the stuck record is above the watermark.
      const before = await subscribe(log, { group, topics: [topic] }, async (record) => {
        if (valueOf(record) === '5') await gate.passed;
      });
      await log.publish(numbers(10).map((value) => outgoing(topic, 'key', value)));
      await until(() => expect(before.begun).toHaveLength(6));
      await before.subscription.close(0);
      const after = await subscribe(await reopen(), { group, topics: [topic] });
      await until(() => expect(after.done.map(valueOf)).toContain('9'));
      expect(after.begun.map(valueOf)).toEqual(numbers(5, 5));
    });

    it('after a restart goes on where it was, if everything was dealt with', async () => {
      const { log, reopen } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      const before = await subscribe(log, { group, topics: [topic] });
      await log.publish(numbers(30).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn(before.done)).toEqual(new Set(numbers(30))));
      await before.subscription.close();
      const reopened = await reopen();
      const after = await subscribe(reopened, { group, topics: [topic] });
      await reopened.publish(numbers(30, 30).map((value) => outgoing(topic, `key ${value}`, value)));
      await until(() => expect(valuesIn(after.done)).toEqual(new Set(numbers(30, 30))));
    });
  });
}

function describeLeaving(given: Given): void {
  describe('a record that leaves its lane', () => {
    it('lets the next of its key pass and gives its slot back', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      const gate = createGate();
      const { done } = await subscribe(log, { topics: [topic], concurrency: 1 }, async (record, lane) => {
        if (keyOf(record) !== 'waiting') return;
        lane.leave();
        lane.leave();
        await gate.passed;
      });
      await log.publish(['first', 'second'].map((value) => outgoing(topic, 'waiting', value)));
      await log.publish(numbers(5).map((value) => outgoing(topic, 'key', value)));
      await until(() => expect(valuesIn(done)).toEqual(new Set(numbers(5))));
      gate.open();
      await until(() => expect(valuesIn(done)).toEqual(new Set([...numbers(5), 'first', 'second'])));
    });

    it('stays unfinished: a restart brings it again, with what came behind it', async () => {
      const { log, reopen } = given();
      const topic = await topicOf(given());
      const group = groupOf();
      const gate = createGate();
      const before = await subscribe(log, { group, topics: [topic] }, async (record, lane) => {
        if (valueOf(record) !== 'waiting') return;
        lane.leave();
        await gate.passed;
      });
      await log.publish(['before', 'waiting', 'behind'].map((value) => outgoing(topic, 'key', value)));
      await until(() => expect(before.done.map(valueOf)).toEqual(['before', 'behind']));
      await before.subscription.close(0);
      const after = await subscribe(await reopen(), { group, topics: [topic] });
      await until(() => expect(after.done.map(valueOf)).toContain('behind'));
      expect(byKey(after.done)).toEqual({ key: ['waiting', 'behind'] });
    });

    it('comes again after a rejection like any other', async () => {
      const { log } = given();
      const topic = await topicOf(given());
      let refused = false;
      const { begun, done } = await subscribe(log, { topics: [topic] }, async (record, lane) => {
        if (valueOf(record) !== 'waiting' || refused) return;
        refused = true;
        lane.leave();
        throw new Error('not yet');
      });
      await log.publish(['waiting', 'behind'].map((value) => outgoing(topic, 'key', value)));
      await until(() => expect(valuesIn(done)).toEqual(new Set(['waiting', 'behind'])));
      expect(begun.map(valueOf).filter((value) => value === 'waiting')).toHaveLength(2);
    });
  });
}
