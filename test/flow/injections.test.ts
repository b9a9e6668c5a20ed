import { afterAll, beforeAll, describe } from 'vitest';
import { startSystem, type System } from '../support/system.ts';
import { describeInjections } from './injections.flow.ts';

describe('On one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  describeInjections(() => system);
});
