import { startOwnKafka, startRedis } from './services.ts';

/** Kafka and Redis for one suite alone, to be stopped, killed and looked into. */
export type OwnServers = {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly kafkaPort: number;
  readonly redisPort: number;
  readonly kafka: Awaited<ReturnType<typeof startOwnKafka>>;
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  stop(): Promise<void>;
};

export async function startOwnServers(brokers: 1 | 3 = 1): Promise<OwnServers> {
  const [kafka, redis] = await Promise.all([startOwnKafka({ brokers }), startRedis()]);
  return {
    brokers: kafka.brokers,
    redisUrl: redis.url,
    kafkaPort: Number(kafka.brokers[0]?.split(':').at(-1)),
    redisPort: redis.port,
    kafka,
    redis,
    async stop() {
      await Promise.all([kafka.stop(), redis.stop()]);
    },
  };
}
