import type { Redis } from 'ioredis';
import { connectRedis } from '../../scripts/infra/redis.ts';

/** Does something to the server that a store would not. */
export async function asAdmin<T>(url: string, work: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = await connectRedis(url);
  try {
    return await work(admin);
  } finally {
    admin.disconnect();
  }
}

/**
 * Until its next start. With the default, `everysec`, Redis may answer up to two seconds before it writes, while an earlier
 * sync is still going on, so that even a killed process loses what it has answered.
 */
export async function syncEveryWrite(url: string): Promise<void> {
  await asAdmin(url, (admin) => admin.config('SET', 'appendfsync', 'always'));
}
