import type { FastifyReply } from 'fastify';
import { ApiProblem, call } from '../api.ts';
import { ask, goTo, type At } from '../enrol/place.ts';
import { fieldsOf, onceOf } from '../form.ts';
import type { PageContent } from '../open-handle.ts';
import type { Portal } from '../portal.ts';
import { MethodForm } from './check.ts';
import { showCodePage } from './code-page.ts';
import { problemFault } from './faults.ts';
import { goBack } from './frame.ts';
import { showList } from './list-page.ts';
import { firstMethod, isSent, readLogin, shortId, type LoginView } from './login.ts';

/** Sends a code to a method that the person chose, or a new one. */
export async function sendCode(at: At): Promise<FastifyReply> {
  const name = fieldsOf(at.request, MethodForm)?.method;
  const login = await readLogin(at);
  if (login.status !== 'second-factor-required') return goTo(at, '');
  const method = login.methods.find((one) => shortId(one) === name);
  if (!method || !isSent(method)) return goTo(at, '/methods');
  try {
    await ask(at, 'POST', '/send', { methodId: method.id }, onceOf(at.request));
    return goTo(at, `/with/${shortId(method)}`);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'login-not-open') return goTo(at, '');
    const fault = problemFault(at.session.content.language, error);
    if (fault === undefined) throw error;
    return fault.status === 409 && error.code !== 'no-sends-left'
      ? showList(at, await readLogin(at), fault)
      : showCodePage(at, login, method, fault);
  }
}

/** Ends the login as the person wishes, and leads back to the application, which learns of it. */
export async function cancel(at: At): Promise<FastifyReply> {
  const { redirectTo, status } = await ask<LoginView>(at, 'POST', '/cancel', {}, onceOf(at.request));
  return redirectTo !== undefined && status === 'canceled' ? goBack(at, redirectTo) : goTo(at, '');
}

/**
 * Sends the code of the method that the page will show first, when its handle is opened: that happens once, and by nobody who only
 * looks ahead. Gives the refusal for the page to tell; whatever else goes wrong, the page has a button to try again.
 */
export async function sendFirst(
  { api, now }: Portal,
  { token, id }: PageContent,
  clientIp: string,
): Promise<PageContent['refused']> {
  const to = { path: `/v1/logins/${encodeURIComponent(id)}`, bearer: token, clientIp };
  try {
    const login = await call<LoginView>(api, { ...to, method: 'GET' });
    const method = firstMethod(login);
    if (login.status !== 'second-factor-required' || !method || !isSent(method) || login.sending) return undefined;
    const body = { methodId: method.id };
    await call(api, { ...to, path: `${to.path}/send`, method: 'POST', body, idempotencyKey: 'opened' });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, retryAfterSeconds = 0 } = error;
    return { code, until: now() + retryAfterSeconds * 1_000 };
  }
}
