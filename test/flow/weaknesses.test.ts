import { afterAll, beforeAll, describe } from 'vitest';
import { startSystem, type System } from '../support/system.ts';
import { describeOtherWeaknesses } from './weaknesses-rest.flow.ts';
import { describeWeaknesses } from './weaknesses.flow.ts';

describe('On one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  describeWeaknesses(() => system);
  describeOtherWeaknesses(() => system);
});
