import type { Died } from './child.ts';
import { dockerAnswers, startKafkaContainer, startRedisContainer } from './docker.ts';
import { answers, startKafka } from './kafka.ts';
import { connectRedis, startRedis } from './redis.ts';

/** A server somebody can use, or the sentence that says why there is none. */
export type Provided =
  | { available: true; address: string; origin: string; stop: () => Promise<void> }
  | { available: false; reason: string };

/**
 * Gives a Kafka: that of KAFKA_BROKERS, else one in Docker where an engine answers, else one on this machine. It lives
 * as long as this process; `died` is told if it does not.
 */
export async function provideKafka(died: Died): Promise<Provided> {
  const configured = process.env.KAFKA_BROKERS;
  const oneAnswers = async (addresses: string) =>
    (await Promise.all(addresses.split(',').map((address) => answers(address.trim())))).some(Boolean);
  if (configured) {
    if (await oneAnswers(configured))
      return external(
        configured,
        watch('Kafka', () => oneAnswers(configured), died),
      );
    return { available: false, reason: `KAFKA_BROKERS is set to ${configured}, and no broker answers there` };
  }
  const inDocker = async () => {
    const container = await startKafkaContainer();
    return watched(
      container,
      watch('Kafka in Docker', () => answers(container.address), died),
    );
  };
  return await firstToStart('Kafka', inDocker, async () => {
    const kafka = await startKafka({ died });
    return { address: kafka.brokers.join(','), stop: kafka.stop };
  });
}

/** Gives a Redis: that of REDIS_URL, else one in Docker where an engine answers, else one on this machine; as above. */
export async function provideRedis(died: Died): Promise<Provided> {
  const configured = process.env.REDIS_URL;
  if (configured) {
    const isThere = () => accepts(configured.split(',', 1).join());
    // The address may carry a password, so the reason does not repeat it.
    return (await isThere())
      ? external(configured, watch('Redis', isThere, died))
      : { available: false, reason: 'REDIS_URL is set, and no Redis answers there' };
  }
  const inDocker = async () => {
    const container = await startRedisContainer();
    return watched(
      container,
      watch('Redis in Docker', () => accepts(container.address), died),
    );
  };
  return await firstToStart('Redis', inDocker, async () => {
    const redis = await startRedis({ died });
    return { address: redis.url, stop: redis.stop };
  });
}

const watchEveryMs = 3000;
const missesMax = 3;

type Started = { address: string; stop: () => Promise<void> };

function external(address: string, stopWatching: () => void): Provided {
  return { available: true, address, origin: 'environment', stop: async () => stopWatching() };
}

function watched(started: Started, stopWatching: () => void): Started {
  const stop = async () => {
    stopWatching();
    await started.stop();
  };
  return { address: started.address, stop };
}

async function accepts(url: string): Promise<boolean> {
  const redis = await connectRedis(url).catch(() => undefined);
  redis?.disconnect();
  return redis !== undefined;
}

/** Asks a server that is no child of ours, again and again; a busy machine may let one question pass unanswered, not three. */
function watch(what: string, isThere: () => Promise<boolean>, died: Died): () => void {
  let misses = 0;
  const ask = async () => {
    misses = (await isThere()) ? 0 : misses + 1;
    if (misses < missesMax) timer = setTimeout(() => void ask(), watchEveryMs).unref();
    else died(`${what} does not answer any more, asked ${missesMax} times.`);
  };
  let timer = setTimeout(() => void ask(), watchEveryMs).unref();
  return () => clearTimeout(timer);
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
