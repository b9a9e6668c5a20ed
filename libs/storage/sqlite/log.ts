import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GroupCommit } from './group-commit.ts';
import { lastOffset, readChunk } from './log-table.ts';
import type { LogTable } from './log-table.ts';
import type { Lag, Log, LogRecord, ReadOptions, TopicSettings } from '../log.ts';
import type { Groups } from './groups.ts';
import { translate } from './sqlite.ts';
import type { Database } from './sqlite.ts';

export type SqliteLogParts = {
  readonly database: Database;
  readonly group: GroupCommit;
  readonly table: LogTable;
  readonly groups: Groups;
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const chunkMax = 100;
// Counting further would stop the process for longer than the number is worth.
const lagMax = 1_000_000;
const closeMs = 5_000;

const upsertTopic = `INSERT INTO topics (name, retention_ms, compacted) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET retention_ms = excluded.retention_ms, compacted = excluded.compacted`;

/**
 * The log on SQLite: one partition, whose offsets count over all topics, so that the order of different topics is kept too.
 * Retention never takes what a subscribed group has still to see. A lag of 1,000,000 means that or more.
 */
export function createSqliteLog(parts: SqliteLogParts): Log {
  const { database, group, table, groups } = parts;

  async function ensureTopics(topics: readonly TopicSettings[]): Promise<string[]> {
    await group.write('log', () => {
      for (const { name, retentionMs, compacted } of topics)
        database.run(upsertTopic, name, retentionMs, compacted ? 1 : 0);
    });
    table.refreshTopics();
    return [];
  }

  function lagOf(groupName: string, topic: string): Lag {
    const select = 'SELECT count(*) AS records FROM (SELECT 1 FROM log WHERE topic = ? AND offset >= ? LIMIT ?)';
    const row = database.get<{ records: number }>(select, topic, groups.position(groupName, topic), lagMax);
    return { topic, partition: 0, records: row?.records ?? 0 };
  }

  return {
    ensureTopics: (topics) => translated(() => ensureTopics(topics)),
    publish: (records) => group.write('log', () => table.append(records)),
    subscribe: (options, handler) => translated(() => groups.join(options, handler)),
    read: (options) => readLog(database, options),
    partitions: async () => 1,
    lag: (groupName, topics) => translated(async () => topics.map((topic) => lagOf(groupName, topic))),
    waitingMs: () => group.waitingMs(),
    full: () => group.full(),
    check: parts.check,
    async close() {
      await groups.close(closeMs);
      await parts.close();
    },
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate('log', error);
  }
}

/** Every record of the span in the order of the log, up to the newest at the beginning of the reading. `key`: only records with it. */
export async function* readLog(
  database: Database,
  options: ReadOptions & { readonly key?: string },
): AsyncGenerator<LogRecord> {
  const { topics, partitions, key, from: fromMs = 0, to: toMs = Infinity } = options;
  if (topics.length === 0 || partitions?.includes(0) === false) return;
  try {
    const last = lastOffset(database);
    for (let from = 0; ; await nextTurn()) {
      const chunk = readChunk(
        database,
        topics.map((topic) => ({ topic, from, key })),
        last,
        chunkMax,
      );
      for (const record of chunk) {
        from = Number(record.offset) + 1;
        if (record.appendedAt >= fromMs && record.appendedAt < toMs) yield record;
      }
      if (chunk.length < chunkMax) return;
    }
  } catch (error) {
    throw translate('log', error);
  }
}
