import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Kafka as OwnKafka } from '../../scripts/infra/kafka.ts';
import { numbers, readAll, until, valueOf } from '../contract/opened-log.ts';
import { bareKafkajs, connectAdmin, createTopic, keyOfPartition } from '../support/bare-kafkajs.ts';
import { eventually } from '../support/installation.ts';
import { openLog } from '../support/kafka-load.ts';
import { isProduce, startKafkaProxy } from '../support/kafka-proxy.ts';
import { describeLive, startOwnKafka, uniqueName } from '../support/services.ts';

/** Long enough for what the broker does answer, and short, because a drill waits for it. */
const requestTimeoutMs = 1500;

describeLive('One broker', ['own-kafka'], () => {
  let kafka: OwnKafka;
  beforeAll(async () => {
    kafka = await startOwnKafka();
  });
  afterAll(async () => await kafka?.stop());

  const topicOf = async (partitions: number) =>
    createTopic(
      await connectAdmin(bareKafkajs(kafka.brokers)),
      numbers(partitions).map(() => [1]),
    );

  /** A way to the broker on which one produce request, the next one, meets this verdict. */
  async function startWay(verdict: 'hush' | 'cut') {
    const proxy = await startKafkaProxy(Number(kafka.brokers[0]?.split(':').at(-1)));
    onTestFinished(() => proxy.close());
    const arm = () => {
      let left = 1;
      proxy.gate((request) => (isProduce(request) && left-- > 0 ? verdict : 'pass'));
    };
    return { brokers: [`127.0.0.1:${proxy.port}`], arm, tripped: () => eventually('a lost answer', proxy.tripped) };
  }

  const told = async (topic: string) => (await readAll((await openLog(kafka.brokers)).log, [topic])).map(valueOf);

  it('bare kafkajs loses an acknowledged record and tells another twice when one answer is lost', async () => {
    const topic = await topicOf(1);
    const way = await startWay('hush');
    const producer = bareKafkajs(way.brokers, requestTimeoutMs).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => () => 0,
    });
    await producer.connect();
    onTestFinished(async () => await producer.disconnect());
    const send = (value: string) => producer.send({ topic, acks: -1, messages: [{ value }] });
    await send('first');
    way.arm();
    const a = send('a');
    await way.tripped();
    await Promise.all([a, send('b'), send('c')]);
    // All are acknowledged; whichever came next took the sequence number of a, so the broker held it for a repetition.
    const values = await told(topic);
    expect(values.filter((value) => value === 'a')).toHaveLength(2);
    expect(values.filter((value) => value === 'b' || value === 'c')).toHaveLength(1);
  });

  it.each(['hush', 'cut'] as const)(
    'loses nothing of ours and keeps the order when an answer is lost (%s)',
    async (verdict) => {
      const topic = await topicOf(1);
      const way = await startWay(verdict);
      const { log, said } = await openLog(way.brokers);
      const publish = (value: string) => log.publish([{ topic, key: 'key', headers: {}, value }]);
      await publish('first');
      way.arm();
      const a = publish('a');
      await way.tripped();
      await Promise.all([a, publish('b'), publish('c')]);
      const values = await told(topic);
      expect([...new Set(values)]).toEqual(['first', 'a', 'b', 'c']);
      const replaced = said.filter((line) => line.startsWith('producer-replaced')).length;
      expect(values.length - 4).toBeLessThanOrEqual(replaced);
    },
  );

  it('bare kafkajs leaves the group for good when a handler throws a TypeError', async () => {
    const topic = await topicOf(1);
    const bare = bareKafkajs(kafka.brokers);
    const admin = await connectAdmin(bare);
    const groupId = uniqueName('drill');
    const consumer = bare.consumer({ groupId, maxWaitTimeInMs: 250 });
    onTestFinished(async () => await consumer.disconnect());
    let handled = 0;
    const crashes: boolean[] = [];
    consumer.on(consumer.events.CRASH, ({ payload }) => void crashes.push(payload.restart));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async () => {
        handled += 1;
        throw new TypeError('a handler’s mistake');
      },
    });
    const { log } = await openLog(kafka.brokers);
    await log.publish(numbers(10).map((value) => ({ topic, key: value, headers: {}, value })));
    // One before, which it takes up again, may come of a coordinator that is not there yet.
    await until(() => expect(crashes).toContain(false));
    const stateOf = async () => (await admin.describeGroups([groupId])).groups[0]?.state;
    await eventually('an empty group', async () => (await stateOf()) === 'Empty');
    expect(handled).toBe(1);
    expect((await log.lag(groupId, [topic]))[0]?.records).toBe(10);
  });

  it('gives us everything else when a handler throws a TypeError, and that record again', async () => {
    const topic = await topicOf(1);
    const { log, fatal } = await openLog(kafka.brokers);
    const group = uniqueName('drill');
    const handled = new Set<string>();
    let thrown = 0;
    const subscription = await log.subscribe({ group, topics: [topic], concurrency: 4 }, async (record) => {
      if (valueOf(record) === '3') {
        thrown += 1;
        if (thrown < 3) throw new TypeError('a handler’s mistake');
      }
      handled.add(valueOf(record));
    });
    await log.publish(numbers(10).map((value) => ({ topic, key: value, headers: {}, value })));
    await until(() => expect(handled.size).toBe(10));
    expect(thrown).toBe(3);
    expect(subscription.ready()).toBe(true);
    await eventually('no lag', async () => (await log.lag(group, [topic])).every(({ records }) => records === 0));
    expect(fatal).toEqual([]);
  });

  it(
    'bare kafkajs holds up all partitions for one slow record, and we hold up its key only',
    { timeout: 120_000 },
    async () => {
      const partitions = 4;
      const topic = await topicOf(partitions);
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      const begun = { bare: [] as string[], ours: [] as string[] };
      const handle = async (by: 'bare' | 'ours', value: string) => {
        begun[by].push(value);
        if (value === 'slow') await gate;
      };
      const consumer = bareKafkajs(kafka.brokers).consumer({ groupId: uniqueName('drill'), maxWaitTimeInMs: 250 });
      onTestFinished(async () => {
        open();
        await consumer.disconnect();
      });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        partitionsConsumedConcurrently: partitions,
        eachMessage: ({ message }) => handle('bare', String(message.value)),
      });
      const { log } = await openLog(kafka.brokers);
      const group = uniqueName('drill');
      await log.subscribe({ group, topics: [topic], concurrency: 8 }, (record) => handle('ours', valueOf(record)));
      const publish = (partition: number, value: string) =>
        log.publish([{ topic, key: keyOfPartition(partition, partitions), headers: {}, value }]);
      await publish(0, 'slow');
      await until(() => expect([begun.bare, begun.ours]).toEqual([['slow'], ['slow']]));
      const quick = numbers(10);
      for (const value of quick) {
        await Promise.all([1, 2, 3].map((partition) => publish(partition, `${value}/${partition}`)));
        await until(() => expect(begun.ours).toContain(`${value}/1`));
      }
      await until(() => expect(begun.ours).toHaveLength(1 + 3 * quick.length));
      expect(begun.bare).toEqual(['slow']);
      open();
      await until(() => expect(begun.bare).toHaveLength(1 + 3 * quick.length));
    },
  );
});
