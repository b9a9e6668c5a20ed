import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import type { CommonRedisOptions } from 'ioredis';
import type { StorageLogger } from '../logger.ts';
import { parseRedisAddress } from './address.ts';
import type { RedisAddress } from './address.ts';
import { isRefusal, reasonOf, toUnavailable } from './failure.ts';
import { gatherWrites } from './gather-writes.ts';
import type { Script } from './scripts.ts';
import { Unavailable } from '../unavailable.ts';

export type Argument = string | number;

/** One connection to a Redis, or one to each master of a cluster. Every call rejects with `Unavailable` and nothing else. */
export type RedisConnection = {
  readonly clustered: boolean;
  /** Runs a script; in a cluster all its keys must be in one slot. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /** Sends a command whose first argument is its key. */
  send(command: string, key: string, ...args: readonly Argument[]): Promise<unknown>;
  /** The answer of every master, as text; undefined from one that refuses the command. */
  askEach(command: string, ...args: readonly Argument[]): Promise<(string | undefined)[]>;
  /** Resolves when the first attempt to connect has succeeded or failed, after `timeoutMs` in any case. */
  firstContact(timeoutMs: number): Promise<void>;
  close(): void;
};

const commandTimeoutMs = 2_000;
const connectTimeoutMs = 2_000;
/** A connection on which answers are due and nothing has come for so long is cut and made anew: its peer may be gone without a word. */
const silenceMaxMs = 3_000;
const reconnectMaxMs = 1_000;

/** Commands are sent once or not at all: one that was lost with its connection may have been carried out, and only the caller can tell. */
const options: CommonRedisOptions = {
  lazyConnect: true,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: commandTimeoutMs,
  connectTimeout: connectTimeoutMs,
  socketTimeout: silenceMaxMs,
  maxLoadingRetryTime: 500,
  disableClientInfo: true,
  connectionName: 'twofold',
};

/** Connects in the background and for ever anew; throws only if the URL is malformed. */
export function connectRedis(url: string, logger?: StorageLogger): RedisConnection {
  const address = parseRedisAddress(url);
  const client = address.nodes.length > 1 ? createCluster(address) : createSingle(address);
  const masters = () => (client instanceof Cluster ? client.nodes('master') : [client]);
  const connectionClosed = tellOfConnection(client, logger);
  if (client instanceof Cluster) {
    client.on('ready', () => client.nodes('master').forEach(open));
    client.on('+node', (node: Redis) => {
      node.on('connect', () => gatherWrites(node.stream));
      if (client.status === 'ready') open(node);
    });
  }
  client.connect().catch(() => {});

  async function run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await client.evalsha(script.digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw toUnavailable(error);
    }
    return await settled(client.eval(script.text, keys.length, ...keys, ...args));
  }

  return {
    clustered: client instanceof Cluster,
    run,
    send: (command, key, ...args) => settled(client.call(command, key, ...args)),
    async askEach(command, ...args) {
      const nodes = masters();
      if (client.status !== 'ready' || nodes.length === 0) throw new Unavailable('store', 'no connection to redis');
      return await Promise.all(nodes.map((node) => node.call(command, ...args).then(String, undefinedIfRefused)));
    },
    async firstContact(timeoutMs) {
      const patience = new AbortController();
      const contact = outcome(client).then(() => Promise.all(masters().map(outcome)));
      await Promise.race([contact, pause(timeoutMs, undefined, { signal: patience.signal })]);
      patience.abort();
    },
    close() {
      connectionClosed();
      client.disconnect();
    },
  };
}

function createSingle(address: RedisAddress): Redis {
  const database = { db: address.database, retryStrategy: backOff };
  const client = new Redis({ ...options, ...address.nodes[0], ...credentials(address), ...database });
  client.on('connect', () => gatherWrites(client.stream));
  // The client would go on in database 0 if it is refused the one it asks for.
  client.on('error', (error: unknown) => isRefusal(error) && client.disconnect(true));
  return client;
}

function createCluster(address: RedisAddress): Cluster {
  return new Cluster([...address.nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    maxRedirections: 4,
    slotsRefreshTimeout: connectTimeoutMs,
    clusterRetryStrategy: backOff,
    // Certificates name hosts, so names must not be turned into numbers before the handshake.
    ...(address.encrypted && { dnsLookup: (host, done) => done(null, host) }),
    redisOptions: { ...options, ...credentials(address) },
  });
}

function credentials({ username, password, encrypted }: RedisAddress) {
  return { username, password, ...(encrypted && { tls: {} }) };
}

/**
 * Connects to a node of a cluster before the first command needs it, or the others of a burst would meet it still connecting
 * and be refused. Not before the cluster is ready: its own check is refused by such a node just as well.
 */
function open(node: Redis): void {
  if (node.status === 'wait') node.connect().catch(() => {});
}

/** Resolves when an attempt to connect has succeeded or failed. */
async function outcome(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve) => {
    for (const event of ['ready', 'close', 'end']) client.once(event, () => resolve());
  });
}

/** Pause in milliseconds before the next attempt to connect, doubling with some chance in it, so that processes don't return in step. */
function backOff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), reconnectMaxMs) * (0.5 + Math.random() / 2);
}

async function settled<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw toUnavailable(error);
  }
}

function undefinedIfRefused(error: unknown): undefined {
  if (!isRefusal(error)) throw toUnavailable(error);
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Says once when the connection is lost or refused, and once when it is there, until the function it answers is called. */
function tellOfConnection(client: Redis | Cluster, logger: StorageLogger | undefined): () => void {
  let state = 'new';
  let silent = false;
  const tell = (level: 'info' | 'warn', event: string, reason?: string) => {
    const next = `${event} ${reason}`;
    if (silent || next === state) return;
    state = next;
    logger?.[level](event, reason === undefined ? {} : { reason });
  };
  client.on('ready', () => tell('info', 'redis-connected'));
  // Without a listener the client would print its errors, arguments included.
  client.on('error', (error: unknown) => tell('warn', 'redis-unreachable', reasonOf(error)));
  client.on('close', () => {
    if (state.startsWith('redis-connected')) tell('warn', 'redis-connection-lost');
  });
  return () => {
    silent = true;
  };
}
