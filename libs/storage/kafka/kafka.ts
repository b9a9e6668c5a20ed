import kafkajs from 'kafkajs';
import type { KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { createBatcher } from './batcher.ts';
import { createSockets, nameError } from './client.ts';
import type { Client, MakeClient } from './client.ts';
import { createPlacing, openProducer } from './producer.ts';
import { readSpan } from './read.ts';
import { startSubscription } from './subscription.ts';
import { createDesk, createPartitionCounts, dismissMember, ensureTopics, measureLag } from './topics.ts';
import type { BatchObserver, Log, Subscription } from '../log.ts';
import type { StorageLogger } from '../logger.ts';
import { Unavailable } from '../unavailable.ts';

export type KafkaOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS; with `ca` the authorities (PEM) that may sign the brokers' certificates. */
  readonly ssl?: boolean | { readonly ca: readonly string[] };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  readonly logger?: StorageLogger;
  /** Told once per subscription that it can't go on: the process should end and be started again. */
  readonly onFatal?: (reason: string) => void;
  readonly published?: BatchObserver;
};

const checkTimeoutMs = 3000;
const checkCacheMs = 1000;
const flushTimeoutMs = 5000;

/**
 * A log on Kafka. Resolves also while no broker answers: then `check` and `publish` reject until one does, and
 * subscriptions join as soon as they can.
 */
export async function openKafkaLog(options: KafkaOptions): Promise<Log> {
  const { makeClient, killAll } = createClients(options);
  const desk = createDesk(makeClient);
  const partitions = createPartitionCounts(desk);
  const batcher = createBatcher({
    open: () => openProducer(makeClient, partitions),
    place: createPlacing(),
    // How long a publication waits is measured by a clock that nobody sets: a correction of the time is no outage.
    now: () => performance.now(),
    published: options.published,
    failed: (error) => options.logger?.warn('producer-replaced', { reason: nameError(error) }),
  });
  const check = createCheck(() => desk.ask(checkTimeoutMs, ({ cluster }) => cluster.refreshMetadata()));
  const subscriptions = new Set<Subscription>();
  let closed: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    await batcher.close(flushTimeoutMs);
    killAll();
  };
  return {
    ensureTopics: (topics) => ensureTopics(desk, topics, kafkajs.ConfigResourceTypes.TOPIC),
    publish: (records) => batcher.publish(records),
    async subscribe(subscribed, handler) {
      if (closed) throw new Unavailable('log', 'closed');
      const { logger, onFatal } = options;
      const dismiss = (group: string, memberId: string) => dismissMember(desk, group, memberId);
      const subscription = startSubscription(subscribed, handler, { makeClient, check, dismiss, logger, onFatal });
      subscriptions.add(subscription);
      return subscription;
    },
    read: (span) => readSpan(makeClient, span),
    partitions: (topic) => partitions(topic),
    lag: (group, topics) => measureLag(desk, group, topics),
    waitingMs: () => batcher.waitingMs(),
    full: () => batcher.full(),
    check,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** One answer serves everybody who asks within a second. */
function createCheck(ask: () => Promise<void>): () => Promise<void> {
  let last: { readonly answer: Promise<void>; at: number } | undefined;
  return () => {
    if (last && performance.now() - last.at < checkCacheMs) return last.answer;
    const asked = { answer: ask(), at: Number.POSITIVE_INFINITY };
    const answered = () => {
      asked.at = performance.now();
    };
    asked.answer.then(answered, answered);
    last = asked;
    return asked.answer;
  };
}

/** Makes clients that differ in their patience only. Each has sockets of its own, to be able to lose them. */
function createClients(options: KafkaOptions): { readonly makeClient: MakeClient; killAll(): void } {
  const alive = new Set<Client>();
  const sasl: SASLOptions | undefined = options.sasl && { ...options.sasl };
  const ssl: KafkaConfig['ssl'] = typeof options.ssl === 'object' ? { ca: [...options.ssl.ca] } : options.ssl;
  const makeClient: MakeClient = (settings = {}) => {
    const sockets = createSockets();
    const kafka = new kafkajs.Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      ssl,
      sasl,
      connectionTimeout: 5000,
      requestTimeout: settings.requestTimeoutMs ?? 30_000,
      enforceRequestTimeout: true,
      retry: { initialRetryTime: 100, maxRetryTime: settings.retryMaxMs ?? 2000, retries: settings.retries ?? 5 },
      socketFactory: sockets.factory,
      logLevel: kafkajs.logLevel.ERROR,
      logCreator: () => (entry) => {
        if (!sockets.killed()) tell(options.logger, entry);
      },
    });
    const client: Client = {
      kafka,
      kill() {
        sockets.kill();
        alive.delete(client);
      },
    };
    alive.add(client);
    return client;
  };
  const killAll = () => {
    for (const client of alive) client.kill();
  };
  return { makeClient, killAll };
}

/** What kafkajs may tell, and as what: places and counts. Its texts name errors; contents of records are in none of these. */
const toldFields = [
  ['message', 'reason'],
  ['error', 'detail'],
  ['groupId', 'group'],
  ['topic', 'topic'],
  ['partition', 'partition'],
  ['offset', 'offset'],
  ['broker', 'host'],
  ['retryCount', 'tries'],
  ['retryTime', 'ms'],
] as const;

/** kafkajs reports here what it is about to repeat: what becomes of it, the adapter itself says louder. */
function tell(logger: StorageLogger | undefined, { namespace, log }: LogEntry): void {
  const fields = toldFields.flatMap(([theirs, ours]) => (typeof log[theirs] === 'object' ? [] : [[ours, log[theirs]]]));
  logger?.info('kafkajs', {
    part: namespace,
    ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)),
  });
}
