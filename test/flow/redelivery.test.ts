import { describe } from 'vitest';
import { testRedelivery } from './redelivery.flow.ts';

describe('A system behind a log of SQLite at its worst', () => {
  testRedelivery('embedded');
});
