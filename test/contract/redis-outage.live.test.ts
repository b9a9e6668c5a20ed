import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openRedisStore } from '#storage/redis/store.ts';
import type { Store } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { commitOf, eventsOf, headOf, subjectOf } from './commits.ts';
import { withinMs } from './opened-store.ts';
import { keepOpening } from './opened-redis.ts';
import { asAdmin, syncEveryWrite } from './redis-admin.ts';

const answerWithinMs = 3_000;
const backWithinMs = 15_000;

/** One call of each kind, none of which may hang whatever happens to the server. */
const calls: Record<string, (store: Store) => Promise<unknown>> = {
  load: (store) => store.load(subjectOf()),
  commit: (store) => store.commit(commitOf({ subject: subjectOf() })),
  settle: (store) => store.settle(subjectOf(), [{ version: 1, hash: 'h' }]),
  unlogged: (store) => store.unlogged(Date.now(), 10),
  claim: (store) => store.claim('key', 'value'),
  claimed: (store) => store.claimed('key'),
  lease: (store) => store.lease('key', 'owner', 1_000),
  finish: (store) => store.finish('key', 'owner', 'value', 1_000),
  yield: (store) => store.yield('key', 'owner'),
  reserve: (store) => store.reserve('id', [{ key: 'k', limit: 'l', exact: true, windows: [{ ms: 1_000, max: 1 }] }]),
  release: (store) => store.release('k'),
  note: (store) => store.note('key', 'field', 1, 'value', 1_000),
  notes: (store) => store.notes('key'),
  tally: (store) => store.tally('key', { minute: Math.floor(Date.now() / 60_000), counts: { a: 1 } }),
  tallies: (store) => store.tallies('key', 0, Math.floor(Date.now() / 60_000)),
  check: (store) => store.check(),
};

const isBack = (store: Store) => vi.waitFor(() => store.check(), { timeout: backWithinMs, interval: 50 });

async function expectUnavailable(store: Store): Promise<void> {
  const results = await Promise.allSettled(Object.values(calls).map((call) => withinMs(answerWithinMs, call(store))));
  const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : 'resolved'));
  expect(reasons).toEqual(Object.values(calls).map(() => expect.any(Unavailable)));
}

describeLive('The store on Redis, when Redis goes away', ['own-redis'], () => {
  let server: RedisServer;
  let store: Store;
  let opening: ReturnType<typeof keepOpening>;
  const told: string[] = [];
  beforeAll(async () => {
    server = await startRedis();
    const logger = { info: (event: string) => void told.push(event), warn: (event: string) => void told.push(event) };
    store = await openRedisStore({ url: server.url, now: Date.now, logger });
    opening = keepOpening(store);
    await isBack(store);
  });
  afterAll(async () => {
    await opening.stop();
    await store.close();
    await server.stop();
  });

  it('refuses every call while Redis is killed, and has what it committed when Redis is back', async () => {
    await syncEveryWrite(server.url);
    const commits = Array.from({ length: 200 }, () => commitOf({ subject: subjectOf() }));
    await Promise.all(commits.map((commit) => store.commit(commit)));
    await server.kill('SIGKILL');
    await expectUnavailable(store);
    await server.start();
    await isBack(store);
    const records = await Promise.all(commits.map(({ subject }) => store.load(subject)));
    expect(records.map((record) => record?.unlogged)).toEqual(commits.map(({ events }) => events));
    expect(told[0]).toBe('redis-connected');
    // With calls under way it may be the broken connection that shows first.
    expect(told[1]).toMatch(/^redis-(connection-lost|unreachable)$/);
    expect(told.at(-1)).toBe('redis-connected');
  });

  it('loses nothing it answered when Redis is killed in the middle of commits', async () => {
    await syncEveryWrite(server.url);
    const subjects = Array.from({ length: 16 }, () => subjectOf());
    const answered = new Map<string, string>();
    const work = subjects.map(async (subject) => {
      let head = '';
      for (let version = 1; ; version++) {
        const commit = commitOf({ subject, head, versions: [version] });
        const result = await store.commit(commit).catch(() => undefined);
        if (result === undefined) return;
        await store.settle(subject, eventsOf(commit)).catch(() => {});
        head = headOf(commit);
        answered.set(subject, `${version}`);
      }
    });
    await vi.waitFor(() => expect(answered.size).toBe(subjects.length));
    await server.kill('SIGKILL');
    await Promise.all(work);
    await server.start();
    await isBack(store);
    for (const subject of subjects) {
      const record = await store.load(subject);
      expect(record?.version).toBeGreaterThanOrEqual(Number(answered.get(subject)));
    }
  });

  it('refuses every call of a Redis that has stopped answering, and takes the next when it goes on', async () => {
    process.kill(server.pid(), 'SIGSTOP');
    try {
      await expectUnavailable(store);
    } finally {
      process.kill(server.pid(), 'SIGCONT');
    }
    await isBack(store);
    expect(await store.claim('after the pause', 'value')).toBe('value');
  });

  it('refuses calls at once when too many are under way', async () => {
    process.kill(server.pid(), 'SIGSTOP');
    const results = Array.from({ length: 10_001 }, () => store.load(subjectOf()).catch((error: unknown) => error));
    try {
      expect(await Promise.race(results)).toMatchObject({ message: expect.stringContaining('10000 calls') });
    } finally {
      process.kill(server.pid(), 'SIGCONT');
    }
    await Promise.all(results);
    await isBack(store);
  });

  it('goes on when its scripts are forgotten', async () => {
    const forget = () =>
      asAdmin(server.url, async (admin) => {
        for (let i = 0; i < 20; i++) await admin.script('FLUSH');
      });
    const commits = Array.from({ length: 200 }, () => commitOf({ subject: subjectOf() }));
    const [results] = await Promise.all([Promise.all(commits.map((commit) => store.commit(commit))), forget()]);
    expect(results).toEqual(commits.map(({ events }) => ({ kind: 'committed', unlogged: events })));
    await forget();
    expect(await store.claim('after forgetting', 'value')).toBe('value');
  });

  it('opens while Redis is away, and works as soon as it is there', async () => {
    await server.kill('SIGKILL');
    const early = await withinMs(answerWithinMs, openRedisStore({ url: server.url, now: Date.now }));
    await expectUnavailable(early);
    await server.start();
    await isBack(early);
    expect(await early.claim('early', 'value')).toBe('value');
    await early.close();
    await isBack(store);
  });

  it('closes while Redis is away', async () => {
    await server.kill('SIGKILL');
    const early = await openRedisStore({ url: server.url, now: Date.now });
    await withinMs(answerWithinMs, early.close());
    await server.start();
    await isBack(store);
    await expect(early.check()).rejects.toBeInstanceOf(Unavailable);
  });
});
