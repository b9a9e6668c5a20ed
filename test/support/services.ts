// This file makes suites and is none: titles and bodies come from its callers.
/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/expect-expect */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { describe, inject, it } from 'vitest';
import { startKafka, type Kafka, type KafkaOptions } from '../../scripts/infra/kafka.ts';
import { startRedisCluster as startPlainCluster, type RedisCluster } from '../../scripts/infra/redis-cluster.ts';
import { startRedis as startPlainRedis, type RedisOptions, type RedisServer } from '../../scripts/infra/redis.ts';

/** Servers of a suite's own. If one dies that no test killed, this test process ends at once and says so: see `endProcess`. */
export const startOwnKafka = (options: KafkaOptions = {}): Promise<Kafka> =>
  startKafka({ died: endProcess, ...options });
export const startRedis = (options: RedisOptions = {}): Promise<RedisServer> =>
  startPlainRedis({ died: endProcess, ...options });
export const startRedisCluster = (): Promise<RedisCluster> => startPlainCluster(endProcess);

/** Every test that is left would wait for its time-out, and none would say why. What this process started dies with it. */
function endProcess(sentence: string): void {
  writeSync(2, `\nThis suite ends here. ${sentence}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/**
 * What a live suite may ask for. `kafka` and `redis` are shared by the whole run (and may be somebody's own, given by
 * KAFKA_BROKERS and REDIS_URL): a suite there uses tenants, subjects and consumer groups of its own. `own-kafka` and
 * `own-redis` say that this machine can start servers for one suite alone, to be killed, wiped or clustered.
 */
export type Need = 'kafka' | 'redis' | 'own-kafka' | 'own-redis';

/** The shared servers of this run; empty for those that a suite did not ask for and that are missing. */
export type Services = { brokers: string[]; redisUrl: string };

/** What start-services.ts found out: addresses, and for each need that cannot be met the reason. */
export type ServicesReport = { kafkaBrokers: string; redisUrl: string; missing: Partial<Record<Need, string>> };

declare module 'vitest' {
  export interface ProvidedContext {
    services: ServicesReport;
  }
}

/**
 * A suite on real servers, in a file named `*.live.test.ts`. Without a server it needs, it is reported as one skipped
 * test with the reason; with REQUIRE_SERVICES=1 as one failed.
 */
export function describeLive(title: string, needs: Need[], body: (services: Services) => void): void {
  const { kafkaBrokers, redisUrl, missing } = inject('services');
  const reasons = needs.flatMap((need) => missing[need] ?? []);
  if (reasons.length === 0) {
    describe(title, () => body({ brokers: kafkaBrokers.split(',').filter(Boolean), redisUrl }));
    return;
  }
  const reason = [...new Set(reasons)].join('; ');
  describe(`${title} (${reason})`, () => {
    it('has the servers it needs', (context) => {
      if (process.env.REQUIRE_SERVICES === '1') throw new Error(reason);
      context.skip(reason);
    });
  });
}

/** A name nobody else uses on the shared servers: fit for a tenant id, a consumer group, a topic of a test's own. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`;
}
