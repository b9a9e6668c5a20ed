import { createGroupCommit } from './group-commit.ts';
import type { GroupCommit } from './group-commit.ts';
import { createLogTable } from './log-table.ts';
import type { BatchObserver, Log } from '../log.ts';
import type { StorageLogger } from '../logger.ts';
import { createGroups } from './groups.ts';
import { createSqliteLog } from './log.ts';
import { takeRequests } from './requests.ts';
import { createSqliteStore } from './store.ts';
import { startSweeping } from './sweep.ts';
import { openDatabase } from './sqlite.ts';
import type { Database } from './sqlite.ts';
import type { Store } from '../store.ts';
import type { Unavailable } from '../unavailable.ts';

export type SqliteOptions = {
  readonly file: string;
  /** Unix milliseconds: the time by which things expire. */
  readonly now: () => number;
  readonly logger?: StorageLogger;
  readonly published?: BatchObserver;
  /** How often expired rows are deleted; default 1,000. */
  readonly sweepMs?: number;
};

export type Sqlite = {
  readonly store: Store;
  readonly log: Log;
  /** Takes at most 100 requests of a kind that other processes left with `queueRequest`, oldest first. */
  takeRequests(kind: string): Promise<string[]>;
  close(): Promise<void>;
};

const checkedMs = 1_000;

/**
 * Store and log in one SQLite file, for this process alone. Throws if another process has it. The file is let go
 * when both ports are closed, or by `close`.
 */
export function openSqlite({ file, now, logger, published, sweepMs = 1_000 }: SqliteOptions): Sqlite {
  const database = openDatabase(file);
  const group = createGroupCommit(database, (words) =>
    words === '' ? logger?.info('writes-resumed', { file }) : logger?.warn('writes-failing', { file, reason: words }),
  );
  const table = createLogTable(database, now);
  const groups = createGroups(database, group, now);
  const stopSweeping = startSweeping({ database, group, now, groupNames: () => groups.names(), everyMs: sweepMs });
  group.afterwards(({ ms, failed }) => {
    const { topics, records } = table.appended();
    if (records === 0) return;
    published?.({ records, ms, fault: failed ? 'failed' : undefined });
    groups.wake(topics);
  });

  const open = new Set<Unavailable['part']>(['store', 'log']);
  const closePart = (part: Unavailable['part']) => async () => {
    if (!open.delete(part)) return;
    // Operations keep their order, so what waits is done when this one is.
    const flushed = group.write(part, () => {}).catch(() => {});
    group.refuse(part);
    await flushed;
    if (open.size > 0) return;
    stopSweeping();
    database.close();
  };

  const store = createSqliteStore({
    database,
    group,
    log: table,
    now,
    check: probe(database, group, 'store'),
    close: closePart('store'),
  });
  const log = createSqliteLog({
    database,
    group,
    table,
    groups,
    check: probe(database, group, 'log'),
    close: closePart('log'),
  });
  return {
    store,
    log,
    takeRequests: (kind) => takeRequests(database, group, kind),
    async close() {
      await log.close();
      await store.close();
    },
  };
}

/** A check that writes: it takes and frees a few pages, so that a full disk shows. Its answer counts for a second. */
function probe(database: Database, group: GroupCommit, part: Unavailable['part']): () => Promise<void> {
  let checkedAt = -Infinity;
  let answer: Promise<void> = Promise.resolve();
  return () => {
    if (performance.now() - checkedAt > checkedMs) {
      checkedAt = performance.now();
      answer = group.write(part, () => {
        database.run('INSERT INTO probe (bytes) VALUES (zeroblob(32768))');
        database.run('DELETE FROM probe');
      });
    }
    return answer;
  };
}
