import { html, type Html } from './html.ts';
import type { Language } from './words.ts';

/**
 * A time in words. The server doesn't know the person's time zone: it says UTC, and where scripts run the browser puts its own
 * time in place (browser/card.js).
 */
export function moment(language: Language, iso: string, style: 'date' | 'time' | 'both' = 'both'): Html {
  const options: Intl.DateTimeFormatOptions = {
    timeZone: 'UTC',
    ...(style !== 'time' && { year: 'numeric', month: 'short', day: 'numeric' }),
    ...(style !== 'date' && { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }),
  };
  const text = new Intl.DateTimeFormat(language, options).format(new Date(iso));
  return html`<time datetime="${iso}" data-moment="${style}">${text}</time>`;
}

/** A text with a time where it names one. */
export function withTime(text: string, time: Html): Html {
  const [before = '', after = ''] = text.split('{time}', 2);
  return html`${before}${time}${after}`;
}

/** Seconds until then, never less than zero. */
export const secondsUntil = (iso: string | undefined, now: number): number =>
  iso === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(iso) - now) / 1_000));

/** `1:05`, as a countdown shows it. */
export const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
