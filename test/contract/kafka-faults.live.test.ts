import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Kafka } from '../../scripts/infra/kafka.ts';
import { findFreePort } from '../../scripts/infra/child.ts';
import type { LogRecord } from '#storage/log.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { createHearing, expectUnbroken, openLog, startOwners, sum, topicOn } from '../support/kafka-load.ts';
import { describeLive, startOwnKafka, uniqueName } from '../support/services.ts';
import { numbers, patience, readAll, until, valueOf } from './opened-log.ts';

const childScript = fileURLToPath(new URL('../support/kafka-child.ts', import.meta.url));

describeLive('A broker that dies', ['own-kafka'], () => {
  let kafka: Kafka;
  beforeAll(async () => {
    kafka = await startOwnKafka();
  });
  afterAll(async () => await kafka.stop());
  const broker = () => kafka.nodes[0];

  it('loses nothing that was acknowledged, keeps the order of keys, and is found again when it is back', async () => {
    const { log, said, fatal } = await openLog(kafka.brokers);
    const topic = await topicOn(log);
    const hearing = createHearing();
    const options = { group: uniqueName('test'), topics: [topic], concurrency: 8 };
    const subscription = await log.subscribe(options, hearing.by('it'));
    const owners = startOwners(log, topic);
    await until(() => expect(owners.least()).toBeGreaterThan(30));
    await broker()?.kill('SIGKILL');
    await until(() => expect(owners.rejections.length).toBeGreaterThan(0));
    await expect(log.check()).rejects.toBeInstanceOf(Unavailable);
    const before = owners.least();
    await broker()?.start();
    await until(() => expect(owners.least()).toBeGreaterThan(before + 30));
    const acked = await owners.stop();
    expect(owners.rejections.filter((error) => !(error instanceof Unavailable))).toEqual([]);
    expectUnbroken(await readAll(log, [topic]), acked);
    await until(() => expect(subscription.ready()).toBe(true));
    await until(() => expect(hearing.different()).toBeGreaterThanOrEqual(sum(acked)));
    expectUnbroken(hearing.heard, acked);
    await until(() => expect(log.waitingMs()).toBe(0));
    expect(fatal).toEqual([]);
    expect(said.join('\n')).not.toMatch(/key-\d/);
  });
});

describeLive('A broker that is not there yet', ['own-kafka'], () => {
  it('makes publications reject, first at their deadline, then at once, and is used when it comes', async () => {
    const port = await findFreePort();
    const { log } = await openLog([`127.0.0.1:${port}`]);
    await expect(log.check()).rejects.toBeInstanceOf(Unavailable);
    const heard: LogRecord[] = [];
    const topic = 'twofold.test';
    const subscription = await log.subscribe({ group: 'test', topics: [topic], concurrency: 1 }, async (record) => {
      heard.push(record);
    });
    expect(subscription.ready()).toBe(false);
    const publish = () => log.publish([{ topic, key: 'key', headers: {}, value: 'value' }]);
    await expect(publish()).rejects.toBeInstanceOf(Unavailable);
    await expect(log.lag('test', [topic])).rejects.toBeInstanceOf(Unavailable);
    await expect(readAll(log, [topic])).rejects.toBeInstanceOf(Unavailable);
    const startedAt = performance.now();
    await expect(publish()).rejects.toBeInstanceOf(Unavailable);
    // Ten seconds would be the deadline.
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const kafka = await startOwnKafka({ ports: [port] });
    onTestFinished(async () => await kafka.stop());
    await log.ensureTopics([{ name: topic, retentionMs: 3_600_000, partitions: 1 }]);
    await vi.waitFor(publish, patience);
    await until(() => expect(heard.length).toBeGreaterThan(0));
    expect(subscription.ready()).toBe(true);
  });
});

