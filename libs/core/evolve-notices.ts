import type { NoticeKind, NoticeRequested } from '#schemas/notice.ts';
import type { Fact } from './decider.ts';

/** When notices of each kind were told, as far as their bound still counts them; Unix milliseconds. */
export type Noticed = Readonly<Partial<Record<NoticeKind, readonly number[]>>>;

const countedMs = 86_400_000;

/** How often in any 24 h a person is told of one kind: who changes settings to and fro sends no thousand messages at our cost. */
export const noticesPerDayMax = 10;

/** When this kind was told in the 24 h before `now`. */
export const recentlyNoticed = (noticed: Noticed | undefined, kind: NoticeKind, now: number): readonly number[] =>
  (noticed?.[kind] ?? []).filter((at) => now - at < countedMs);

/** What an event does to the count of notices. */
export function evolveNoticed(noticed: Noticed | undefined, fact: Fact): Noticed | undefined {
  if (fact.type !== 'notice-requested') return noticed;
  const { kind } = fact.data as NoticeRequested;
  return { ...noticed, [kind]: [...recentlyNoticed(noticed, kind, fact.time), fact.time].slice(-noticesPerDayMax) };
}
