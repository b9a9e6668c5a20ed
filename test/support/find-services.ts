import type { TestProject } from 'vitest/node';
import { fetchKafkaJars } from '../../scripts/infra/kafka-jars.ts';
import { findRedis } from '../../scripts/infra/redis-binary.ts';
import type { ServicesReport } from './services.ts';

/** Runs once before the drills, which have servers of their own: says whether this machine can start them. */
export default async function findServices(project: TestProject): Promise<void> {
  const shared = 'drills have servers of their own';
  const missing = { kafka: shared, redis: shared, ...(await missingOwn()) };
  project.provide('services', { kafkaBrokers: '', redisUrl: '', missing });
}

/** What a suite cannot start for itself alone, with the reason. */
export async function missingOwn(): Promise<ServicesReport['missing']> {
  const [kafka, redis] = await Promise.all([whyNot(fetchKafkaJars()), whyNot(findRedis())]);
  return { ...(kafka !== undefined && { 'own-kafka': kafka }), ...(redis !== undefined && { 'own-redis': redis }) };
}

async function whyNot(preparation: Promise<unknown>): Promise<string | undefined> {
  try {
    await preparation;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
