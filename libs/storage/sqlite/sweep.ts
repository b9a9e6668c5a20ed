import type { GroupCommit } from './group-commit.ts';
import type { Database } from './sqlite.ts';

export type SweepParts = {
  readonly database: Database;
  readonly group: GroupCommit;
  readonly now: () => number;
  /** Groups that somebody is subscribed to now. */
  readonly groupNames: () => ReadonlySet<string>;
  readonly everyMs: number;
};

const sliceMax = 500;
const soonMs = 50;
// Deleted bytes may stay in the write-ahead log this long.
const truncateMs = 10 * 60_000;
// As Kafka's: a group that nobody joined for so long is forgotten, a tombstone has been seen by whoever reads.
const groupForgottenMs = 7 * 24 * 3_600_000;
const tombstoneMs = 24 * 3_600_000;

const expiring = ['records', 'claims', 'leases', 'buckets', 'notes', 'tallies'];

/**
 * Deletes what has expired, a slice at a time: reading never trusts an expired row, so nobody waits for this.
 * Answers the function that stops it.
 */
export function startSweeping({ database, group, now, groupNames, everyMs }: SweepParts): () => void {
  let truncatedAt = performance.now();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number) => {
    timer = setTimeout(() => void tick(), ms).unref();
  };

  async function tick(): Promise<void> {
    // A group that failed was reported there.
    const more = await group.write('store', () => sweep(database, now(), groupNames())).catch(() => false);
    if (stopped) return;
    if (performance.now() - truncatedAt > truncateMs && truncate()) truncatedAt = performance.now();
    wait(more ? soonMs : everyMs);
  }

  function truncate(): boolean {
    try {
      return database.truncateWal();
    } catch {
      // The next group meets the same fault and reports it.
      return false;
    }
  }

  wait(everyMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** One slice of everything; true if there is more to delete at once. */
function sweep(database: Database, at: number, groupNames: ReadonlySet<string>): boolean {
  let fullest = 0;
  const remove = (sql: string, ...values: (string | number)[]) => {
    fullest = Math.max(fullest, database.run(sql, ...values));
  };
  for (const table of expiring) {
    const expired = `SELECT rowid FROM ${table} WHERE expires_at > 0 AND expires_at <= ? LIMIT ${sliceMax}`;
    remove(`DELETE FROM ${table} WHERE rowid IN (${expired})`, at);
  }
  const keepGroup = 'UPDATE positions SET seen_at = ?1 WHERE group_name = ?2 AND seen_at < ?1 - 3600000';
  for (const name of groupNames) database.run(keepGroup, at, name);
  database.run('DELETE FROM positions WHERE seen_at <= ?', at - groupForgottenMs);
  sweepLog(database, at, remove);
  return fullest === sliceMax;
}

function sweepLog(database: Database, at: number, remove: (sql: string, ...values: (string | number)[]) => void): void {
  type Topic = { name: string; retention_ms: number; compacted: number; seen: number | null };
  const select = `SELECT name, retention_ms, compacted, min(position) AS seen
    FROM topics LEFT JOIN positions ON topic = name GROUP BY name`;
  for (const { name, retention_ms: retentionMs, compacted, seen } of database.all<Topic>(select)) {
    const below = seen ?? Number.MAX_SAFE_INTEGER;
    if (compacted === 1) {
      const tombstones = `SELECT offset FROM log INDEXED BY log_tombstones WHERE value IS NULL AND appended_at <= ? AND topic = ?
        AND offset < ? LIMIT ${sliceMax}`;
      remove(`DELETE FROM log WHERE offset IN (${tombstones})`, at - tombstoneMs, name, below);
    } else {
      // Looks at the oldest rows only: they are in the order of time, so the first young one ends the search.
      const oldest = `SELECT offset, appended_at FROM log WHERE topic = ? AND offset < ? ORDER BY offset LIMIT ${sliceMax}`;
      remove(
        `DELETE FROM log WHERE offset IN (SELECT offset FROM (${oldest}) WHERE appended_at <= ?)`,
        name,
        below,
        at - retentionMs,
      );
    }
  }
}
