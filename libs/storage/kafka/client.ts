import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Cluster, ISocketFactory, Kafka, KafkaMessage } from 'kafkajs';
import type { LogRecord } from '../log.ts';
import { Unavailable } from '../unavailable.ts';

/** One kafkajs client with sockets of its own. After `kill` not one more byte of it reaches a broker. */
export type Client = { readonly kafka: Kafka; kill(): void };

export type ClientSettings = {
  readonly requestTimeoutMs: number;
  readonly retries: number;
  readonly retryMaxMs: number;
};

export type MakeClient = (settings?: Partial<ClientSettings>) => Client;

const keepAliveMs = 60_000;
const retryPauseMs = 200;

/**
 * The sockets of one client. kafkajs can't cancel a pending request, and the retry loop behind it connects again even
 * after a disconnect; a client that is given up must therefore lose its sockets and never get another.
 */
export function createSockets(): { readonly factory: ISocketFactory; killed(): boolean; kill(): void } {
  const sockets = new Set<Socket>();
  let killed = false;
  return {
    factory({ host, port, ssl, onConnect }) {
      if (killed) throw new Error('this client was given up');
      const server = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl
        ? connectTls({ host, port, ...server, ...ssl }, onConnect)
        : connectPlain({ host, port }, onConnect);
      socket.setKeepAlive(true, keepAliveMs);
      // Each of kafkajs's disconnects adds one while the socket still connects.
      socket.setMaxListeners(0);
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    killed: () => killed,
    kill() {
      killed = true;
      // Without an error kafkajs would not notice, and its callers would wait for their time-outs.
      for (const socket of sockets) socket.destroy(new Error('this client was given up'));
    },
  };
}

/**
 * The client's view of the cluster, with which partitions can be read without a consumer group. kafkajs hands it out
 * through one door: an assigner is given it when its consumer is built, long before that consumer would join anything.
 */
export function openCluster(client: Client): Cluster {
  let found: Cluster | undefined;
  client.kafka.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        const name = 'never-joined';
        return { name, version: 0, assign: async () => [], protocol: () => ({ name, metadata: Buffer.alloc(0) }) };
      },
    ],
  });
  if (found === undefined) throw new Error('kafkajs handed out no cluster');
  return found;
}

/** A record as kafkajs decoded it. A header named like a property of every object comes with that property mixed in. */
export function toLogRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const headers: Record<string, Buffer | Buffer[]> = Object.create(null);
  for (const [name, given] of Object.entries(message.headers ?? {})) {
    const values = (Array.isArray(given) ? given : [given ?? Buffer.alloc(0)]).filter((value) =>
      Buffer.isBuffer(value),
    );
    headers[name] = values.length === 1 && values[0] !== undefined ? values[0] : values;
  }
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    appendedAt: Number(message.timestamp),
    key: message.key,
    headers,
    value: message.value,
  };
}

/** Settles like `work`, or rejects with Unavailable after `timeoutMs`; what `work` does later is ignored. */
export function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Unavailable('log', `${what} took longer than ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Repeats what fails for a moment, as leaders change or a topic is made, until it works or `timeoutMs` have passed.
 * `recover` is called in between; what it can't do, the next attempt shows.
 */
export async function patiently<T>(
  timeoutMs: number,
  attempt: () => Promise<T>,
  recover: (error: unknown) => Promise<void>,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await within(timeoutMs, 'the answer', attempt());
    } catch (error) {
      if (error instanceof Unavailable || performance.now() - startedAt > timeoutMs) throw error;
      await pause(retryPauseMs);
      await recover(error).catch(() => {});
    }
  }
}

/** The broker's or the client's name for an error, found below the wrappers that kafkajs puts around it; our own in words. */
export function nameError(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  let name = 'unknown';
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('type' in at && typeof at.type === 'string') return at.type;
    name = at.name;
  }
  return name;
}
