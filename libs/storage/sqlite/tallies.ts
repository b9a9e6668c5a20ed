import type { GroupCommit } from './group-commit.ts';
import type { Database } from './sqlite.ts';
import { tallyMinutesKept, type Store, type Tally } from '../store.ts';
import { gatherTallies, minuteMs, oldestTallyMinute } from '../tally.ts';

const addCount = `INSERT INTO tallies (key, minute, field, count, expires_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key, minute, field) DO UPDATE SET count = count + excluded.count`;
const selectCounts = `SELECT minute, field, count FROM tallies WHERE key = ? AND minute >= ? AND minute < ?`;

/** The store's counts by minute, a row for each field. */
export function createTallies(
  database: Database,
  group: GroupCommit,
  now: () => number,
  read: <T>(work: () => T) => Promise<T>,
): Pick<Store, 'tally' | 'tallies'> {
  function add(key: string, { minute, counts }: Tally): void {
    if (minute < oldestTallyMinute(now())) return;
    const expiresAt = (minute + tallyMinutesKept) * minuteMs;
    for (const [field, amount] of Object.entries(counts)) database.run(addCount, key, minute, field, amount, expiresAt);
  }

  return {
    tally: (key, tally) => group.write('store', () => add(key, tally)),
    tallies: (key, from, to) =>
      read(() => {
        const first = Math.max(from, oldestTallyMinute(now()));
        return gatherTallies(
          database.all<{ minute: number; field: string; count: number }>(selectCounts, key, first, to),
        );
      }),
  };
}
