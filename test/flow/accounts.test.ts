import { afterAll, beforeAll, describe } from 'vitest';
import { startSystem, type System } from '../support/system.ts';
import { describeAccounts } from './accounts.flow.ts';

describe('Accounts on one SQLite file', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(async () => await system?.close());

  describeAccounts(() => system);
});
