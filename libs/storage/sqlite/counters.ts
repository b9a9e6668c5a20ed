import type { GroupCommit } from './group-commit.ts';
import { emptyBucket, memoryMs, reserve } from '../reserve.ts';
import type { BucketState } from '../reserve.ts';
import type { Database } from './sqlite.ts';
import type { Bucket, ReserveResult, Store } from '../store.ts';

type Read = <T>(work: () => T) => Promise<T>;
type CounterMethods = Pick<Store, 'claim' | 'claimed' | 'reserve' | 'release' | 'note' | 'notes'>;

const selectClaim = 'SELECT value FROM claims WHERE key = ? AND (expires_at = 0 OR expires_at > ?)';
const upsertClaim = 'INSERT OR REPLACE INTO claims (key, value, expires_at) VALUES (?, ?, ?)';
const selectBucket = 'SELECT state FROM buckets WHERE key = ? AND expires_at > ?';
const upsertBucket = 'INSERT OR REPLACE INTO buckets (key, state, expires_at) VALUES (?, ?, ?)';
const upsertNote = `INSERT INTO notes (key, field, rank, value, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (key, field) DO UPDATE SET rank = excluded.rank, value = excluded.value, expires_at = excluded.expires_at
  WHERE excluded.rank > rank OR expires_at <= ?6`;

/** The store's claims, limits and notes: values that are set once, counted, or only rise. */
export function createCounters(database: Database, group: GroupCommit, now: () => number, read: Read): CounterMethods {
  function claim(key: string, value: string, ttlMs: number | undefined): string {
    const at = now();
    const first = database.get<{ value: string }>(selectClaim, key, at);
    if (first) return first.value;
    database.run(upsertClaim, key, value, ttlMs === undefined ? 0 : at + ttlMs);
    return value;
  }

  function count(commandId: string, buckets: readonly Bucket[]): ReserveResult {
    const at = now();
    const states = buckets.map(({ key }) => {
      const row = database.get<{ state: string }>(selectBucket, key, at);
      const state: BucketState = row ? JSON.parse(row.state) : emptyBucket;
      return state;
    });
    const { result, states: after } = reserve(commandId, buckets, states, at);
    for (const [index, bucket] of buckets.entries()) {
      const state = after?.[index];
      if (state) database.run(upsertBucket, bucket.key, JSON.stringify(state), at + memoryMs(bucket));
    }
    return result;
  }

  return {
    claim: (key, value, ttlMs) => group.write('store', () => claim(key, value, ttlMs)),
    claimed: (key) => read(() => database.get<{ value: string }>(selectClaim, key, now())?.value),
    reserve: (commandId, buckets) => group.write('store', () => count(commandId, buckets)),
    release: (bucketKey) =>
      group.write('store', () => void database.run('DELETE FROM buckets WHERE key = ?', bucketKey)),
    note: (key, field, rank, value, ttlMs) =>
      group.write('store', () => {
        const at = now();
        database.run(upsertNote, key, field, rank, value, at + ttlMs, at);
      }),
    notes: (key) =>
      read(() => {
        const select = 'SELECT field, value FROM notes WHERE key = ? AND expires_at > ?';
        const rows = database.all<{ field: string; value: string }>(select, key, now());
        return Object.fromEntries(rows.map(({ field, value }) => [field, value]));
      }),
  };
}
