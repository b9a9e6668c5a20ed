import type { GroupCommit } from './group-commit.ts';
import { openBeside } from './sqlite.ts';
import type { Database } from './sqlite.ts';

const waitingMax = 1_000;
const takenMax = 100;

/**
 * Leaves a request for the process that has the file open, from another process (`dead-letters redrive`).
 * Throws if the file is missing or 1,000 requests wait already.
 */
export function queueRequest(file: string, kind: string, body: string): void {
  const database = openBeside(file, 'write');
  try {
    const insert = 'INSERT INTO requests (kind, body) SELECT ?, ? WHERE (SELECT count(*) FROM requests) < ?';
    if (database.run(insert, kind, body, waitingMax) === 0) throw new Error(`${waitingMax} requests wait in ${file}`);
  } finally {
    database.close();
  }
}

/** Takes the oldest requests of a kind out of the table; whoever dies before it did them leaves them undone. */
export async function takeRequests(database: Database, group: GroupCommit, kind: string): Promise<string[]> {
  const select = `SELECT id, body FROM requests WHERE kind = ? ORDER BY id LIMIT ${takenMax}`;
  if (!database.get(select, kind)) return [];
  return group.write('store', () => {
    const rows = database.all<{ id: number; body: string }>(select, kind);
    for (const { id } of rows) database.run('DELETE FROM requests WHERE id = ?', id);
    return rows.map(({ body }) => body);
  });
}
