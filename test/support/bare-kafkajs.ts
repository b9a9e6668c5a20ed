import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { partitionOf } from '#storage/kafka/murmur2.ts';
import { uniqueName } from './services.ts';

/** kafkajs as its documentation shows it, without any guard of ours: a drill runs against both, to show what the guard is for. */
export const bareKafkajs = (brokers: readonly string[], requestTimeoutMs = 30_000): Kafka =>
  new kafkajs.Kafka({
    brokers: [...brokers],
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    logLevel: kafkajs.logLevel.NOTHING,
  });

/** A topic of this drill's own whose partitions have these replicas, the first of each its leader. */
export async function createTopic(admin: Admin, replicas: readonly (readonly number[])[]): Promise<string> {
  const topic = uniqueName('twofold.drill');
  const replicaAssignment = replicas.map((nodes, partition) => ({ partition, replicas: [...nodes] }));
  const configEntries = [{ name: 'min.insync.replicas', value: '1' }];
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, replicaAssignment, configEntries }] });
  return topic;
}

/** An admin's connection for the running test. */
export async function connectAdmin(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  onTestFinished(async () => await admin.disconnect().catch(() => {}));
  return admin;
}

/** A key that goes to this partition of so many. */
export function keyOfPartition(partition: number, count: number): string {
  for (let number = 0; ; number += 1) {
    if (partitionOf(Buffer.from(`key-${number}`), count) === partition) return `key-${number}`;
  }
}
