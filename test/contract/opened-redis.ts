import { openRedisStore } from '#storage/redis/store.ts';
import type { Store } from '#storage/store.ts';
import { startRounds } from '#runtime/rounds.ts';
import { createClock, type OpenedStore } from './opened-store.ts';
import { asAdmin } from './redis-admin.ts';

/** Empties every node, then opens a store on them; `urls` of one Redis or of all masters of a cluster. */
export async function openEmptyRedis(urls: readonly string[]): Promise<OpenedStore> {
  for (const node of urls) await asAdmin(node, (admin) => admin.flushall());
  const clock = createClock();
  const open = () => openRedisStore({ url: urls.join(), now: clock.now });
  const store = await open();
  await openBuckets(store);
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

/** Says of a Redis that it is whole, where there is no log to fill it from. Does nothing while another one is said to do it. */
export async function openBuckets(store: Pick<Store, 'restoration'>): Promise<void> {
  const owner = 'test';
  const survey = await store.restoration?.survey(owner);
  if (survey && survey.taken.length > 0) await store.restoration?.fill(survey.taken).open(owner);
}

/** Does so again and again, whatever happens to Redis, until it is stopped. */
export function keepOpening(store: Pick<Store, 'restoration'>): { stop(): Promise<void> } {
  return startRounds(
    20,
    () => openBuckets(store),
    () => {},
  );
}
