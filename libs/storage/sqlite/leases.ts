import type { GroupCommit } from './group-commit.ts';
import type { Database } from './sqlite.ts';
import type { LeaseResult, Store } from '../store.ts';

type LeaseRow = { owner: string; held_until: number; attempt: number; value: string | null };

// The port's: a lease key is forgotten this long after its last change.
const forgottenMs = 2 * 3_600_000;

const selectLease = 'SELECT owner, held_until, attempt, value FROM leases WHERE key = ? AND expires_at > ?';
const upsertLease =
  'INSERT OR REPLACE INTO leases (key, owner, held_until, attempt, value, expires_at) VALUES (?, ?, ?, ?, ?, ?)';

/** The store's leases. `attempt` counts grants; a yield takes its own back, and leaves no owner. */
export function createLeases(
  database: Database,
  group: GroupCommit,
  now: () => number,
): Pick<Store, 'lease' | 'finish' | 'yield'> {
  const lookUp = (key: string, at: number) => database.get<LeaseRow>(selectLease, key, at);

  function grant(key: string, owner: string, ms: number): LeaseResult {
    const at = now();
    const row = lookUp(key, at);
    if (row && row.value !== null) return { kind: 'done', value: row.value };
    const held = row !== undefined && row.held_until > at;
    if (held && row.owner !== owner) return { kind: 'held', until: row.held_until };
    const attempt = (row?.attempt ?? 0) + (held ? 0 : 1);
    database.run(upsertLease, key, owner, at + ms, attempt, null, at + Math.max(ms, forgottenMs));
    return { kind: 'granted', attempt };
  }

  function finish(key: string, owner: string, value: string, ttlMs: number): boolean {
    const at = now();
    const row = lookUp(key, at);
    if (row?.owner !== owner) return false;
    // The same finish again, after its answer was lost.
    if (row.value !== null) return row.value === value;
    database.run(upsertLease, key, owner, 0, row.attempt, value, at + ttlMs);
    return true;
  }

  function giveBack(key: string, owner: string): void {
    const at = now();
    const row = lookUp(key, at);
    if (row === undefined || row.value !== null || row.owner !== owner || row.held_until <= at) return;
    database.run(upsertLease, key, '', 0, row.attempt - 1, null, at + forgottenMs);
  }

  return {
    lease: (key, owner, ms) => group.write('store', () => grant(key, owner, ms)),
    finish: (key, owner, value, ttlMs) => group.write('store', () => finish(key, owner, value, ttlMs)),
    yield: (key, owner) => group.write('store', () => giveBack(key, owner)),
  };
}
