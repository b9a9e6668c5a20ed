import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Kafka as OwnKafka, KafkaNode } from '../../scripts/infra/kafka.ts';
import { openCluster } from '#storage/kafka/client.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { readAll, until, valueOf } from '../contract/opened-log.ts';
import { bareKafkajs, connectAdmin, createTopic, keyOfPartition } from '../support/bare-kafkajs.ts';
import { eventually } from '../support/installation.ts';
import { createHearing, expectUnbroken, openLog, startOwners, sum, topicOn } from '../support/kafka-load.ts';
import { describeLive, startOwnKafka, uniqueName } from '../support/services.ts';

const changeMsMax = 60_000;

describeLive('Three brokers', ['own-kafka'], () => {
  let kafka: OwnKafka;
  beforeAll(async () => {
    kafka = await startOwnKafka({ brokers: 3 });
  });
  afterAll(async () => await kafka?.stop());
  const node = (id: number) => kafka.nodes[id - 1] as KafkaNode;

  /** All partitions of all topics are on as many brokers as they should be. */
  async function allInSync(): Promise<void> {
    const admin = await connectAdmin(bareKafkajs(kafka.brokers));
    await eventually(
      'all replicas in sync',
      async () => {
        const { topics } = await admin.fetchTopicMetadata();
        return topics.every(({ partitions }) =>
          partitions.every(({ isr, replicas }) => isr.length === replicas.length),
        );
      },
      changeMsMax,
    );
  }

  /**
   * A topic with one partition led by broker 1 and one led by broker 2, which broker 1 takes over when 2 is gone. `die` lets broker 2
   * die in the middle of a request: it gets its part and never answers, while broker 1 answers.
   */
  async function prepareDeath() {
    await allInSync();
    const client = bareKafkajs(kafka.brokers);
    const admin = await connectAdmin(client);
    const topic = await createTopic(admin, [
      [1, 3],
      [2, 1],
    ]);
    const cluster = openCluster({ kafka: client, kill: () => {} });
    await cluster.connect();
    onTestFinished(async () => await cluster.disconnect());
    await cluster.addTargetTopic(topic);
    const endOfFirst = async () => {
      const [answer] = await cluster.fetchTopicsOffset([
        { topic, partitions: [{ partition: 0 }], fromBeginning: false },
      ]);
      return answer?.partitions[0]?.offset;
    };
    async function die<T>(send: () => Promise<T>): Promise<T> {
      process.kill(node(2).pid(), 'SIGSTOP');
      onTestFinished(async () => {
        await node(2).kill('SIGKILL');
        await node(2).start();
      });
      const sent = send();
      await eventually('an answer of broker 1', async () => (await endOfFirst()) === '2');
      await node(2).kill('SIGKILL');
      return await sent;
    }
    return { topic, die };
  }

  const told = async (topic: string) => {
    const { log } = await openLog(kafka.brokers);
    return (await readAll(log, [topic])).map(valueOf).toSorted();
  };

  it('bare kafkajs resolves a send of which one partition was never written, when its leader dies', async () => {
    const { topic, die } = await prepareDeath();
    const producer = bareKafkajs(kafka.brokers).producer({
      createPartitioner:
        () =>
        ({ message }) =>
          Number(message.key),
    });
    await producer.connect();
    onTestFinished(async () => await producer.disconnect());
    const send = (what: string) =>
      producer.send({ topic, acks: -1, messages: ['0', '1'].map((key) => ({ key, value: `${what} to ${key}` })) });
    // A broker may not know the topic yet; nothing is written then.
    await eventually('the topic to be known', () => send('a').then(Boolean, () => false));
    const answers = await die(() => send('b'));
    expect(answers.map(({ partition }) => partition)).toEqual([0]);
    expect(await told(topic)).toEqual(['a to 0', 'a to 1', 'b to 0']);
  });

  it('resolves ours only once every partition is written, though a leader dies', async () => {
    const { topic, die } = await prepareDeath();
    const { log } = await openLog(kafka.brokers);
    const rejections: unknown[] = [];
    const publish = (what: string) =>
      log
        .publish([0, 1].map((one) => ({ topic, key: keyOfPartition(one, 2), headers: {}, value: `${what} to ${one}` })))
        .then(() => true as const)
        .catch((error: unknown) => void rejections.push(error));
    expect(await publish('a')).toBe(true);
    // A deadline may pass before the leader has changed; who has no answer tells again.
    const first = await die(() => publish('b'));
    if (!first) await eventually('an acknowledgement', async () => (await publish('b')) === true, changeMsMax);
    expect([...new Set(await told(topic))]).toEqual(['a to 0', 'a to 1', 'b to 0', 'b to 1']);
    expect(rejections.filter((error) => !(error instanceof Unavailable))).toEqual([]);
  });

  it(
    'lose nothing while they restart one after the other and workers join and leave',
    { timeout: 240_000 },
    async () => {
      await allInSync();
      const { log, fatal } = await openLog(kafka.brokers);
      const topic = await topicOn(log, 6);
      const hearing = createHearing();
      const options = { group: uniqueName('drill'), topics: [topic], concurrency: 8 };
      const stays = await log.subscribe(options, hearing.by('stays'));
      const owners = startOwners(log, topic);
      const progress = async (by: string) => {
        const [heard, acked] = [hearing.countBy(by), owners.least()];
        await eventually(
          `work of ${by}`,
          () => hearing.countBy(by) > heard + 100 && owners.least() > acked + 10,
          changeMsMax,
        );
      };
      await progress('stays');
      const restarts: [number, NodeJS.Signals][] = [
        [1, 'SIGTERM'],
        [2, 'SIGKILL'],
        [3, 'SIGTERM'],
      ];
      for (const [id, signal] of restarts) {
        const workers = await Promise.all(
          ['a', 'b'].map(async (name) => {
            const by = `${name}${id}`;
            const { log: other } = await openLog(kafka.brokers);
            return { by, subscription: await other.subscribe(options, hearing.by(by)) };
          }),
        );
        await Promise.all(workers.map(({ by }) => progress(by)));
        await node(id).kill(signal);
        await progress('stays');
        // One leaves while a broker is away, the other while it comes back.
        await workers[0]?.subscription.close();
        await Promise.all([node(id).start(), workers[1]?.subscription.close()]);
        await allInSync();
        await progress('stays');
      }
      const acked = await owners.stop();
      expect(owners.rejections.filter((error) => !(error instanceof Unavailable))).toEqual([]);
      expectUnbroken(await readAll(log, [topic]), acked);
      await until(() => expect(hearing.different()).toBeGreaterThanOrEqual(sum(acked)));
      expectUnbroken(hearing.heard, acked);
      await until(() => expect(stays.ready()).toBe(true));
      expect(fatal).toEqual([]);
    },
  );
});
