import type { FastifyReply } from 'fastify';
import { brandOf, type At } from '../enrol/place.ts';
import { hiddenFields } from '../form.ts';
import { attribute, html, type Html } from '../html.ts';
import { secondsUntil } from '../moment.ts';
import { count, fill } from '../words.ts';
import { durationText } from './durations.ts';
import { refusalFault, type Fault } from './faults.ts';
import { noteOf, showLogin } from './frame.ts';
import {
  isLive,
  isSent,
  sendingTo,
  shortId,
  type LoginMethod,
  type LoginView,
  type Sending,
  type Way,
} from './login.ts';
import { loginWords } from './words/words.ts';

/** Room for a code with spaces or dashes anywhere. */
export const codeCharsMax = 64;

/** The page of one way to pass: what it is, a field for its code, and for what is sent a new one. */
export function showCodePage(at: At, login: LoginView, way: Way, fault?: Fault): FastifyReply {
  const words = loginWords[at.session.content.language];
  const sent = way !== 'support' && isSent(way);
  const sending = sent ? sendingTo(login, way) : undefined;
  const told = fault ?? (sent ? sendFault(at, login, sending) : undefined);
  // The login tells of the newest code only: while another way was tried, an older one may still be good.
  const asksCode = !sent || sending !== undefined || (fault !== undefined && login.sending !== undefined);
  const body = html`<p class="lead">${leadOf(at, login, way, sending)}</p>
${!told?.atField && noteOf(told)}
${asksCode && codeForm(at, way, told)}
${sent && !asksCode && sendForm(at, way, sending, 'primary wide')}
<div class="below">${sent && asksCode && sendForm(at, way, sending, 'link')}
<p><a href="${at.home}/methods">${words.other}</a></p></div>`;
  const title = words.titles[way === 'support' ? way : asksCode ? way.type : 'toSend'];
  return showLogin(at, { title, body, login, fault });
}

/**
 * What is to be said of the code that should be on its way, whenever the page is shown: that it did not arrive, is no longer good,
 * or could not be sent when the page was opened, until it may be tried again.
 */
function sendFault(at: At, login: LoginView, sending: Sending | undefined): Fault | undefined {
  const { language, refused } = at.session.content;
  const now = at.portal.now();
  const { faults } = loginWords[language];
  if (sending && !isLive(sending, now)) return { text: faults.expired, status: 200 };
  if (sending?.status === 'failed') return { text: faults.failedSend, status: 200 };
  if (login.sending || !refused || now >= refused.until) return undefined;
  return refusalFault(language, refused.code, (refused.until - now) / 1_000);
}

function leadOf(at: At, login: LoginView, way: Way, sending: Sending | undefined): string {
  const { language } = at.session.content;
  const { leads, codesLeft } = loginWords[language];
  const { name } = brandOf(at, login);
  if (way === 'support') return leads.support;
  switch (way.type) {
    case 'totp':
      return way.label === '' ? fill(leads.totp, { name }) : fill(leads.totpNamed, { name, label: way.label });
    case 'backup-codes':
      return `${leads['backup-codes']} ${count(language, codesLeft, way.codesLeft ?? 0)}`;
    case 'sms':
    case 'email':
      return fill(sending ? leads[way.type] : leads.toSend, { to: sending?.to || way.label });
  }
}

function codeForm(at: At, way: Way, fault: Fault | undefined): Html {
  const words = loginWords[at.session.content.language];
  const long = way === 'support' || way.type === 'backup-codes';
  const faulty = fault?.atField === true;
  const described = [faulty && 'code-fault', long && 'code-hint'].filter(Boolean).join(' ');
  const kind = long
    ? html`class="code long" autocomplete="off" autocapitalize="characters"`
    : html`class="code" inputmode="numeric" autocomplete="one-time-code"${way.type === 'sms' && html` data-otp`}`;
  return html`<form method="post" action="${at.home}/verify">${hiddenFields(at.session)}
<input type="hidden" name="method" value="${way === 'support' ? way : shortId(way)}">
<div class="field"><label for="code">${words.label}</label>
<input ${kind} id="code" name="code" maxlength="${codeCharsMax}" required spellcheck="false"${described && html` aria-describedby="${described}"`}${faulty && html` aria-invalid="true"`}${attribute('autofocus', true)}>
${long && html`<p class="hint" id="code-hint">${words.hint}</p>`}
${faulty && html`<p class="fault" id="code-fault" role="alert">${fault.text}</p>`}</div>
<button class="primary wide">${words.submit}</button></form>`;
}

/** The wait is counted down where scripts run, and said where they don't; a press too early is answered in words. */
function sendForm(at: At, method: LoginMethod, sending: Sending | undefined, look: 'link' | 'primary wide'): Html {
  const { language, refused } = at.session.content;
  const words = loginWords[language];
  if (sending?.sendsLeft === 0 && isLive(sending, at.portal.now()))
    return html`<p class="muted small">${words.faults.noSends}</p>`;
  const until = sending?.resendAvailableAt ?? (refused && new Date(refused.until).toISOString());
  const wait = secondsUntil(until, at.portal.now());
  const waiting = wait > 0 && html` data-wait-seconds="${wait}" data-wait-label="${words.resendWait}"`;
  const said =
    wait > 0 &&
    html`<noscript><p class="hint">${fill(words.wait, { time: durationText(language, wait) })}</p></noscript>`;
  return html`<form method="post" action="${at.home}/send">${hiddenFields(at.session)}
<input type="hidden" name="method" value="${shortId(method)}"><button class="${look}"${waiting}>${sending ? words.resend : words.send}</button>${said}</form>`;
}
