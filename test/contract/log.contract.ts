import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#storage/unavailable.ts';
import { describeDelivery, describeSharing } from './log-delivery.contract.ts';
import { describePublishing } from './log-publish.contract.ts';
import { describeReading } from './log-read.contract.ts';
import { describeSubscriptions } from './log-subscription.contract.ts';
import { outgoing, readAll, topicOf } from './opened-log.ts';
import type { Given, LogTraits, OpenedLog } from './opened-log.ts';

/** Holds an adapter to every promise of the Log port. */
export function describeLog(name: string, open: () => Promise<OpenedLog>, traits: LogTraits): void {
  // oxlint-disable-next-line vitest/valid-title -- each adapter names itself
  describe(name, () => {
    let opened: OpenedLog;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => await opened.close());
    const given: Given = () => ({ ...opened, traits });

    describePublishing(given);
    describeReading(given);
    describeDelivery(given);
    describeSharing(given);
    describeSubscriptions(given);
    describeItsEnds(given);
  });
}

function describeItsEnds(given: Given): void {
  describe('the log itself', () => {
    it('is checked by a call that resolves while it answers', async () => {
      await expect(given().log.check()).resolves.toBeUndefined();
    });

    it('finds its topics there when they are wanted a second time', async () => {
      const { log, traits } = given();
      const name = await topicOf(given());
      const wanted = [{ name, retentionMs: 3_600_000, partitions: traits.partitions }];
      expect(await log.ensureTopics(wanted)).toEqual(await log.ensureTopics(wanted));
    });

    it('tells what waits before it closes, and takes nothing after that', async () => {
      const { log, reopen } = given();
      const topic = await topicOf(given());
      const calls = Array.from({ length: 200 }, (_, i) => log.publish([outgoing(topic, `key ${i}`, `${i}`)]));
      await log.close();
      await Promise.all(calls);
      await expect(log.publish([outgoing(topic, 'key', 'late')])).rejects.toBeInstanceOf(Unavailable);
      expect(await readAll(await reopen(), [topic])).toHaveLength(200);
    });
  });
}
