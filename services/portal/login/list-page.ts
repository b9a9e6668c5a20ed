import type { FastifyReply } from 'fastify';
import { brandOf, type At } from '../enrol/place.ts';
import { hiddenFields } from '../form.ts';
import { html, type Html } from '../html.ts';
import { helpIcon, methodIcons } from '../icons.ts';
import { methodWords } from '../method-words.ts';
import { moment, withTime } from '../moment.ts';
import { fill } from '../words.ts';
import type { Fault } from './faults.ts';
import { noteOf, showLogin } from './frame.ts';
import { isOpen, isSent, sendingTo, shortId, type LoginMethod, type LoginView } from './login.ts';
import { loginWords } from './words/words.ts';

/** Every way to pass this login, and what is left to those who have none of them. */
export function showList(at: At, login: LoginView, fault?: Fault): FastifyReply {
  const words = loginWords[at.session.content.language];
  const support = html`<li><a class="button choice" href="${at.home}/with/support">${helpIcon}<span>${words.support}<small>${words.supportText}</small></span></a></li>`;
  const body = html`${noteOf(fault)}
<ul class="choices">${login.methods.map((method) => choice(at, login, method))}${support}</ul>
<div class="below"><p><a href="${at.home}/help">${words.none}</a></p></div>`;
  return showLogin(at, { title: words.choose, body, login, fault });
}

/** An app or a list of codes opens; an address is sent a code, unless the last one went there. */
function choice(at: At, login: LoginView, method: LoginMethod): Html {
  const { language } = at.session.content;
  const icon = methodIcons[method.type];
  const name = methodWords[language][method.type];
  const until =
    method.lockedUntil && withTime(loginWords[language].lockedUntil, moment(language, method.lockedUntil, 'time'));
  if (!isOpen(method))
    return html`<li><div class="button choice closed">${icon}<span>${name}<small>${loginWords[language].locked} ${until}</small></span></div></li>`;
  const text = html`${icon}<span>${name}${method.label !== '' && html`<small>${method.label}</small>`}</span>`;
  if (!isSent(method) || sendingTo(login, method))
    return html`<li><a class="button choice" href="${at.home}/with/${shortId(method)}">${text}</a></li>`;
  return html`<li><form method="post" action="${at.home}/send">${hiddenFields(at.session)}<input type="hidden" name="method" value="${shortId(method)}"><button class="choice">${text}</button></form></li>`;
}

/** For those who can use nothing: the tenant's support, or words where it named none. */
export function showHelp(at: At, login: LoginView): FastifyReply {
  const words = loginWords[at.session.content.language].help;
  const { name, supportUrl } = brandOf(at, login);
  const ways = supportUrl
    ? html`<p>${fill(words.text, { name })}</p><p class="actions"><a class="button primary wide" href="${supportUrl}" rel="noreferrer">${words.link}</a></p>`
    : html`<p>${fill(words.withoutLink, { name })}</p>`;
  const body = html`${ways}<div class="below"><p><a href="${at.home}/methods">${words.back}</a></p></div>`;
  return showLogin(at, { title: words.title, body, login, mayCancel: login.status === 'second-factor-required' });
}
