import type { StatsQuery } from '#schemas/stats-api.ts';
import { Problem, type FieldFault } from '#runtime/errors.ts';
import { tallyMinutesKept } from '#storage/store.ts';

/** Unix milliseconds, whole steps: `from` inclusive, `to` exclusive. */
export type StatsSpan = { readonly from: number; readonly to: number; readonly stepMs: number };

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const keptMs = tallyMinutesKept * minuteMs;
const spanMsInitial = 60 * minuteMs;
const stepSecondsInitial = 60;
const stepSecondsMax = 86_400;
const stepsMax = 720;
/** The clock of who asks may be ahead or behind by as much. */
const clockMsMax = 5 * minuteMs;

/**
 * The span that was asked for, widened to whole steps, which begin at multiples of their length since 1970 UTC. Throws a Problem that
 * names every fault.
 */
export function spanOf(query: StatsQuery, now: number): StatsSpan {
  const to = query.to === undefined ? now : Date.parse(query.to);
  const from = query.from === undefined ? to - spanMsInitial : Date.parse(query.from);
  const stepSeconds = Number(query.stepSeconds ?? stepSecondsInitial);
  const stepMs = stepSeconds * secondMs;
  const faults: FieldFault[] = [];
  const refuse = (field: keyof StatsQuery, message: string) =>
    void faults.push({ field: `querystring.${field}`, message });
  if (to > now + clockMsMax) refuse('to', 'must not be in the future');
  if (from < now - keptMs - clockMsMax) refuse('from', 'must be at most 48 hours ago: no counts are kept longer');
  else if (from >= to) refuse('from', 'must be before to');
  const isWhole = stepSeconds % 60 === 0 && stepSeconds <= stepSecondsMax;
  if (!isWhole) refuse('stepSeconds', `must be a multiple of 60, from 60 to ${stepSecondsMax}`);
  const span = { from: Math.floor(from / stepMs) * stepMs, to: Math.ceil(to / stepMs) * stepMs, stepMs };
  if (faults.length === 0 && (span.to - span.from) / stepMs > stepsMax) {
    const secondsMin = Math.ceil((to - from) / minuteMs / (stepsMax - 1)) * 60;
    refuse('stepSeconds', `must be at least ${secondsMin} for this span: at most ${stepsMax} steps are answered`);
  }
  if (faults.length > 0) throw new Problem('malformed-request', { errors: faults });
  return span;
}
