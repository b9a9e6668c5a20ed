import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort, startChild, waitUntilReady } from './child.ts';
import type { Child, Died } from './child.ts';
import { findRedis } from './redis-binary.ts';

/** A running Redis. `kill` leaves its data, `start` brings it back on the same port, `stop` removes the data too. */
export type RedisServer = {
  url: string;
  port: number;
  pid: () => number;
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Without `port` a free one is taken; without `folder` the data lives in a temporary one. `died` is told of a server that was
 * ready and is gone, though nobody killed or stopped it here.
 */
export type RedisOptions = {
  port?: number;
  folder?: string;
  appendonly?: boolean;
  cluster?: boolean;
  detached?: boolean;
  died?: Died;
};

const readyTimeoutMs = 10_000;

/**
 * Starts redis-server on loopback as Twofold demands it: append-only file, no eviction, no snapshots. Resolves when it
 * answers.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { command, env } = await findRedis();
  const port = options.port ?? (await findFreePort());
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'twofold-redis-')));
  await mkdir(folder, { recursive: true });
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: options.appendonly === false ? 'no' : 'yes',
    'maxmemory-policy': 'noeviction',
    ...(options.cluster && (await clusterSettings())),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const logFile = join(folder, 'redis.log');
  const temporaryFolder = options.folder === undefined ? folder : undefined;
  let child: Child | undefined;
  const kill = async (signal?: NodeJS.Signals) => await child?.stop(signal);
  const stop = async () => {
    await kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const start = async () => {
    const started = startChild({ command, args, env, logFile, detached: options.detached, temporaryFolder });
    child = started;
    await waitUntilReady(`Redis at 127.0.0.1:${port}`, readyTimeoutMs, logFile, started.running, () => responds(port));
    if (options.died) started.watch(`Redis at 127.0.0.1:${port}`, options.died);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, pid: () => child?.pid ?? -1, kill, start, stop };
}

async function clusterSettings(): Promise<Record<string, string>> {
  const busPort = await findFreePort();
  return { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-node-timeout': '3000' };
}

/** Connects without retries: for start-up checks, where a failure is an answer. Errors reject the call that met them. */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3000,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  await redis.connect();
  return redis;
}

/** Whether Redis on this loopback port answers PING: while it loads its file it does not. */
export async function responds(port: number): Promise<boolean> {
  let redis: Redis | undefined;
  try {
    redis = await connectRedis(`redis://127.0.0.1:${port}`);
    return (await redis.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    redis?.disconnect();
  }
}
