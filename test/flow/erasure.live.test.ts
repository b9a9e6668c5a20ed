import { afterAll, beforeAll } from 'vitest';
import { describeLive } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';
import { testErasure } from './erasure.flow.ts';

describeLive('Erasing an account on Kafka and Redis', ['kafka', 'redis'], () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'kafka-redis' });
  });
  afterAll(async () => await system?.close());

  testErasure('kafka-redis', () => system);
});
