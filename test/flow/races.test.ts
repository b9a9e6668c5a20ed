import { describe } from 'vitest';
import { deployEmbedded } from '../support/doors.ts';
import { testRaces } from './races.flow.ts';

describe('Many at once on one process', () => {
  testRaces(deployEmbedded);
});
