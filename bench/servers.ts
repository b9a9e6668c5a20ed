import { startKafka } from '../scripts/infra/kafka.ts';
import { startRedis } from '../scripts/infra/redis.ts';
import type { Processes } from './processes.ts';

/** A new Kafka and a new Redis, with nothing in them, on this machine. */
export type Servers = {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly processes: Processes;
  stop(): Promise<void>;
};

export async function startServers(): Promise<Servers> {
  const [kafka, redis] = await Promise.allSettled([startKafka(), startRedis()]);
  const stop = async () => {
    for (const each of [kafka, redis]) if (each.status === 'fulfilled') await each.value.stop();
  };
  if (kafka.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw kafka.status === 'rejected' ? kafka.reason : (redis as PromiseRejectedResult).reason;
  }
  const processes = { kafka: kafka.value.nodes[0]?.pid() ?? -1, redis: redis.value.pid() };
  return { brokers: kafka.value.brokers, redisUrl: redis.value.url, processes, stop };
}
