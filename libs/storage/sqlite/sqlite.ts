import { chmodSync, closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { sqliteSchemaSteps, sqliteSchemaVersion } from './schema.ts';
import { Unavailable } from '../unavailable.ts';

type SqlValue = string | number | Uint8Array | null;
type SqlRow = Record<string, SQLOutputValue>;

/* oxlint-disable typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion -- a row has the shape its SELECT says, and each caller writes both side by side */

/** One open SQLite file. Every statement is prepared once; calls are synchronous and throw what SQLite says. */
export type Database = {
  /** Answers how many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  get<Row extends object = SqlRow>(sql: string, ...values: SqlValue[]): Row | undefined;
  all<Row extends object = SqlRow>(sql: string, ...values: SqlValue[]): Row[];
  inTransaction(): boolean;
  /** Moves the write-ahead log into the file and cuts it to nothing, so that what was deleted is nowhere. False: a reader was in the way. */
  truncateWal(): boolean;
  close(): void;
};

// Only the redrive command writes from outside, one row at a time, so a wait this long means something is stuck.
const busyMs = 2_000;
const busyCode = 5;

/**
 * Opens the file for this process alone to write, making folder, file and tables where they are missing.
 * Other processes may read meanwhile. Throws an Error that names the file if another opener holds it, or if a newer
 * version of the program wrote it.
 */
export function openDatabase(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Two names of one file must meet at one lock.
  const path = existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file));
  const unlock = lock(path);
  try {
    keepPrivate(path);
    const connection = new DatabaseSync(path, { timeout: busyMs });
    try {
      prepareFile(connection, file);
    } catch (error) {
      connection.close();
      throw error;
    }
    return wrap(connection, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Opens an existing file that another process may be writing. `write` is for single rows: it waits its turn. */
export function openBeside(file: string, access: 'read' | 'write'): Database {
  if (!existsSync(file)) throw new Error(`no such file: ${file}`);
  const connection = new DatabaseSync(file, { readOnly: access === 'read', timeout: busyMs });
  try {
    const version = versionOf(connection);
    if (version !== sqliteSchemaVersion)
      throw new Error(`${file} is no Twofold file of version ${sqliteSchemaVersion}`);
    return wrap(connection, () => {});
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** True for errors that concern one statement only; after any other the whole transaction is in doubt. */
export function failsAlone(error: unknown): boolean {
  const code = resultCode(error);
  // ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE of https://sqlite.org/rescode.html.
  return code === undefined || [1, 18, 19, 20, 21, 25].includes(code);
}

/** What to throw on for a failed read: Unavailable, except where the statement itself was wrong. */
export function translate(part: Unavailable['part'], error: unknown): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE')
    return new Unavailable(part, 'closed');
  return failsAlone(error) ? error : new Unavailable(part, wordsOf(error));
}

/** SQLite's own words for a failure: they name no values. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error) || !('errstr' in error)) return 'failed';
  return `${String(error.errstr)} (${String(resultCode(error))})`;
}

/** SQLite's primary result code, without its extension; undefined for what is no error of SQLite. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/**
 * Holds a second file in an exclusive transaction: its lock is the kernel's, so it ends with the process however that
 * dies, and the main file stays free for readers.
 */
function lock(path: string): () => void {
  const lockFile = `${path}.lock`;
  keepPrivate(lockFile);
  const connection = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    connection.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if (resultCode(error) !== busyCode) throw error;
    throw new Error(`${path} is in use: only one process may open it`, { cause: error });
  }
  return () => connection.close();
}

/** Readable by the owner alone. An existing file is never opened here: closing it would drop the locks that this process holds on it. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    chmodSync(path, 0o600);
  }
}

function prepareFile(connection: DatabaseSync, file: string): void {
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
  if (mode !== 'wal') throw new Error(`${file}: this file system does not carry a write-ahead log`);
  // FULL syncs the log at each commit; temporary pages hold the same secrets as the file and stay in memory.
  connection.exec(
    'PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF',
  );
  // Pages that change all the time go into the main file once in 32 MiB of log, and 64 MiB of pages are not read again.
  connection.exec('PRAGMA wal_autocheckpoint = 8192; PRAGMA cache_size = -65536');
  const version = versionOf(connection);
  if (version > sqliteSchemaVersion) throw new Error(`${file} was written by a newer version (${version})`);
  if (version < sqliteSchemaVersion) {
    const steps = sqliteSchemaSteps.slice(version).join('');
    connection.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${sqliteSchemaVersion}; COMMIT`);
  }
}

const versionOf = (connection: DatabaseSync) => Number(connection.prepare('PRAGMA user_version').get()?.user_version);

function wrap(connection: DatabaseSync, unlock: () => void): Database {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    get: <Row extends object>(sql: string, ...values: SqlValue[]) => prepared(sql).get(...values) as Row | undefined,
    all: <Row extends object>(sql: string, ...values: SqlValue[]) => prepared(sql).all(...values) as Row[],
    inTransaction: () => connection.isTransaction,
    truncateWal() {
      // Waiting for a reader would stop everything else, so this comes back empty-handed instead.
      connection.exec('PRAGMA busy_timeout = 0');
      try {
        return connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
      } finally {
        connection.exec(`PRAGMA busy_timeout = ${busyMs}`);
      }
    },
    close() {
      connection.close();
      unlock();
    },
  };
}
