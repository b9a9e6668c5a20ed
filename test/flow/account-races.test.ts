import { describe } from 'vitest';
import { deployEmbedded } from '../support/doors.ts';
import { testAccountRaces } from './account-races.flow.ts';

describe('Many at once at one account, on one process', () => {
  testAccountRaces(deployEmbedded);
});
