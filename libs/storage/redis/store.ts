import type { StorageLogger } from '../logger.ts';
import { createCheck } from './check.ts';
import { createClaims } from './claims.ts';
import { createGuarded } from './guarded.ts';
import { createLeases } from './leases.ts';
import { createNotes } from './notes.ts';
import { createRecords } from './records.ts';
import { connectRedis } from './redis.ts';
import { release, reserve } from './reserve.ts';
import { createRestoration } from './restoration.ts';
import { createTallies } from './tallies.ts';
import type { Store } from '../store.ts';
import { Unavailable } from '../unavailable.ts';

export type RedisStoreOptions = {
  /** `redis://` or `rediss://`; several separated by commas are a cluster. */
  readonly url: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger?: StorageLogger;
};

const firstContactMs = 2_000;
const callsMax = 10_000;

/**
 * The store on Redis or Redis Cluster. Resolves even while Redis is away (`check` tells) and is back by itself when Redis is;
 * throws only if the URL is malformed. Expiry is judged by `now` alone: Redis' own merely collects what has expired already.
 */
export async function openRedisStore({ url, now, logger }: RedisStoreOptions): Promise<Store> {
  const redis = connectRedis(url, logger);
  await redis.firstContact(firstContactMs);
  const guarded = createGuarded(redis);
  const store = bound({
    ...createRecords(redis, guarded, now),
    ...createLeases(guarded, now),
    ...createNotes(guarded, now),
    ...createClaims(guarded, now),
    ...createTallies(redis, now),
    reserve: (commandId, buckets) => reserve(guarded, now(), commandId, buckets),
    release: (bucketKey) => release(guarded, bucketKey),
    check: createCheck(redis, guarded, logger),
    close: async () => redis.close(),
  });
  return { ...store, restoration: createRestoration(redis, now) };
}

/** Bounds the calls under way, so that a slow Redis doesn't fill the memory, and lets `close` wait for them. */
function bound(store: Omit<Store, 'restoration'>): Omit<Store, 'restoration'> {
  let underWay = 0;
  let closed = false;
  let wake: (() => void) | undefined;

  async function counted<T>(call: () => Promise<T>): Promise<T> {
    if (closed) throw new Unavailable('store', 'it is closed');
    if (underWay >= callsMax) throw new Unavailable('store', `${callsMax} calls are under way`);
    underWay += 1;
    try {
      return await call();
    } finally {
      underWay -= 1;
      if (underWay === 0) wake?.();
    }
  }

  return {
    load: (subject) => counted(() => store.load(subject)),
    commit: (commit) => counted(() => store.commit(commit)),
    settle: (subject, events) => counted(() => store.settle(subject, events)),
    unlogged: (before, countMax) => counted(() => store.unlogged(before, countMax)),
    erasures: (before, countMax) => counted(() => store.erasures(before, countMax)),
    endErasure: (erasure) => counted(() => store.endErasure(erasure)),
    claim: (key, value, ttlMs) => counted(() => store.claim(key, value, ttlMs)),
    claimed: (key) => counted(() => store.claimed(key)),
    lease: (key, owner, ms) => counted(() => store.lease(key, owner, ms)),
    finish: (key, owner, value, ttlMs) => counted(() => store.finish(key, owner, value, ttlMs)),
    yield: (key, owner) => counted(() => store.yield(key, owner)),
    reserve: (commandId, buckets) => counted(() => store.reserve(commandId, buckets)),
    release: (bucketKey) => counted(() => store.release(bucketKey)),
    note: (key, field, rank, value, ttlMs) => counted(() => store.note(key, field, rank, value, ttlMs)),
    notes: (key) => counted(() => store.notes(key)),
    tally: (key, tally) => counted(() => store.tally(key, tally)),
    tallies: (key, from, to) => counted(() => store.tallies(key, from, to)),
    check: () => counted(() => store.check()),
    async close() {
      closed = true;
      if (underWay > 0) await new Promise<void>((resolve) => (wake = resolve));
      await store.close();
    },
  };
}
