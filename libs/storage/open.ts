import type { BatchObserver, Log } from './log.ts';
import type { StorageLogger } from './logger.ts';
import type { Store } from './store.ts';

/** The pair that a process runs on. */
export type Storage = {
  readonly store: Store;
  readonly log: Log;
  /**
   * What other processes ask of the one that has the file: at most 100 requests of a kind, oldest first, each handed out
   * once. Absent where every process may write to the log itself.
   */
  readonly takeRequests?: (kind: string) => Promise<string[]>;
  close(): Promise<void>;
};

export type StorageOptions = {
  readonly now: () => number;
  readonly published?: BatchObserver;
  readonly logger: StorageLogger;
  /** Called when the log's client can't go on: the process should end and be started anew. */
  readonly onFatal: (reason: string) => void;
  readonly clientId: string;
} & (
  | { readonly kind: 'embedded'; /** One SQLite file. */ readonly file: string }
  | { readonly kind: 'distributed'; readonly redisUrl: string; readonly kafka: KafkaPlace }
);

/** Where Kafka is and how it knows us. */
export type KafkaPlace = {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  /** PEM of the authorities that may sign the brokers' certificates. */
  readonly ca?: string;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
};

/** Opens one of the two pairs; the other's libraries are not even loaded. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { now, logger, onFatal, clientId, published } = options;
  if (options.kind === 'embedded') {
    const { openSqlite } = await import('./sqlite/open.ts');
    return openSqlite({ file: options.file, now, logger, published });
  }
  const { openRedisStore } = await import('./redis/store.ts');
  const [store, log] = await Promise.all([
    openRedisStore({ url: options.redisUrl, now, logger }),
    openLogAlone(options.kafka, { clientId, now, logger, onFatal, published }),
  ]);
  return {
    store,
    log,
    async close() {
      await log.close();
      await store.close();
    },
  };
}

/** Kafka's log without a store beside it. */
export async function openLogAlone(
  { brokers, ssl, ca, sasl }: KafkaPlace,
  options: Pick<StorageOptions, 'clientId' | 'now'> & Partial<Pick<StorageOptions, 'logger' | 'onFatal' | 'published'>>,
): Promise<Log> {
  const { openKafkaLog } = await import('./kafka/kafka.ts');
  return openKafkaLog({ ...options, brokers: [...brokers], ssl: ca ? { ca: [ca] } : ssl, sasl });
}
