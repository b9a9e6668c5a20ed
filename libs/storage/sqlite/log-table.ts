import { isUtf8 } from 'node:buffer';
import type { LogRecord, OutgoingRecord } from '../log.ts';
import type { Database } from './sqlite.ts';

/** Where to go on reading one topic: the offset of the next record wanted; with `key`, of the next with that key. */
export type Cursor = { readonly topic: string; readonly from: number; readonly key?: string };

export type LogTable = {
  /** Adds records at the end, within the caller's transaction. In a compacted topic the key's earlier records go. */
  append(records: readonly OutgoingRecord[]): void;
  /** What was appended since the last call: topics, and how many records. */
  appended(): { readonly topics: ReadonlySet<string>; readonly records: number };
  /** Takes the topics' retention and compaction as they are in the file. */
  refreshTopics(): void;
};

type LogRow = {
  offset: number;
  topic: string;
  key: Uint8Array | null;
  headers: string;
  value: Uint8Array | null;
  appended_at: number;
};

const insertRow = 'INSERT INTO log (topic, key, headers, value, appended_at) VALUES (?, ?, ?, ?, ?)';
const ofTopic =
  'SELECT offset FROM (SELECT offset FROM log WHERE topic = ? AND offset BETWEEN ? AND ? ORDER BY offset LIMIT ?)';
const ofKey = ofTopic.replace('WHERE', 'WHERE key = ? AND');
const deleteEarlier = 'DELETE FROM log WHERE key = ? AND topic = ? AND offset < (SELECT max(offset) FROM log)';

/** @param now Unix milliseconds, the log's own time */
export function createLogTable(database: Database, now: () => number): LogTable {
  let compacted = new Set<string>();
  let [topics, count] = [new Set<string>(), 0];
  const table: LogTable = {
    append(records) {
      for (const { topic, key, headers, value } of records) {
        const keyBytes = key === null ? null : bytes(key);
        database.run(insertRow, topic, keyBytes, writeHeaders(headers), value === null ? null : bytes(value), now());
        if (keyBytes && compacted.has(topic)) database.run(deleteEarlier, keyBytes, topic);
        topics.add(topic);
        count += 1;
      }
    },
    appended() {
      const appended = { topics, records: count };
      if (count > 0) [topics, count] = [new Set(), 0];
      return appended;
    },
    refreshTopics() {
      const rows = database.all<{ name: string }>('SELECT name FROM topics WHERE compacted = 1');
      compacted = new Set(rows.map(({ name }) => name));
    },
  };
  table.refreshTopics();
  return table;
}

/** At most `countMax` records of the topics in the order of the log, each topic from its cursor, none above `last`. */
export function readChunk(database: Database, cursors: readonly Cursor[], last: number, countMax: number): LogRecord[] {
  const offsets = cursors.map(({ key }) => (key === undefined ? ofTopic : ofKey)).join(' UNION ALL ');
  const rows = database.all<LogRow>(
    `SELECT * FROM log WHERE offset IN (${offsets} ORDER BY 1 LIMIT ?) ORDER BY offset`,
    ...cursors.flatMap(({ topic, from, key }) => {
      const span = [topic, from, last, countMax];
      return key === undefined ? span : [Buffer.from(key), ...span];
    }),
    countMax,
  );
  return rows.map(toRecord);
}

/** The offset of the newest record that was ever appended, 0 if none. */
export function lastOffset(database: Database): number {
  return database.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'log'")?.seq ?? 0;
}

function toRecord(row: LogRow): LogRecord {
  return {
    topic: row.topic,
    partition: 0,
    offset: BigInt(row.offset),
    appendedAt: row.appended_at,
    key: row.key && buffer(row.key),
    headers: readHeaders(row.headers),
    value: row.value && buffer(row.value),
  };
}

const bytes = (value: string | Buffer): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value);
const buffer = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

type StoredHeader = string | { readonly base64: string };

/**
 * Text stays readable in the file; bytes that are no UTF-8 are kept as base64. As on Kafka, where a list is a header
 * that repeats, a list of one reads as its value and an empty one as no header.
 */
function writeHeaders(headers: OutgoingRecord['headers']): string {
  const entries: [string, StoredHeader | StoredHeader[]][] = [];
  for (const [name, value] of Object.entries(headers)) {
    const [first, ...others] = (Array.isArray(value) ? value : [value]).map(toStored);
    if (first !== undefined) entries.push([name, others.length === 0 ? first : [first, ...others]]);
  }
  return JSON.stringify(Object.fromEntries(entries));
}

function readHeaders(text: string): LogRecord['headers'] {
  const stored: Record<string, StoredHeader | StoredHeader[]> = JSON.parse(text);
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(fromStored) : fromStored(value),
    ]),
  );
}

function toStored(value: string | Buffer): StoredHeader {
  if (typeof value === 'string') return value;
  return isUtf8(value) ? value.toString() : { base64: value.toString('base64') };
}

const fromStored = (value: StoredHeader) =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64');
