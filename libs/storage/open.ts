import type { Log } from './log.ts';
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
  readonly logger: StorageLogger;
  /** Called when the log's client can't go on: the process should end and be started anew. */
  readonly onFatal: (reason: string) => void;
  readonly clientId: string;
} & (
  | { readonly kind: 'embedded'; /** One SQLite file. */ readonly file: string }
  | {
      readonly kind: 'distributed';
      readonly redisUrl: string;
      readonly kafka: {
        readonly brokers: readonly string[];
        readonly ssl: boolean;
        readonly ca?: string;
        readonly sasl?: {
          readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
          readonly username: string;
          readonly password: string;
        };
      };
    }
);

/** Opens one of the two pairs; the other's libraries are not even loaded. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { now, logger, onFatal, clientId } = options;
  if (options.kind === 'embedded') {
    const { openSqlite } = await import('./sqlite-open.ts');
    return openSqlite({ file: options.file, now, logger });
  }
  const [{ openRedisStore }, { openKafkaLog }] = await Promise.all([import('./redis-store.ts'), import('./kafka.ts')]);
  const { brokers, ssl, ca, sasl } = options.kafka;
  const [store, log] = await Promise.all([
    openRedisStore({ url: options.redisUrl, now, logger }),
    openKafkaLog({ brokers: [...brokers], clientId, ssl: ca ? { ca: [ca] } : ssl, sasl, now, logger, onFatal }),
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
