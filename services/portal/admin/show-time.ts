import { html, type Html } from '../html.ts';

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** A time of the API for a reader; UTC, since the server knows no other of theirs. */
export const showTime = (iso: string): Html =>
  html`<time datetime="${iso}" class="nowrap">${format.format(new Date(iso))} UTC</time>`;
