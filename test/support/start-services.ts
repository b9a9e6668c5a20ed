import type { TestProject } from 'vitest/node';
import { provideKafka, provideRedis } from '../../scripts/infra/provide.ts';
import { missingOwn } from './find-services.ts';
import type { ServicesReport } from './services.ts';

/**
 * Runs once before the live tests, and only if some are selected: starts Kafka and Redis at the same time and tells the
 * tests where they are, or why they are not. Returns what stops them.
 */
export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const startedAt = performance.now();
  /** Without it every test that is left would wait for its time-out, and none would say why. */
  const endRun = (sentence: string) => {
    console.error(`\nThe run ends here. ${sentence}`);
    project.vitest.state.catchError(new Error(sentence), 'A shared server died');
    void project.vitest.cancelCurrentRun('test-failure');
  };
  const [kafka, redis, own] = await Promise.all([provideKafka(endRun), provideRedis(endRun), missingOwn()]);
  const report: ServicesReport = {
    kafkaBrokers: kafka.available ? kafka.address : '',
    redisUrl: redis.available ? redis.address : '',
    missing: {
      ...(!kafka.available && { kafka: kafka.reason }),
      ...(!redis.available && { redis: redis.reason }),
      ...own,
    },
  };
  project.provide('services', report);
  const origins = [kafka, redis].map((provided) => (provided.available ? `from ${provided.origin}` : 'missing'));
  console.log(`Kafka ${origins[0]}, Redis ${origins[1]} (${Math.round(performance.now() - startedAt)} ms)`);
  return async () => {
    await Promise.all([kafka, redis].map(async (provided) => provided.available && (await provided.stop())));
  };
}
