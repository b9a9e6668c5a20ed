import { afterAll, beforeAll, describe } from 'vitest';
import { startSystem, type System } from '../support/system.ts';
import { describeChallenges } from './challenges.flow.ts';
import { describeIdempotency } from './idempotency.flow.ts';
import { describeMessages } from './messages.flow.ts';

describe('On one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  describeChallenges(() => system);
  describeIdempotency(() => system);
  describeMessages(() => system);
});
