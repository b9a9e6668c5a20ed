import { afterAll, beforeAll } from 'vitest';
import { describeLive } from '../support/services.ts';
import { startSystem, type System } from '../support/system.ts';
import { describeBadBodies } from './bad-bodies.flow.ts';
import { describeBadRequests } from './bad-requests.flow.ts';
import { describeMutations } from './mutations.flow.ts';
import { describePoison } from './poison.flow.ts';

describeLive('On Kafka and Redis', ['kafka', 'redis'], () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'kafka-redis' });
  });
  afterAll(async () => await system?.close());

  describeBadBodies(() => system);
  describeBadRequests(() => system);
  describeMutations(() => system);
  describePoison(() => system);
});
