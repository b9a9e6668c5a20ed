import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '#storage/sqlite/open.ts';
import { describeLog } from './log.contract.ts';

describeLog(
  'The log on SQLite',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twofold-log-'));
    const file = join(folder, 'twofold.db');
    let sqlite = openSqlite({ file, now: Date.now });
    return {
      log: sqlite.log,
      async reopen() {
        await sqlite.close();
        sqlite = openSqlite({ file, now: Date.now });
        return sqlite.log;
      },
      async close() {
        await sqlite.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  { partitions: 1, sharesTopics: false },
);
