import { connectRedis } from './redis.ts';
import type { StorageLogger } from '../logger.ts';
import type { RedisConnection } from './redis.ts';
import { createCheck } from './check.ts';
import { claimKey, leaseKey, noteKey } from './keys.ts';
import { createRecords } from './records.ts';
import { toFields, toText, toTexts } from './replies.ts';
import { release, reserve } from './reserve.ts';
import { scripts } from './scripts.ts';
import { createTallies } from './tallies.ts';
import type { LeaseResult, Store } from '../store.ts';
import { Unavailable } from '../unavailable.ts';

export type RedisStoreOptions = {
  /** `redis://` or `rediss://`; several separated by commas are a cluster. */
  readonly url: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger?: StorageLogger;
};

const leaseForgottenAfterMs = 2 * 60 * 60 * 1_000;
const firstContactMs = 2_000;
const callsMax = 10_000;

/**
 * The store on Redis or Redis Cluster. Resolves even while Redis is away (`check` tells) and is back by itself when Redis is;
 * throws only if the URL is malformed. Expiry is judged by `now` alone: Redis' own merely collects what has expired already.
 */
export async function openRedisStore({ url, now, logger }: RedisStoreOptions): Promise<Store> {
  const redis = connectRedis(url, logger);
  await redis.firstContact(firstContactMs);
  return bound({
    ...createRecords(redis, now),
    ...createLeases(redis, now),
    ...createNotes(redis, now),
    ...createTallies(redis, now),
    claim: async (key, value, ttlMs = 0) =>
      toText(await redis.run(scripts.claim, [claimKey(key)], [now(), value, ttlMs])),
    async claimed(key) {
      const { value, expiresAt = '0' } = toFields(await redis.send('hgetall', claimKey(key)));
      return expiresAt === '0' || Number(expiresAt) > now() ? value : undefined;
    },
    reserve: (commandId, buckets) => reserve(redis, now(), commandId, buckets),
    release: (bucketKey) => release(redis, bucketKey),
    check: createCheck(redis, logger),
    close: async () => redis.close(),
  });
}

function createLeases(redis: RedisConnection, now: () => number): Pick<Store, 'lease' | 'finish' | 'yield'> {
  return {
    async lease(key, owner, ms) {
      const args = [now(), owner, ms, leaseForgottenAfterMs];
      return toLeaseResult(toTexts(await redis.run(scripts.lease, [leaseKey(key)], args)));
    },
    finish: async (key, owner, value, ttlMs) =>
      (await redis.run(scripts.finish, [leaseKey(key)], [now(), owner, value, ttlMs])) === 1,
    async yield(key, owner) {
      await redis.run(scripts.yield, [leaseKey(key)], [now(), owner, leaseForgottenAfterMs]);
    },
  };
}

function toLeaseResult([kind, value = '']: string[]): LeaseResult {
  if (kind === 'granted') return { kind, attempt: Number(value) };
  return kind === 'held' ? { kind, until: Number(value) } : { kind: 'done', value };
}

function createNotes(redis: RedisConnection, now: () => number): Pick<Store, 'note' | 'notes'> {
  return {
    async note(key, field, rank, value, ttlMs) {
      await redis.run(scripts.note, [noteKey(key)], [now(), field, rank, value, ttlMs]);
    },
    async notes(key) {
      const notes: Record<string, string> = {};
      for (const [field, note] of Object.entries(toFields(await redis.send('hgetall', noteKey(key))))) {
        const [, expiresAt, value] = /^\S+ (\S+) (.*)$/s.exec(note) ?? [];
        if (value !== undefined && Number(expiresAt) > now()) notes[field] = value;
      }
      return notes;
    },
  };
}

/** Bounds the calls under way, so that a slow Redis doesn't fill the memory, and lets `close` wait for them. */
function bound(store: Store): Store {
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
