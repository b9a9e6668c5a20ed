import type { FastifyReply } from 'fastify';
import { brandOf, goTo, type At } from '../enrol/place.ts';
import { html } from '../html.ts';
import { moment, withTime } from '../moment.ts';
import { sharedWords } from '../words/shared.ts';
import { fill } from '../words.ts';
import { goBack, noteOf, showLogin } from './frame.ts';
import type { LoginView } from './login.ts';
import { loginWords, type LoginWords } from './words/words.ts';

/** A login that asks for no code: it goes on elsewhere, or is over and says how. */
export function showEnd(at: At, login: LoginView): FastifyReply {
  const { status, redirectTo } = login;
  if (redirectTo !== undefined && (status === 'awaiting-result' || status === 'canceled'))
    return goBack(at, redirectTo);
  if (status === 'enrolment-required') return goTo(at, '/enrol');
  const words = loginWords[at.session.content.language];
  const { title, text } = words.ends[endOf(login)];
  const { name } = brandOf(at, login);
  const back = redirectTo ?? login.page?.returnUrl;
  const help = status === 'locked' && html`<div class="below"><p><a href="${at.home}/help">${words.none}</a></p></div>`;
  const unlock =
    login.lockedUntil && withTime(words.lockedUntil, moment(at.session.content.language, login.lockedUntil, 'time'));
  const body = html`<p class="muted">${fill(text, { name })} ${unlock}</p>
${back !== undefined && html`<p class="actions"><a class="button primary wide" href="${back}" rel="noreferrer">${fill(words.goBack, { name })}</a></p>`}
${help}`;
  return showLogin(at, { title, body, login, mayCancel: false });
}

function endOf({ status, reason }: LoginView): keyof LoginWords['ends'] {
  if (status === 'approved' || status === 'not-required') return 'approved';
  if (status === 'locked') return reason === 'no-usable-method' ? 'noMethod' : 'locked';
  if (status === 'failed') return reason === 'attempts' ? 'attempts' : 'superseded';
  if (status === 'canceled') return reason === 'superseded' ? 'superseded' : 'canceled';
  return 'expired';
}

/** The API cannot be asked: the login is as it was, and the page under `path` tries again. */
export function showUnreachable(at: At, path: string): FastifyReply {
  const { language } = at.session.content;
  const { title, text } = sharedWords[language].unavailable;
  const fault = { text, status: 503, retryAfterSeconds: 2 };
  const body = html`${noteOf(fault)}<p class="actions"><a class="button primary wide" href="${at.home}${path}">${loginWords[language].tryAgain}</a></p>`;
  return showLogin(at, { title, body, fault, mayCancel: false });
}
