import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openRedisStore } from '#storage/redis/store.ts';
import type { Store } from '#storage/store.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { commitOf, eventsOf, headOf, subjectOf } from './commits.ts';
import { keepOpening, openBuckets } from './opened-redis.ts';

const backWithinMs = 15_000;

describeLive('The store on Redis looks at how Redis is set up', ['own-redis'], () => {
  let server: RedisServer;
  let admin: Redis;
  let store: Store;
  const told: unknown[] = [];
  const logger = {
    info: (event: string) => void told.push(event),
    warn: (event: string, fields?: object) => void told.push({ event, ...fields }),
  };
  const open = async (url = server.url) => {
    const opened = await openRedisStore({ url, now: Date.now, logger });
    await openBuckets(opened).catch(() => {});
    return opened;
  };
  const withUser = (user: string) => server.url.replace('//', `//${user}@`);
  beforeAll(async () => {
    server = await startRedis();
    admin = await connectRedis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => await store.close());

  it.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
    'and refuses to rely on one that evicts by %s',
    async (policy) => {
      await expect(store.check()).resolves.toBeUndefined();
      await admin.config('SET', 'maxmemory-policy', policy);
      await expect(store.check()).rejects.toThrow(`set maxmemory-policy noeviction, not ${policy}`);
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await expect(store.check()).resolves.toBeUndefined();
    },
  );

  it('without an administrator’s rights', async () => {
    await admin.acl('SETUSER', 'modest', 'on', '>secret', '~*', '+@all', '-@admin', '-@dangerous', '+info');
    const modest = await open(withUser('modest:secret'));
    await expect(modest.check()).resolves.toBeUndefined();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(modest.check()).rejects.toThrow('set maxmemory-policy noeviction');
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await modest.close();
  });

  it('and relies on none that does not say who it is', async () => {
    // The client itself prints that it could not ask whether Redis is still loading.
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await admin.acl('SETUSER', 'blind', 'on', '>secret', '~*', '+@all', '-info');
    const blind = await open(withUser('blind:secret'));
    await expect(blind.check()).rejects.toThrow('redis does not permit this user a command');
    await expect(blind.load(subjectOf())).rejects.toThrow('redis does not permit this user a command');
    await blind.close();
    printed.mockRestore();
  });

  it('and says what is wrong with its password, never repeating it', async () => {
    await admin.acl('SETUSER', 'known', 'on', '>secret', '~*', '+@all');
    const known = await open(withUser('known:secret'));
    await expect(known.check()).resolves.toBeUndefined();
    const unknown = await open(withUser('known:wrong-marker'));
    await expect(unknown.check()).rejects.toThrow('store unavailable');
    expect(told.at(-1)).toEqual({ event: 'redis-unreachable', reason: 'redis refused the user name or password' });
    expect(JSON.stringify(told)).not.toContain('wrong-marker');
    await known.close();
    await unknown.close();
  });

  it('and keeps to the database it was given, or to none', async () => {
    const second = await open(`${server.url}/2`);
    await store.claim('database', 'zero');
    expect(await second.claim('database', 'two')).toBe('two');
    await second.close();
    const missing = await open(`${server.url}/99`);
    await expect(missing.check()).rejects.toThrow('no connection to redis');
    await expect(missing.claim('database', 'missing')).rejects.toThrow('no connection to redis');
    await missing.close();
  });

  it('and refuses one whose replicas may be left behind, until it demands one in step', async () => {
    const opening = keepOpening(store);
    const replica = await startRedis();
    const replicaAdmin = await connectRedis(replica.url);
    await replicaAdmin.replicaof('127.0.0.1', server.port);
    await vi.waitFor(async () => expect(await admin.info('replication')).toContain('connected_slaves:1'), backWithinMs);
    // A master draws another replication id for its first replica.
    await vi.waitFor(() => store.load(subjectOf()), backWithinMs);
    await expect(store.check()).rejects.toThrow('set min-replicas-to-write 1 or more');
    await admin.config('SET', 'min-replicas-to-write', '1');
    await vi.waitFor(() => store.check(), { timeout: backWithinMs, interval: 100 });

    const onReplica = await open(replica.url);
    await expect(onReplica.check()).rejects.toThrow('redis is a read-only replica');
    await expect(onReplica.commit(commitOf({ subject: subjectOf() }))).rejects.toThrow('redis is a read-only replica');
    await onReplica.close();
    replicaAdmin.disconnect();
    await replica.stop();
    await vi.waitFor(async () => expect(await admin.info('replication')).toContain('connected_slaves:0'), backWithinMs);
    await expect(store.check()).rejects.toThrow('too few replicas are in step');
    await admin.config('SET', 'min-replicas-to-write', '0');
    await opening.stop();
  });

  it('and takes nothing, but lets go of what is told, while Redis is full', async () => {
    const first = commitOf({ subject: subjectOf(), expiresAt: Date.now() + 60_000 });
    await store.commit(first);
    const second = commitOf({
      subject: first.subject,
      head: headOf(first),
      versions: [2],
      document: 'x'.repeat(16_384),
    });
    await admin.config('SET', 'maxmemory', '1');
    const full = 'redis is out of memory';
    await expect(store.check()).rejects.toThrow(full);
    await expect(store.commit(second)).rejects.toThrow(full);
    await expect(store.claim('full', 'value')).rejects.toThrow(full);
    await expect(store.lease('full', 'owner', 1_000)).rejects.toThrow(full);
    await expect(store.note('full', 'field', 1, 'value', 1_000)).rejects.toThrow(full);
    const limit = { key: 'full', limit: 'l', windows: [{ ms: 60_000, max: 1 }] };
    await expect(store.reserve('1', [{ ...limit, exact: true }])).rejects.toThrow(full);
    await expect(store.reserve('1', [{ ...limit, exact: false }])).rejects.toThrow(full);
    expect(await store.load(first.subject)).toMatchObject({ head: headOf(first), unlogged: first.events });
    await store.settle(first.subject, eventsOf(first));
    await admin.config('SET', 'maxmemory', '0');
    expect(await store.load(first.subject)).toMatchObject({ head: headOf(first), unlogged: [] });
    expect(await store.unlogged(Date.now() + 1, 10)).toEqual([]);
    expect(await store.notes('full')).toEqual({});
    expect(await store.reserve('2', [{ ...limit, exact: true }])).toMatchObject({ kind: 'counted' });
  });
});
