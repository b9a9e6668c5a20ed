import { tallyMinutesKept, type Tally } from './store.ts';

export const minuteMs = 60_000;

/** The first minute that is kept at `now` (Unix milliseconds). */
export const oldestTallyMinute = (now: number): number => Math.floor(now / minuteMs) - tallyMinutesKept + 1;

/** Single counts as tallies, oldest first. */
export function gatherTallies(
  counts: readonly { readonly minute: number; readonly field: string; readonly count: number }[],
): Tally[] {
  const minutes = [...Map.groupBy(counts, ({ minute }) => minute)].toSorted(([a], [b]) => a - b);
  return minutes.map(([minute, rows]) => ({
    minute,
    counts: Object.fromEntries(rows.map(({ field, count }) => [field, count])),
  }));
}
