import { brandOf, type At } from '../enrol/place.ts';
import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import { moment, withTime } from '../moment.ts';
import { count, fill } from '../words.ts';
import { nameOf, shortId, type Account, type OwnMethod } from './account.ts';
import { securityWords } from './words/words.ts';

/** From here on the person is told that few backup codes are left. */
const codesLow = 3;

/** One method: what it is, since when, whether it can be used, and what can be done with it. */
export function methodRow(at: At, account: Account, method: OwnMethod): Html {
  const { language } = at.session.content;
  const words = securityWords[language].method;
  const { enrolledAt, lastUsedAt, codesLeft } = method;
  const used = lastUsedAt === undefined ? words.unused : withTime(words.used, moment(language, lastUsedAt));
  const left = codesLeft !== undefined && html`${count(language, words.codesLeft, codesLeft)} · `;
  return html`<li><div class="what"><p class="label"><span>${nameOf(at, method)}</span>${method.default && html` <span class="badge">${words.default}</span>`}</p>
<p class="muted small">${left}${withTime(words.added, moment(language, enrolledAt, 'date'))} · ${used}</p>
${stateNote(at, account, method)}</div>
<div class="acts">${acts(at, method)}</div></li>`;
}

function stateNote(at: At, account: Account, { state, lockedUntil, codesLeft }: OwnMethod): Html | undefined {
  const { language } = at.session.content;
  const words = securityWords[language].method;
  const said = (text: Html | string) => html`<p class="fault small">${text}</p>`;
  if (state === 'disabled') return said(fill(words.disabled, { name: brandOf(at, account).name }));
  if (state === 'locked' && lockedUntil !== undefined)
    return said(withTime(words.locked, moment(language, lockedUntil)));
  return codesLeft !== undefined && codesLeft < codesLow ? said(words.low) : undefined;
}

function acts(at: At, method: OwnMethod): Html {
  const words = securityWords[at.session.content.language].method;
  const name = html`<span class="hidden-visually"> (${nameOf(at, method)})</span>`;
  if (method.type === 'backup-codes')
    return html`<a class="button small" href="${at.home}/new-codes">${words.newCodes}</a>`;
  const makeDefault = html`<form method="post" action="${at.home}/default">${hiddenFields(at.session)}<input type="hidden" name="method" value="${shortId(method.id)}">
<button class="small">${words.makeDefault}${name}</button></form>`;
  return html`${!method.default && method.state !== 'disabled' && makeDefault}
<a class="button small" href="${at.home}/remove/${shortId(method.id)}">${words.remove}${name}</a>`;
}
