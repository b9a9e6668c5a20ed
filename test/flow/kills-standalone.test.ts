import { describe } from 'vitest';
import { openEmbedded } from '../support/standalone-process.ts';
import { testStandaloneKills } from './kills-standalone.flow.ts';

describe('A standalone on SQLite that is killed again and again', () => {
  testStandaloneKills({ env: {}, kills: 4, openBehind: openEmbedded });
});
