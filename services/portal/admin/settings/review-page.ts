import type { FastifyReply } from 'fastify';
import type { OwnSettings } from '#core/settings.ts';
import { html, type Html, type Part } from '../../html.ts';
import type { Desk } from '../desk.ts';
import { postForm } from '../form.ts';
import { fieldAt, nameOf } from './fields.ts';
import { sayOwnChange, type OwnChange } from './own-difference.ts';
import type { Change } from './settings-now.ts';
import { showValue } from './show-value.ts';

const sources: Readonly<Record<string, string>> = {
  default: 'the default',
  platform: 'the platform',
  tenant: 'your own',
  locked: 'locked by the platform',
};

const sentence = (words: string) => `${words.replace(/^./, (sign) => sign.toUpperCase())}.`;

/** Whole texts, for what a short value does not tell. */
export function texts(path: string, value: unknown): Part {
  if (fieldAt(path)?.kind !== 'locales') return html`<span>${showValue(path, value)}</span>`;
  const entries = Object.entries((value ?? {}) as Readonly<Record<string, unknown>>);
  if (entries.length === 0) return html`<span>${showValue(path, value)}</span>`;
  const plain = (text: unknown) =>
    typeof text === 'string' ? text : Object.values((text ?? {}) as Record<string, unknown>).join('\n\n');
  return entries.map(([locale, text]) => html`<p><strong>${locale}</strong></p><p class="message">${plain(text)}</p>`);
}

const changeRow = ({ field, from, to, level, words }: Change): Html =>
  html`<tr><th scope="row">${nameOf(field)}<p class="hint">${sentence(words)}</p></th><td>${texts(field, from)}</td><td>${texts(field, to)}<p class="hint">${sources[level] ?? level}</p></td></tr>`;

/** What takes effect otherwise, in words and values; and what merely changes hands. */
export function differencePart(
  changes: readonly Change[],
  own: readonly OwnChange[],
  level: 'platform' | 'tenant',
): Html {
  const told = new Set(changes.map(({ field }) => field));
  const silent = own.filter(({ field }) => !told.has(field));
  const table =
    changes.length > 0 &&
    html`<div class="panel scroll" tabindex="0" role="region" aria-label="What changes"><table class="changes"><caption>${changes.length === 1 ? 'One value changes' : `${changes.length} values change`}</caption><thead><tr><th scope="col">Setting</th><th scope="col">Now</th><th scope="col">Then</th></tr></thead>
<tbody>${changes.map((change) => changeRow(level === 'platform' && change.level === 'platform' ? { ...change, level: 'tenant' } : change))}</tbody></table></div>`;
  const rest =
    silent.length > 0 &&
    html`<section class="panel"><h2>Without effect now</h2><p class="muted">These change what you state, and nothing that holds today.</p><ul>${silent.map((change) => html`<li>${sayOwnChange(change)}</li>`)}</ul></section>`;
  return html`${table}${rest}`;
}

/** The last look before a save: the difference, and the input carried along, to save it or to go on with it. */
export function sendReview(
  desk: Desk,
  review: {
    readonly action: string;
    readonly title: string;
    readonly own: OwnSettings;
    readonly base: number;
    readonly changes: readonly Change[];
    readonly ownChanges: readonly OwnChange[];
    readonly confirm: string;
    readonly back: Part;
  },
): FastifyReply {
  const { action, title, own, base, changes, ownChanges, confirm, back } = review;
  const form = postForm(
    action,
    desk.session,
    html`<input type="hidden" name="base" value="${base}"><input type="hidden" name="settings" value="${JSON.stringify(own)}">
<div class="save-bar"><button class="primary" name="act" value="save">${confirm}</button> ${back}</div>`,
  );
  const body = html`<p class="intro">Nothing is saved yet. This is what would change.</p>
${differencePart(changes, ownChanges, desk.admin.kind)}${form}`;
  return desk.page({ title, body });
}
