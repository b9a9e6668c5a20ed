import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqlite } from '#storage/sqlite/open.ts';
import type { Sqlite, SqliteOptions } from '#storage/sqlite/open.ts';

/** A file name in a folder that is gone after the test. */
export function sqliteFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data', 'twofold.db');
}

/** Opens a file, closed after the test, that sweeps every few milliseconds. */
export function openForTest(options: Partial<SqliteOptions> = {}): Sqlite {
  const sqlite = openSqlite({ file: options.file ?? sqliteFile(), now: Date.now, sweepMs: 5, ...options });
  onTestFinished(() => sqlite.close());
  return sqlite;
}

/** A new file on a clock that the test moves, gone after `close`. */
export function openOnClock() {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-sqlite-'));
  let at = Date.now();
  const clock = {
    now: () => at,
    set(ms: number) {
      at = ms;
    },
  };
  const sqlite = openSqlite({ file: join(folder, 'twofold.db'), now: clock.now, sweepMs: 5 });
  return {
    store: sqlite.store,
    log: sqlite.log,
    clock,
    async close() {
      await sqlite.close();
      rmSync(folder, { recursive: true });
    },
  };
}
