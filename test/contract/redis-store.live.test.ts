import { afterAll, beforeAll } from 'vitest';
import type { RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { openEmptyRedis } from './opened-redis.ts';
import { describeStore } from './store.contract.ts';

describeLive('A Redis of its own', ['own-redis'], () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => await server.stop());

  describeStore('the store on one Redis', () => openEmptyRedis([server.url]));
});
