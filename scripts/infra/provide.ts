import { dockerAnswers, startKafkaContainer, startRedisContainer } from './docker.ts';
import { answers, startKafka } from './kafka.ts';
import { connectRedis, startRedis } from './redis.ts';

/** A server somebody can use, or the sentence that says why there is none. */
export type Provided =
  | { available: true; address: string; origin: string; stop: () => Promise<void> }
  | { available: false; reason: string };

/**
 * Gives a Kafka: that of KAFKA_BROKERS, else one in Docker where an engine answers, else one on this machine. It lives
 * as long as this process.
 */
export async function provideKafka(): Promise<Provided> {
  const configured = process.env.KAFKA_BROKERS;
  if (configured) {
    for (const address of configured.split(',')) if (await answers(address.trim())) return external(configured);
    return { available: false, reason: `KAFKA_BROKERS is set to ${configured}, and no broker answers there` };
  }
  return await firstToStart('Kafka', startKafkaContainer, async () => {
    const kafka = await startKafka();
    return { address: kafka.brokers.join(','), stop: kafka.stop };
  });
}

/** Gives a Redis: that of REDIS_URL, else one in Docker where an engine answers, else one on this machine. */
export async function provideRedis(): Promise<Provided> {
  const configured = process.env.REDIS_URL;
  if (configured) {
    const redis = await connectRedis(configured.split(',', 1).join()).catch(() => undefined);
    redis?.disconnect();
    // The address may carry a password, so the reason does not repeat it.
    return redis ? external(configured) : { available: false, reason: 'REDIS_URL is set, and no Redis answers there' };
  }
  return await firstToStart('Redis', startRedisContainer, async () => {
    const redis = await startRedis();
    return { address: redis.url, stop: redis.stop };
  });
}

type Started = { address: string; stop: () => Promise<void> };

function external(address: string): Provided {
  return { available: true, address, origin: 'environment', stop: async () => {} };
}

async function firstToStart(
  name: string,
  inDocker: () => Promise<Started>,
  onMachine: () => Promise<Started>,
): Promise<Provided> {
  const reasons: string[] = [];
  const sources = (await dockerAnswers())
    ? { Docker: inDocker, 'this machine': onMachine }
    : { 'this machine': onMachine };
  for (const [origin, start] of Object.entries(sources)) {
    try {
      return { available: true, origin, ...(await start()) };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { available: false, reason: `${name} cannot be started: ${reasons.join('; ')}` };
}
