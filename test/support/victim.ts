import { scripts } from '#storage/redis/scripts.ts';
import type { GatedProxy, Verdict } from './gated-proxy.ts';
import { isProduce, startKafkaProxy } from './kafka-proxy.ts';
import type { OwnServers } from './own-servers.ts';
import { runs, startRedisProxy, wordsOf } from './redis-proxy.ts';

/** The gates between one service and its servers. */
export type Gates = {
  readonly kafka: GatedProxy;
  readonly redis: GatedProxy;
  /** For the service's environment. */
  readonly env: { readonly KAFKA_BROKERS: string; readonly REDIS_URL: string };
  /** Lets so many steps of the service's work through, and nothing any more after the last of them. */
  stopAfter(steps: number): void;
  /** True once something was stopped. */
  stopped(): boolean;
  open(): void;
  close(): void;
};

/** What a command does to the store; readiness, the relay's looking around and notes of deliveries are not its steps. */
const workCommands = new Set(['hgetall', 'evalsha', 'eval', 'zscore', 'unlink']);
const isWork = (request: Buffer) =>
  workCommands.has(wordsOf(request)[0]?.toLowerCase() ?? '') && !runs(request, scripts.note);

export async function startGates({ kafkaPort, redisPort }: OwnServers): Promise<Gates> {
  const [kafka, redis] = await Promise.all([startKafkaProxy(kafkaPort), startRedisProxy(redisPort)]);
  return {
    kafka,
    redis,
    env: { KAFKA_BROKERS: `127.0.0.1:${kafka.port}`, REDIS_URL: `redis://127.0.0.1:${redis.port}` },
    stopAfter(steps) {
      let left = steps;
      const count = (isStep: boolean): Verdict => {
        if (isStep) left -= 1;
        return left < 0 ? 'freeze' : 'pass';
      };
      kafka.gate((request) => count(isProduce(request)));
      redis.gate((request) => count(isWork(request)));
    },
    stopped: () => kafka.tripped() || redis.tripped(),
    open() {
      kafka.open();
      redis.open();
    },
    close() {
      kafka.close();
      redis.close();
    },
  };
}
