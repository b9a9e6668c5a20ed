import type { FastifyReply } from 'fastify';
import { codeField } from '../enrol/code-field.ts';
import { brandOf, show, type At } from '../enrol/place.ts';
import { enrolWords } from '../enrol/words/words.ts';
import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import { methodIcons } from '../icons.ts';
import { secondsUntil } from '../moment.ts';
import type { Session } from '../session.ts';
import { fill } from '../words.ts';
import { methodWords } from '../method-words.ts';
import { nameOf, readAccount, shortId, type Account, type OwnMethod } from './account.ts';
import type { Proof } from './proof.ts';
import { securityWords } from './words/words.ts';

/** Methods that can prove now, the default first. */
const provable = ({ methods }: Account): OwnMethod[] =>
  methods.filter(({ state }) => state === 'active').toSorted((a, b) => Number(b.default) - Number(a.default));

/** The method that is asked: the one the person chose, else the default if nothing has to be sent for it. */
export function methodFor(account: Account, { methodId, sending }: Proof): OwnMethod | undefined {
  const methods = provable(account);
  const chosen = methods.find(({ id }) => id === methodId) ?? methods[0];
  if (!chosen || (chosen.type === 'backup-codes' && methodId === undefined)) return undefined;
  const sends = chosen.type === 'sms' || chosen.type === 'email';
  return sends && (sending === undefined || chosen.id !== methodId) ? undefined : chosen;
}

/** The code of the method that is asked, or the choice of one. */
export async function showProof(
  at: At,
  kept: Session<Proof>,
  options: { readonly fault?: string; readonly choose?: boolean } = {},
): Promise<FastifyReply> {
  const { fault, choose = false } = options;
  const account = await readAccount(at);
  const method = choose ? undefined : methodFor(account, kept.content);
  const words = securityWords[at.session.content.language].proof;
  const hidden = html`${hiddenFields(at.session)}<input type="hidden" name="step" value="${kept.formToken}">`;
  const main = method ? askForCode(at, kept, method, hidden, fault) : choices(at, account, hidden, fault);
  const others =
    method && provable(account).length > 1 && html`<p><a href="${at.home}/prove/method">${words.other}</a></p>`;
  const body = html`<p class="lead">${words.lead} ${words.wants[kept.content.wish.want]}</p>${main}
<div class="below">${others}</div>
<form method="post" action="${at.home}/prove/cancel">${hiddenFields(at.session)}<button class="wide">${enrolWords[at.session.content.language].cancel}</button></form>`;
  return show(at, { title: words.title, body, standing: account, status: fault === undefined ? 200 : 422 });
}

function askForCode(at: At, kept: Session<Proof>, method: OwnMethod, hidden: Html, fault: string | undefined): Html {
  const { language } = at.session.content;
  const words = securityWords[language].proof;
  const { code } = enrolWords[language];
  const backup = method.type === 'backup-codes';
  const { sending } = kept.content;
  const said =
    sending && sending.to !== ''
      ? fill(code.sent, { to: sending.to })
      : backup
        ? words.backup
        : `${words.app}${method.label === '' ? '' : ` (${method.label})`}`;
  const label = backup ? words.backupLabel : code.label;
  return html`<p>${said}</p><form method="post" action="${at.home}/prove">${hidden}
${codeField({ label, fault, backup, otp: method.type === 'sms' })}<button class="primary wide">${code.confirm}</button></form>
${sending && resend(at, method, sending, hidden)}`;
}

function resend(at: At, method: OwnMethod, sending: NonNullable<Proof['sending']>, hidden: Html): Html {
  const { code: words } = enrolWords[at.session.content.language];
  if (sending.sendsLeft < 1) return html`<div class="below"><p class="muted">${words.noneLeft}</p></div>`;
  const wait = secondsUntil(sending.resendAvailableAt, at.portal.now());
  const waiting = wait > 0 && html` data-wait-seconds="${wait}" data-wait-label="${words.resendWait}"`;
  return html`<form class="below" method="post" action="${at.home}/prove/method">${hidden}<input type="hidden" name="method" value="${shortId(method.id)}">
<button class="link"${waiting}>${words.resend}</button></form>`;
}

function choices(at: At, account: Account, hidden: Html, fault: string | undefined): Html {
  const { language } = at.session.content;
  const words = securityWords[language].proof;
  const methods = provable(account);
  const alert = fault !== undefined && html`<p class="note bad" role="alert">${fault}</p>`;
  if (methods.length === 0)
    return html`<p class="note careful">${fill(words.none, { name: brandOf(at, account).name })}</p>`;
  return html`${alert}<h2>${words.choose}</h2><ul class="choices">${methods.map(
    (
      method,
    ) => html`<li><form method="post" action="${at.home}/prove/method">${hidden}<input type="hidden" name="method" value="${shortId(method.id)}">
<button class="choice">${methodIcons[method.type]}<span>${methodWords[language][method.type]}${method.type !== 'backup-codes' && method.label !== '' && html`<small>${nameOf(at, method)}</small>`}</span></button></form></li>`,
  )}</ul>`;
}
