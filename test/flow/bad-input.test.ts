import { afterAll, beforeAll, describe } from 'vitest';
import { startSystem, type System } from '../support/system.ts';
import { describeBadBodies } from './bad-bodies.flow.ts';
import { describeBadConnections } from './bad-connections.flow.ts';
import { describeBadRequests } from './bad-requests.flow.ts';
import { describeMutations } from './mutations.flow.ts';
import { describePoison } from './poison.flow.ts';

describe('On one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  describeBadBodies(() => system);
  describeBadRequests(() => system);
  describeMutations(() => system);
  describePoison(() => system);
  describeBadConnections(() => system);
});
