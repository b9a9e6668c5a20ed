import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openRedisStore } from '#storage/redis/store.ts';
import type { Store } from '#storage/store.ts';
import type { RedisCluster } from '../../scripts/infra/redis-cluster.ts';
import { describeLive, startRedisCluster } from '../support/services.ts';
import { commitOf, eventsOf, subjectOf } from './commits.ts';
import { withinMs } from './opened-store.ts';
import { syncEveryWrite } from './redis-admin.ts';
import { keepOpening, openEmptyRedis } from './opened-redis.ts';
import { describeStore } from './store.contract.ts';

const backWithinMs = 30_000;

describeLive('A Redis cluster of its own', ['own-redis'], () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => await cluster.stop());

  describeStore('the store on a Redis cluster', () => openEmptyRedis(cluster.urls));
});

describeLive('The store on a Redis cluster', ['own-redis'], () => {
  let cluster: RedisCluster;
  let store: Store;
  let opening: ReturnType<typeof keepOpening>;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    store = await openRedisStore({ url: cluster.urls.join(), now: Date.now });
    opening = keepOpening(store);
    await isBack();
  });
  afterAll(async () => {
    await opening.stop();
    await store.close();
    await cluster.stop();
  });
  const isBack = () => vi.waitFor(() => store.check(), { timeout: backWithinMs, interval: 50 });

  it('takes the first burst of calls after opening', async () => {
    const fresh = await openRedisStore({ url: cluster.urls.join(), now: Date.now });
    const results = await Promise.all(
      Array.from({ length: 300 }, () => fresh.commit(commitOf({ subject: subjectOf() }))),
    );
    expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(300);
    await fresh.close();
  });

  it('finds the cluster through any of the addresses', async () => {
    const [first = '', second = ''] = cluster.urls;
    const lame = await openRedisStore({ url: `redis://127.0.0.1:1,${second}`, now: Date.now });
    const commit = commitOf({ subject: subjectOf() });
    await store.commit(commit);
    expect(await lame.load(commit.subject)).toMatchObject({ document: commit.document });
    await lame.close();
    const alone = await openRedisStore({ url: first, now: Date.now });
    const loads = Array.from({ length: 20 }, () => alone.load(subjectOf()));
    const reasons = (await Promise.allSettled(loads)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(String(reasons[0])).toContain('name several of its addresses');
    await alone.close();
  });

  it('refuses what a dead node holds, serves the rest, and is whole when the node is back', async () => {
    await Promise.all(cluster.urls.map(syncEveryWrite));
    const commits = Array.from({ length: 60 }, () => commitOf({ subject: subjectOf() }));
    await Promise.all(commits.map((commit) => store.commit(commit)));
    await cluster.nodes[1]?.kill('SIGKILL');
    const loads = commits.map(({ subject }) => withinMs(3_000, store.load(subject).catch(String)));
    const answers = await Promise.all(loads);
    const refused = answers.filter((answer) => typeof answer === 'string');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((reason) => reason.startsWith('Unavailable'))).toBe(true);
    await expect(store.check()).rejects.toThrow('store unavailable');
    await cluster.nodes[1]?.start();
    await isBack();
    for (const commit of commits) await store.settle(commit.subject, eventsOf(commit));
    const records = await Promise.all(commits.map(({ subject }) => store.load(subject)));
    expect(records.map((record) => record?.document)).toEqual(commits.map(({ document }) => document));
  });

  it('is back when all nodes were away', async () => {
    await Promise.all(cluster.nodes.map((node) => node.kill('SIGKILL')));
    await expect(withinMs(3_000, store.claim('key', 'value'))).rejects.toThrow('store unavailable');
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await isBack();
    expect(await store.claim('key', 'value')).toBe('value');
  });
});
