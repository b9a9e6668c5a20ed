import { describe } from 'vitest';
import { testReplay } from './replay.flow.ts';

describe('A store on SQLite', () => {
  testReplay('embedded');
});
