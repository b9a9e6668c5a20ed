import type { GroupCommit } from './group-commit.ts';
import { openBeside } from './sqlite.ts';
import type { Database } from './sqlite.ts';

const waitingMax = 1_000;
const takenMax = 100;

/**
 * Leaves a request for the process that has the file open, from another process (`dead-letters redrive`), and answers its
 * number. Throws if the file is missing or 1,000 requests wait already.
 */
export function queueRequest(file: string, kind: string, body: string): number {
  return beside(file, 'write', (database) => {
    const insert = `INSERT INTO requests (kind, body)
      SELECT ?, ? WHERE (SELECT count(*) FROM requests) < ? RETURNING id`;
    const row = database.get<{ id: number }>(insert, kind, body, waitingMax);
    if (!row) throw new Error(`${waitingMax} requests wait in ${file}`);
    return row.id;
  });
}

/** True until the request has been taken. */
export function requestWaits(file: string, id: number): boolean {
  return beside(file, 'read', (database) => database.get('SELECT 1 FROM requests WHERE id = ?', id) !== undefined);
}

/** Takes a request back. False if it has been taken already, and nothing can be taken back. */
export function withdrawRequest(file: string, id: number): boolean {
  return beside(file, 'write', (database) => database.run('DELETE FROM requests WHERE id = ?', id) === 1);
}

function beside<T>(file: string, access: 'read' | 'write', work: (database: Database) => T): T {
  const database = openBeside(file, access);
  try {
    return work(database);
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
