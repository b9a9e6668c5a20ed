import type { Places } from '#runtime/config.ts';
import type { LogRecord } from '#storage/log.ts';
import { openLogAlone } from '#storage/open.ts';
import { openSqliteRecords, readSqliteLog } from '#storage/sqlite/readers.ts';
import type { StoredRecord } from '#storage/store.ts';
import { readDump } from './dump.ts';
import { inSpan, type Span } from './span.ts';

/** A log to be looked at, whoever writes it meanwhile. */
export type Source = {
  /** For people. */
  readonly name: string;
  /** What was in the log when the reading began, each partition in order. A dump from a pipe can be read once. */
  read(span: Span): AsyncIterable<LogRecord>;
  close(): Promise<void>;
};

/** The store's records, to compare with. */
export type Records = {
  readonly name: string;
  load(subject: string): Promise<StoredRecord | undefined>;
  close(): Promise<void>;
};

const nothing = async () => {};

/** The dump if one is named, else Kafka if brokers are, else the SQLite file. */
export async function openSource(places: Places, dump: string | undefined): Promise<Source> {
  if (dump !== undefined)
    return { name: dump === '-' ? 'the dump' : dump, read: (span) => readDump(dump, span), close: nothing };
  const { kafka, file } = places;
  if (!kafka) {
    return {
      name: file,
      read: ({ subject, ...span }) => readSqliteLog(file, { ...span, key: subject }),
      close: nothing,
    };
  }
  const log = await openLogAlone(kafka, { clientId: 'twofold-log', now: Date.now });
  return {
    name: `Kafka at ${kafka.brokers.join(',')}`,
    async *read(span) {
      for await (const record of log.read(span)) if (inSpan(record, span)) yield record;
    },
    close: () => log.close(),
  };
}

/** Redis if it is named, else the SQLite file; beside Kafka there must be Redis. */
export async function openRecords({ redisUrl, kafka, file }: Places): Promise<Records> {
  if (redisUrl !== undefined) {
    const { openRedisStore } = await import('#storage/redis/store.ts');
    const store = await openRedisStore({ url: redisUrl, now: Date.now });
    return { name: 'Redis', load: (subject) => store.load(subject), close: () => store.close() };
  }
  if (kafka) throw new Error('REDIS_URL must be set: the records to compare with are there');
  const records = openSqliteRecords(file);
  return { name: file, load: async (subject) => records.load(subject), close: async () => records.close() };
}
