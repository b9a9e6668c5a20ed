import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { topics } from '#schemas/topics.ts';
import type { Log } from '#storage/log.ts';
import { readRecords } from './journal.ts';

/** All files below a folder, names and bytes; a broker's indexes hold nothing but numbers and would be a gigabyte. */
export function readFolder(folder: string, leaveOut: RegExp = /index$/): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !leaveOut.test(file))
      .flatMap((file) => [Buffer.from(`\n${file}\n`), readFileSync(file)]),
  );
}

/** Every record of every topic: keys, headers and values as their bytes. */
export async function readTopics(log: Log): Promise<Buffer> {
  const records = await readRecords(
    log,
    Object.values(topics).map(({ name }) => name),
  );
  const parts = records.flatMap(({ key, headers, value }): (string | Buffer | null)[] => [
    key,
    ...Object.entries(headers).flatMap(([name, values]) => [name, ...[values].flat()]),
    value,
  ]);
  return Buffer.from(parts.map((part) => (part ?? '').toString('latin1')).join('\n'), 'latin1');
}

const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  zset: (redis, key) => redis.zrange(key, '0', '-1'),
  set: (redis, key) => redis.smembers(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
};

/** Every key of a Redis with its value. */
export async function readRedis(url: string): Promise<Buffer> {
  const redis = new Redis(url);
  const all: unknown[] = [];
  for await (const keys of redis.scanStream()) {
    for (const key of keys as string[]) all.push(key, await readers[await redis.type(key)]?.(redis, key));
  }
  redis.disconnect();
  return Buffer.from(JSON.stringify(all));
}

/** What a process tells of itself to whoever asks. */
export async function readMetrics(opsUrls: readonly string[]): Promise<Buffer> {
  const texts = await Promise.all(opsUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return Buffer.from(texts.join('\n'));
}
