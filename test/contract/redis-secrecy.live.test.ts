import { inspect } from 'node:util';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  allBuckets,
  claimKey,
  exactLimitKey,
  leaseKey,
  noteKey,
  recordKey,
  segmentLimitKey,
  tallyKey,
} from '#storage/redis/keys.ts';
import { openRedisStore } from '#storage/redis/store.ts';
import { tallyMinutesKept, type Bucket, type Store } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { commitOf, eventOf, eventsOf, headOf, subjectOf } from './commits.ts';
import { openBuckets } from './opened-redis.ts';
import { createClock } from './opened-store.ts';

const marker = 'marker-4711';
const minuteMs = 60_000;
const minuteOf = (ms: number) => Math.floor(ms / minuteMs);
const markedBuckets: Bucket[] = [true, false].map((exact) => ({
  key: `${marker}-limit`,
  limit: 'limit',
  exact,
  windows: [{ ms: minuteMs, max: 5 }],
}));

describeLive('The store on Redis', ['own-redis'], () => {
  let server: RedisServer;
  let admin: Redis;
  const clock = createClock();
  const told: unknown[] = [];
  const logger = {
    info: (...words: unknown[]) => void told.push(words),
    warn: (...words: unknown[]) => void told.push(words),
  };
  const open = async (url = server.url) => {
    const store = await openRedisStore({ url, now: clock.now, logger });
    // Who may not ask the server anything can't open it either.
    await openBuckets(store).catch(() => {});
    return store;
  };
  beforeAll(async () => {
    server = await startRedis();
    admin = await connectRedis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => void (await admin.flushall()));

  /** Every method, with the marker in each argument that can take it; all that was rejected. */
  async function failures(store: Store): Promise<unknown[]> {
    const subject = `tenant:${marker}`;
    const events = [{ ...eventOf(marker, 1, marker), hash: marker }];
    const commit = commitOf({ subject, life: marker, salt: marker, document: marker, events });
    const results = await Promise.allSettled([
      store.load(subject),
      store.commit(commit),
      store.settle(subject, eventsOf(commit)),
      store.claim(marker, marker, minuteMs),
      store.claimed(marker),
      store.lease(marker, marker, minuteMs),
      store.finish(marker, marker, marker, minuteMs),
      store.yield(marker, marker),
      store.reserve(marker, markedBuckets),
      store.release(marker),
      store.note(marker, marker, 1, marker, minuteMs),
      store.notes(marker),
      store.tally(marker, { minute: minuteOf(clock.now()), counts: { [marker]: 1 } }),
      store.tallies(marker, minuteOf(clock.now()), minuteOf(clock.now()) + 1),
      store.check(),
    ]);
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }

  /** Everything a debugger or a careless logger could show of errors and log lines. */
  function shown(errors: unknown[]): string {
    return inspect([errors, told], { depth: Infinity, showHidden: true, maxStringLength: Infinity });
  }

  it('keeps every argument out of its errors when Redis refuses the commands', async () => {
    const store = await open();
    const limits = [exactLimitKey, segmentLimitKey].map((keyOf) => keyOf(`${marker}-limit`));
    const named = [claimKey, leaseKey, noteKey].map((keyOf) => keyOf(marker));
    for (const key of [...named, ...limits]) await admin.set(key, 'of another type');
    await admin.set(tallyKey(marker, Math.floor(minuteOf(clock.now()) / 60)), 'of another type');
    await admin.set(recordKey(`tenant:${marker}`), 'of another type');
    const errors = await failures(store);
    expect(errors).toEqual(Array.from({ length: 13 }, () => expect.any(Unavailable)));
    expect(shown(errors)).not.toContain(marker);
    await store.close();
  });

  it('keeps every argument out of its errors when Redis may not run them, is full, is away or hangs', async () => {
    await admin.acl('SETUSER', 'nobody', 'on', `>${marker}`, '~none*', '-@all', '+info', '+hello', '+client');
    // Reads are answered by a Redis that is full.
    const [calls, writes] = [15, 7];
    const forbidden = await open(server.url.replace('//', `//nobody:${marker}@`));
    const errors = await failures(forbidden);
    expect(errors).toHaveLength(calls);
    await forbidden.close();

    const store = await open();
    await admin.config('SET', 'maxmemory', '1');
    errors.push(...(await failures(store)));
    await admin.config('SET', 'maxmemory', '0');
    expect(errors).toHaveLength(calls + writes);

    process.kill(server.pid(), 'SIGSTOP');
    errors.push(...(await failures(store)));
    process.kill(server.pid(), 'SIGCONT');
    expect(errors).toHaveLength(calls + writes + calls);

    await server.kill('SIGKILL');
    errors.push(...(await failures(store)));
    await store.close();
    errors.push(...(await failures(store)));
    expect(errors).toHaveLength(calls + writes + 3 * calls);

    expect(errors.every((error) => error instanceof Unavailable)).toBe(true);
    expect(shown(errors)).not.toContain(marker);
    await server.start();
    admin = await connectRedis(server.url);
  });

  it('names its keys by digests, tenants and what its caller calls a thing, in the forms that are agreed', async () => {
    const store = await open();
    const subjects = [subjectOf(0x00), subjectOf(0xfb), 'tenant:demo', 'platform'];
    for (const subject of subjects) {
      await store.commit(commitOf({ subject, salt: marker, document: marker, events: [eventOf(subject, 1, marker)] }));
    }
    await store.claim('claim', marker);
    await store.lease('lease', marker, minuteMs);
    await store.finish('lease', marker, marker, minuteMs);
    await store.note('note', marker, 1, marker, minuteMs);
    await store.reserve(marker, [
      { key: 'limit', limit: marker, exact: false, windows: [{ ms: minuteMs, max: 1 }] },
      { key: 'limit', limit: marker, exact: true, windows: [{ ms: minuteMs, max: 1 }] },
    ]);
    await store.tally('tally', { minute: minuteOf(clock.now()), counts: { [marker]: 1 } });
    await store.check();
    const records = ['{00}:r:' + subjects[0], '{fb}:r:' + subjects[1], '{31}:r:tenant:demo', '{d2}:r:platform'];
    // 31 and d2 are the first bytes of SHA-256 of the two names.
    const sets = ['{00}:unlogged', '{fb}:unlogged', '{31}:unlogged', '{d2}:unlogged'];
    const tally = tallyKey('tally', Math.floor(minuteOf(clock.now()) / 60));
    expect(tally).toMatch(/^\{t:tally\}:\d+$/);
    // So are dd, b5, ed and 55 of what is named otherwise.
    const others = ['{dd}:c:claim', '{b5}:l:lease', '{ed}:n:note', '{55}:w:limit', '{55}:s:limit', '{00}:probe'];
    const doors = allBuckets.flatMap((bucket) => [`{${bucket}}:fence`, `{${bucket}}:beat`]);
    const expected = [...records, ...sets, ...others, tally, ...doors];
    expect((await admin.keys('*')).toSorted()).toEqual(expected.toSorted());
    const fields = ['head', 'life', 'version', 'salt', 'document', 'expiresAt', 'e:1'];
    expect((await admin.hkeys('{d2}:r:platform')).toSorted()).toEqual(fields.toSorted());
    await store.close();
  });

  it('leaves to Redis’ own expiry only what is told, has ended or is counted', async () => {
    const store = await open();
    const commit = commitOf({ subject: 'platform', expiresAt: clock.now() + minuteMs });
    await store.commit(commit);
    expect(await admin.pttl('{d2}:r:platform')).toBe(-1);
    await store.settle('platform', eventsOf(commit));
    expect(await admin.pttl('{d2}:r:platform')).toBeGreaterThan(0);
    await store.commit({
      ...commitOf({ subject: 'platform', versions: [2], expiresAt: clock.now() + minuteMs }),
      head: commit.events[0]?.hash ?? '',
    });
    expect(await admin.pttl('{d2}:r:platform')).toBe(-1);
    await store.claim('for a while', 'value', minuteMs);
    await store.claim('for ever', 'value');
    await store.lease('lease', 'owner', minuteMs);
    await store.note('note', 'long', 1, 'value', 10 * minuteMs);
    await store.note('note', 'short', 1, 'value', minuteMs);
    await store.reserve('id', markedBuckets);
    await store.tally('tally', { minute: minuteOf(clock.now()), counts: { a: 1 } });
    const tally = tallyKey('tally', Math.floor(minuteOf(clock.now()) / 60));
    expect(await admin.pttl(tally)).toBeGreaterThan(tallyMinutesKept * minuteMs);
    const limits = [exactLimitKey(`${marker}-limit`), segmentLimitKey(`${marker}-limit`)];
    const keys = [claimKey('for a while'), leaseKey('lease'), noteKey('note'), ...limits];
    for (const key of keys) expect(await admin.pttl(key)).toBeGreaterThan(0);
    expect(await admin.pttl(noteKey('note'))).toBeGreaterThan(5 * minuteMs);
    expect(await admin.pttl(claimKey('for ever'))).toBe(-1);
    await store.close();
  });

  it('deletes what is erased as soon as it is told', async () => {
    const store = await open();
    const [subject, expiresAt] = [subjectOf(), clock.now()];
    const first = commitOf({ subject, document: marker });
    await store.commit(first);
    const erased = commitOf({ subject, head: headOf(first), versions: [2], salt: '', document: '', expiresAt });
    await store.commit(erased);
    expect(await admin.hmget(recordKey(subject), 'salt', 'document')).toEqual(['', '']);
    await store.settle(subject, [...eventsOf(first), ...eventsOf(erased)]);
    expect(await admin.exists(recordKey(subject))).toBe(0);
    await store.close();
  });

  it('keeps no more of a limit than can still count', async () => {
    const store = await open();
    for (let i = 0; i < 300; i++) {
      clock.set(clock.now() + minuteMs / 5);
      await store.reserve(`command ${i}`, markedBuckets);
    }
    expect(await admin.zcard(exactLimitKey(`${marker}-limit`))).toBeLessThanOrEqual(5);
    expect(await admin.hlen(segmentLimitKey(`${marker}-limit`))).toBeLessThanOrEqual(22);
    await store.close();
  });
});
