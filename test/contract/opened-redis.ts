import { openRedisStore } from '#storage/redis/store.ts';
import { createClock, type OpenedStore } from './opened-store.ts';
import { asAdmin } from './redis-admin.ts';

/** Empties every node, then opens a store on them; `urls` of one Redis or of all masters of a cluster. */
export async function openEmptyRedis(urls: readonly string[]): Promise<OpenedStore> {
  for (const node of urls) await asAdmin(node, (admin) => admin.flushall());
  const clock = createClock();
  const open = () => openRedisStore({ url: urls.join(), now: clock.now });
  const store = await open();
  const stores = [store];
  return {
    store,
    clock,
    async another() {
      const other = await open();
      stores.push(other);
      return other;
    },
    async close() {
      await Promise.all(stores.map((one) => one.close()));
    },
  };
}
