import type { LogRecord, ReadOptions } from '../log.ts';
import { readLog } from './log.ts';
import { openBeside } from './sqlite.ts';
import type { StoredRecord } from '../store.ts';

/**
 * The log of a file that another process may have open: reads only, as `Log.read` does. `topics` may be left out for all;
 * `key` narrows to one subject's records.
 */
export async function* readSqliteLog(
  file: string,
  options: Partial<ReadOptions> & { readonly key?: string } = {},
): AsyncGenerator<LogRecord> {
  const database = openBeside(file, 'read');
  try {
    const all = () => database.all<{ topic: string }>('SELECT DISTINCT topic FROM log').map(({ topic }) => topic);
    yield* readLog(database, { ...options, topics: options.topics ?? all() });
  } finally {
    database.close();
  }
}

/** A subject's record as it lies in the file, expired or not; undefined if there is none. */
export function readSqliteRecord(file: string, subject: string): StoredRecord | undefined {
  const records = openSqliteRecords(file);
  try {
    return records.load(subject);
  } finally {
    records.close();
  }
}

/** The same for many subjects, each as it is at the time of its load. */
export function openSqliteRecords(file: string): {
  load(subject: string): StoredRecord | undefined;
  close(): void;
} {
  const database = openBeside(file, 'read');
  const select = 'SELECT head, life, version, salt, document, expires_at AS expiresAt FROM records WHERE subject = ?';
  return {
    load(subject) {
      const row = database.get<Omit<StoredRecord, 'unlogged'>>(select, subject);
      return row && { ...row, unlogged: [] };
    },
    close: () => database.close(),
  };
}
