import { Cluster } from 'ioredis';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectRedis } from '../../scripts/infra/redis.ts';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import type { RedisCluster } from '../../scripts/infra/redis-cluster.ts';
import { describeLive, startOwnKafka, startRedis, startRedisCluster, uniqueName } from '../support/services.ts';

const quiet = { logLevel: kafkajs.logLevel.NOTHING };

describeLive('The shared Kafka', ['kafka'], ({ brokers }) => {
  it('gives a record back to a group that starts at the beginning', async () => {
    const kafka = new kafkajs.Kafka({ ...quiet, brokers });
    const topic = uniqueName('smoke');
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3, replicationFactor: 1 }] });
    const producer = kafka.producer({ idempotent: true, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ key: 'subject', value: 'told' }] });
    const consumer = kafka.consumer({ groupId: uniqueName('smoke'), maxWaitTimeInMs: 250 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const value = await new Promise<string>((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) }).catch(reject);
    });
    expect(value).toBe('told');
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  });
});

describeLive('A Kafka of a suite’s own', ['own-kafka'], () => {
  it('keeps its records when it is killed and started again', async () => {
    const own = await startOwnKafka();
    const kafka = new kafkajs.Kafka({ ...quiet, brokers: own.brokers });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept', numPartitions: 1 }] });
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'once' }, { value: 'twice' }] });
    await own.nodes[0]?.kill('SIGKILL');
    await own.nodes[0]?.start();
    expect(await admin.fetchTopicOffsets('kept')).toMatchObject([{ partition: 0, offset: '2' }]);
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    await own.stop();
  });

  it('can have three brokers that replicate', async () => {
    const own = await startOwnKafka({ brokers: 3 });
    const admin = new kafkajs.Kafka({ ...quiet, brokers: own.brokers }).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: 't', numPartitions: 1, replicationFactor: 3 }],
    });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['t'] });
    expect(topics[0]?.partitions[0]?.replicas).toHaveLength(3);
    await admin.disconnect();
    await own.stop();
  });
});

describeLive('A Redis of a suite’s own', ['own-redis'], () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => await server.stop());

  it('evicts nothing and keeps its records when it is killed', async () => {
    const before = await connectRedis(server.url);
    expect(await before.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await before.set('record', 'kept');
    before.disconnect();
    await server.kill('SIGKILL');
    await server.start();
    const after = await connectRedis(server.url);
    expect(await after.get('record')).toBe('kept');
    after.disconnect();
  });
});

describeLive('A Redis cluster of a suite’s own', ['own-redis'], () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => await cluster.stop());

  it('spreads keys over three masters', async () => {
    const client = new Cluster(cluster.urls);
    for (let number = 0; number < 100; number++) await client.set(`key-${number}`, number);
    const sizes = await Promise.all(client.nodes('master').map(async (node) => await node.dbsize()));
    client.disconnect();
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });
});
