import type { GroupCommit } from './group-commit.ts';
import type { LogTable } from './log-table.ts';
import { createCounters } from './counters.ts';
import { createLeases } from './leases.ts';
import { createTallies } from './tallies.ts';
import { translate } from './sqlite.ts';
import type { Database } from './sqlite.ts';
import { isErased } from '../store.ts';
import type { Commit, CommitResult, Store, StoredRecord } from '../store.ts';
import { Unavailable } from '../unavailable.ts';

export type SqliteStoreParts = {
  readonly database: Database;
  readonly group: GroupCommit;
  readonly log: LogTable;
  readonly now: () => number;
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type RecordRow = Omit<StoredRecord, 'unlogged'>;

const selectRecord = `SELECT head, life, version, salt, document, expires_at AS expiresAt FROM records
  WHERE subject = ? AND (expires_at = 0 OR expires_at > ?)`;

const upsertRecord = `INSERT OR REPLACE INTO records (subject, head, life, version, salt, document, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** The store on SQLite. The log is in the same file, so a commit tells its events by itself and nothing is ever unlogged. */
export function createSqliteStore(parts: SqliteStoreParts): Store {
  const { database, group, log, now } = parts;
  let closed = false;

  async function read<T>(work: () => T): Promise<T> {
    if (closed) throw new Unavailable('store', 'closed');
    try {
      return work();
    } catch (error) {
      throw translate('store', error);
    }
  }

  function decide(commit: Commit): CommitResult {
    const last = commit.events.at(-1);
    if (!last) throw new Error('a commit has at least one event');
    const { subject, life, salt, document, expiresAt, also = [] } = commit;
    const head = database.get<{ head: string }>(selectRecord, subject, now())?.head ?? '';
    // A commit sent again can't conflict with itself.
    if (head === last.hash) return { kind: 'committed', unlogged: [] };
    if (head !== commit.head) return { kind: 'conflict' };
    if (isErased(commit)) database.run('DELETE FROM records WHERE subject = ?', subject);
    else database.run(upsertRecord, subject, last.hash, life, last.version, salt, document, expiresAt);
    log.append([...commit.events, ...also]);
    return { kind: 'committed', unlogged: [] };
  }

  return {
    load: (subject) =>
      read(() => {
        const row = database.get<RecordRow>(selectRecord, subject, now());
        return row && { ...row, unlogged: [] };
      }),
    commit: (commit) => group.write('store', () => decide(commit)),
    settle: async () => true,
    unlogged: async () => [],
    erasures: async () => [],
    endErasure: async () => {},
    ...createLeases(database, group, now),
    ...createCounters(database, group, now, read),
    ...createTallies(database, group, now, read),
    check: parts.check,
    close() {
      closed = true;
      return parts.close();
    },
  };
}
