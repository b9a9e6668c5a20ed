/**
 * A process to be killed: `commit <file>` commits one version of a subject after another and prints each that was
 * answered; `consume <file>` publishes and handles records and prints the offset of each that was handled.
 */
import { writeSync } from 'node:fs';
import { openSqlite } from '#storage/sqlite/open.ts';
import { chainedCommit } from './chained-commit.ts';

const [role, file] = process.argv.slice(2);
if (!role || !file) throw new Error('usage: sqlite-child.ts commit|consume <file>');
const { store, log } = openSqlite({ file, now: Date.now });
const tell = (line: unknown) => writeSync(1, `${String(line)}\n`);

if (role === 'commit') {
  for (let version = 1; ; version += 1) {
    await store.commit(chainedCommit('subject', version));
    tell(version);
  }
} else {
  await log.subscribe({ group: 'group', topics: ['topic'], concurrency: 4 }, async ({ offset }) => void tell(offset));
  for (let i = 0; ; i += 1) await log.publish([{ topic: 'topic', key: `key-${i % 7}`, headers: {}, value: String(i) }]);
}
