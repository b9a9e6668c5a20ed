import type { FastifyReply } from 'fastify';
import { brandOf, goTo, show, type At } from '../enrol/place.ts';
import { enrolWords } from '../enrol/words/words.ts';
import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import { count, fill } from '../words.ts';
import { methodWords } from '../method-words.ts';
import { nameOf, readAccount, shortId, type Account, type OwnMethod } from './account.ts';
import { leaveNotice } from './notice.ts';
import { securityWords } from './words/words.ts';

/** The methods that `what` means: all of a kind, or one. */
export const meant = ({ methods }: Account, what: string): OwnMethod[] =>
  methods.filter(({ id, type }) => type === what || shortId(id) === what);

const isCodes = ({ type }: OwnMethod) => type === 'backup-codes';

/** Asks before methods go, and says what follows; the last one that settings demand stays. */
export async function showRemoval(at: At, what: string): Promise<FastifyReply> {
  const account = await readAccount(at);
  const going = meant(account, what);
  if (going.length === 0) {
    leaveNotice(at, 'gone');
    return goTo(at, '');
  }
  const { language } = at.session.content;
  const words = securityWords[language].removal;
  const keep = html`<p><a class="button wide" href="${at.home}">${words.keep}</a></p>`;
  const staying = account.methods.filter((method) => !going.includes(method));
  const last = !going.every(isCodes) && staying.every(isCodes);
  if (last && account.enforced) {
    const { name } = brandOf(at, account);
    const text = html`<p class="lead">${fill(words.refusedText, { name })}</p>`;
    return show(at, { title: words.refused, body: html`${text}<div class="actions">${keep}</div>`, standing: account });
  }
  const body = html`${whatFollows(at, going, last && staying.length > 0, last)}
<div class="actions"><form method="post" action="${at.home}/remove/${what}">${hiddenFields(at.session)}<button class="danger wide">${words.confirm}</button></form>${keep}</div>`;
  return show(at, { title: words.title, body, standing: account });
}

function whatFollows(at: At, going: readonly OwnMethod[], codesGo: boolean, last: boolean): Html {
  const { language } = at.session.content;
  const words = securityWords[language].removal;
  if (going.every(isCodes)) return html`<p class="lead">${words.codes}</p>`;
  const named = going.map(
    (method) =>
      html`<li><b>${methodWords[language][method.type]}</b>${method.label !== '' && html` · ${nameOf(at, method)}`}</li>`,
  );
  return html`<p>${going.length > 1 ? words.several : words.follows}</p><ul>${named}</ul>
${last && html`<p class="note careful">${words.last}${codesGo && html` ${words.codesGo}`}</p>`}`;
}

/** Asks before a set of codes dies for a new one. */
export async function showNewCodes(at: At): Promise<FastifyReply> {
  const account = await readAccount(at);
  const { language } = at.session.content;
  const words = securityWords[language].codes;
  const left = account.methods.find(isCodes)?.codesLeft ?? 0;
  const body = html`<p class="note careful">${count(language, words.dying, left)}</p>
<div class="actions"><form method="post" action="${at.home}/enrol/begin">${hiddenFields(at.session)}<input type="hidden" name="type" value="backup-codes">
<button class="primary wide">${words.confirm}</button></form>
<p><a class="button wide" href="${at.home}">${enrolWords[language].cancel}</a></p></div>`;
  return show(at, { title: words.title, body, standing: account });
}
