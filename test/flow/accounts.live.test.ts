import { afterAll, beforeAll } from 'vitest';
import { describeLive } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';
import { describeAccounts } from './accounts.flow.ts';

describeLive('Accounts on Kafka and Redis', ['kafka', 'redis'], () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'kafka-redis' });
  });
  afterAll(async () => await system?.close());

  describeAccounts(() => system);
});
