import type { Language } from '../words.ts';

const minuteSeconds = 60;
const hourSeconds = 3_600;

/** A time to wait in whole words: seconds, minutes or hours, never less than it takes. */
export function durationText(language: Language, seconds: number): string {
  const say = (value: number, unit: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.max(1, Math.ceil(value)));
  if (seconds <= 2 * minuteSeconds) return say(seconds, 'second');
  if (seconds <= 2 * hourSeconds) return say(seconds / minuteSeconds, 'minute');
  return say(seconds / hourSeconds, 'hour');
}
