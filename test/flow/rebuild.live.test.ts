import { afterAll, beforeAll, expect, it } from 'vitest';
import { topics } from '#schemas/topics.ts';
import { openLogAlone } from '#storage/open.ts';
import { openRedisStore } from '#storage/redis/store.ts';
import { encodeChain, type Draft } from '#core/event.ts';
import { runRebuild } from '../../scripts/rebuild/run.ts';
import { subjectOf } from '../contract/commits.ts';
import { eventually } from '../support/installation.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { describeLive } from '../support/services.ts';

describeLive('npm run rebuild', ['own-kafka', 'own-redis'], () => {
  let servers: OwnServers;
  beforeAll(async () => {
    servers = await startOwnServers();
  });
  afterAll(async () => await servers?.stop());

  it('fills an empty Redis from the log and opens it, finds it open again, and says what it needs', async () => {
    const log = await openLogAlone({ brokers: servers.brokers, ssl: false }, { clientId: 'test', now: Date.now });
    await eventually('topics', () => log.ensureTopics(Object.values(topics)).catch(() => undefined));
    const [subject, life, time] = [subjectOf(), 'lifelifelif', Date.now()];
    const reset: Draft = { type: 'address-reset', about: subject, data: { counted: { destination: 'd'.repeat(22) } } };
    const told = { tenant: 'acme', subject, source: '/twofold/test', actor: 'service:test', causationId: 'c', time };
    const chain = encodeChain([reset, reset], { life, version: 0, head: '' }, told, [undefined, undefined]);
    await log.publish(chain);
    await log.close();

    const printed: string[] = [];
    const print = (line: string) => void printed.push(line);
    const env = { KAFKA_BROKERS: servers.brokers.join(), REDIS_URL: servers.redisUrl };
    expect(await runRebuild([], { env, print, complain: print })).toBe(0);
    expect(printed).toContain('12 of 12 partitions, 2 events read, 1 records restored; 256 buckets opened');
    const store = await openRedisStore({ url: servers.redisUrl, now: Date.now });
    expect(await store.load(subject)).toMatchObject({ life, version: 2, head: chain[1]?.hash, unlogged: [] });
    await store.close();

    printed.length = 0;
    expect(await runRebuild([], { env, print, complain: print })).toBe(0);
    expect(printed).toEqual(['all 256 buckets are open']);
    expect(await runRebuild(['everything'], { env, print, complain: print })).toBe(2);
    expect(await runRebuild([], { env: {}, print, complain: print })).toBe(1);
    expect(printed.at(-1)).toContain('KAFKA_BROKERS and REDIS_URL must be set');
  });
});
