import { afterAll, beforeAll } from 'vitest';
import { describeLive } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';
import { describeOtherWeaknesses } from './weaknesses-rest.flow.ts';
import { describeWeaknesses } from './weaknesses.flow.ts';

describeLive('On Kafka and Redis', ['kafka', 'redis'], () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'kafka-redis' });
  });
  afterAll(async () => await system?.close());

  describeWeaknesses(() => system);
  describeOtherWeaknesses(() => system);
});