describeLive('The shared Kafka', ['kafka'], ({ brokers }) => {
  it('hands the partitions of a group over under load: nothing is lost, first deliveries keep the order of keys', async () => {
    const { log } = await openLog(brokers);
    const { log: otherLog } = await openLog(brokers);
    const topic = await topicOn(log, 6);
    const options = { group: uniqueName('test'), topics: [topic], concurrency: 8 };
    const { heard, by, countBy, different } = createHearing();
    await log.subscribe(options, by('first'));
    const owners = startOwners(log, topic);
    await until(() => expect(countBy('first')).toBeGreaterThan(200));
    const second = await otherLog.subscribe(options, by('second'));
    await until(() => expect(countBy('second')).toBeGreaterThan(200));
    await second.close();
    const left = countBy('second');
    const before = countBy('first');
    await until(() => expect(countBy('first')).toBeGreaterThan(before + 500));
    const acked = await owners.stop();
    await until(() => expect(different()).toBe(sum(acked)));
    expectUnbroken(heard, acked);
    expect(countBy('second')).toBe(left);
    expect(owners.rejections).toEqual([]);
  });

  it('gives again what a killed process had not committed, and nothing that it had', async () => {
    const { log } = await openLog(brokers);
    const topic = await topicOn(log);
    const group = uniqueName('test');
    const values = numbers(2000);
    await Promise.all(
      values.map((value) => log.publish([{ topic, key: `key-${Number(value) % 50}`, headers: {}, value }])),
    );
    const child = spawn(process.execPath, [childScript, brokers.join(), group, topic], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const told: string[] = [];
    createInterface(child.stdout).on('line', (line) => told.push(line));
    const behind = async () => (await log.lag(group, [topic])).reduce((total, { records }) => total + records, 0);
    await vi.waitFor(async () => expect(await behind()).toBeLessThan(1800), patience);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    const left = await behind();
    expect(left).toBeGreaterThan(0);
    const { heard, by, different } = createHearing();
    await log.subscribe({ group, topics: [topic], concurrency: 8 }, by('heir'));
    // The coordinator keeps the dead member's partitions until its session is over.
    await vi.waitFor(() => expect(different()).toBe(left), { ...patience, timeout: 60_000 });
    expect(new Set([...told, ...heard.map(valueOf)]).size).toBe(2000);
  });

  it('knows no group of a reader', async () => {
    const { log } = await openLog(brokers);
    const topic = await topicOn(log);
    const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    onTestFinished(async () => await admin.disconnect());
    const groups = async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    await log.publish(numbers(10).map((key) => ({ topic, key, headers: {}, value: 'value' })));
    const before = await groups();
    for await (const record of log.read({ topics: [topic] })) {
      expect(record.topic).toBe(topic);
      expect(await groups()).toEqual(before);
    }
  });

  it('is read to the end of every partition, though one answer holds a few of them only', async () => {
    const { log } = await openLog(brokers);
    const topic = await topicOn(log, 48);
    const record = { topic, key: null, headers: {}, value: Buffer.alloc(64 * 1024, 'x') };
    // Without a key they go to each partition in turn, 512 KiB to each.
    for (let i = 0; i < 8; i += 1) await Promise.all(numbers(48).map(() => log.publish([record])));
    expect(await readAll(log, [topic])).toHaveLength(48 * 8);
  });

  describe('topics', () => {
    it('with another number of partitions are refused in words', async () => {
      const { log } = await openLog(brokers);
      const name = await topicOn(log, 3);
      const refusal = log.ensureTopics([{ name, retentionMs: 3_600_000, partitions: 4 }]);
      await expect(refusal).rejects.toThrow(`Topic ${name} has 3 partitions and should have 4`);
      await expect(refusal).rejects.not.toBeInstanceOf(Unavailable);
    });

    it('with another retention are told of', async () => {
      const { log } = await openLog(brokers);
      const name = await topicOn(log, 3);
      const warnings = await log.ensureTopics([{ name, retentionMs: 7_200_000, partitions: 3 }]);
      expect(warnings.join('\n')).toContain(`Topic ${name} has retention.ms=3600000 and should have 7200000.`);
    });

    it('can be made by two processes at once', async () => {
      const { log } = await openLog(brokers);
      const { log: other } = await openLog(brokers);
      const wanted = numbers(5).map((n) => ({
        name: uniqueName(`twofold.test-${n}`),
        retentionMs: 1000,
        partitions: 1,
      }));
      await Promise.all([log, other].map((one) => one.ensureTopics(wanted)));
      expect(
        await readAll(
          log,
          wanted.map(({ name }) => name),
        ),
      ).toEqual([]);
    });

    it('that are compacted keep the last record of each key, and a read passes the gaps', async () => {
      const { log } = await openLog(brokers);
      const name = uniqueName('twofold.test');
      await log.ensureTopics([{ name, retentionMs: 0, compacted: true, partitions: 1 }]);
      for (const value of numbers(3)) await log.publish([{ topic: name, key: 'key', headers: {}, value }]);
      expect((await readAll(log, [name])).at(-1)).toMatchObject({ key: Buffer.from('key'), value: Buffer.from('2') });
      // Without a key there is nothing to compact by, and the broker says so.
      const keyless = log.publish([{ topic: name, key: null, headers: {}, value: 'x' }]);
      await expect(keyless).rejects.toThrow('INVALID_RECORD');
    });
  });
});
