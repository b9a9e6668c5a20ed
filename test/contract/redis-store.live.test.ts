import { afterAll, beforeAll } from 'vitest';
import { openRedisStore } from '#storage/redis-store.ts';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { createClock } from './opened-store.ts';
import { asAdmin } from './redis-admin.ts';
import { describeStore } from './store.contract.ts';

describeLive('A Redis of its own', ['own-redis'], () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => await server.stop());

  describeStore('the store on one Redis', async () => {
    await asAdmin(server.url, (admin) => admin.flushall());
    const clock = createClock();
    const open = () => openRedisStore({ url: server.url, now: clock.now });
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
  });
});
