import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { keyedDigest } from '#core/bytes.ts';
import { ApiProblem } from '../api.ts';
import { ask, goTo, type At } from '../enrol/place.ts';
import { fieldsOf, onceOf } from '../form.ts';
import { codeCharsMax, showCodePage } from './code-page.ts';
import { formatFault, problemFault, verdictFault, type Fault } from './faults.ts';
import { goBack } from './frame.ts';
import { showList } from './list-page.ts';
import { isOpen, readLogin, shortId, type LoginView, type Way } from './login.ts';

const CodeForm = Type.Object({
  method: Type.String({ maxLength: 40 }),
  code: Type.String({ maxLength: codeCharsMax }),
});
export const MethodForm = Type.Object({ method: Type.String({ maxLength: 40 }) });

type Verdict = {
  readonly reason?: string;
  readonly status: string;
  readonly attemptsLeft: number;
  readonly redirectTo?: string;
};

/** The way that a page or a form names, or undefined where the login has none of that name. */
export function wayOf(login: LoginView, name: string | undefined): Way | undefined {
  return name === 'support' ? name : login.methods.find((method) => shortId(method) === name);
}

/** Checks a code: to the application with it, or back to the page with what is wrong. */
export async function checkCode(at: At): Promise<FastifyReply> {
  const name = fieldsOf(at.request, MethodForm)?.method;
  const login = await readLogin(at);
  if (login.status !== 'second-factor-required') return goTo(at, '');
  const way = wayOf(login, name);
  if (way === undefined) return goTo(at, '/methods');
  const code = (fieldsOf(at.request, CodeForm)?.code ?? '').normalize('NFKC').trim();
  if (!couldBe(way, code)) return showCodePage(at, login, way, formatFault(at.session.content.language, way));
  const answer = await verify(at, way, code);
  if ('text' in answer) return showCodePage(at, await readLogin(at), way, answer);
  if (answer.redirectTo !== undefined && answer.status === 'awaiting-result') return goBack(at, answer.redirectTo);
  if (answer.status !== 'second-factor-required') return goTo(at, '');
  return showRejected(at, way, answer);
}

/** Told here, since it costs neither a call nor an attempt. */
const couldBe = (way: Way, code: string): boolean => {
  const signs = code.replace(/[\s\p{Pd}]/gu, '');
  return way === 'support' || way.type === 'backup-codes' ? signs.length === 13 : /^\d{4,10}$/.test(signs);
};

async function verify(at: At, way: Way, code: string): Promise<Verdict | Fault> {
  const { language } = at.session.content;
  const methodId = way === 'support' ? 'bypass' : way.id;
  try {
    return await ask<Verdict>(at, 'POST', '/verify', { methodId, code }, guessKey(at, methodId, code));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const fault = error.code === 'malformed-request' ? formatFault(language, way) : problemFault(language, error);
    if (fault === undefined) throw error;
    return fault;
  }
}

/**
 * The Idempotency-Key of a guess. The same code in the same form is one guess, however often it is sent; another code in it,
 * after an answer that got lost, is another guess. Keyed, since a code is too short for a digest to hide it.
 */
function guessKey(at: At, methodId: string, code: string): string {
  const key = Buffer.from(at.session.formToken, 'utf8');
  return keyedDigest(key, 'guess', onceOf(at.request), methodId, code).toString('base64url');
}

/** The login is open still. A method that this guess has locked leaves the list of the others. */
async function showRejected(at: At, way: Way, { reason, attemptsLeft }: Verdict): Promise<FastifyReply> {
  const { language } = at.session.content;
  const login = await readLogin(at);
  const now = way === 'support' ? way : login.methods.find(({ id }) => id === way.id);
  const usable = now !== undefined && (now === 'support' || isOpen(now)) && reason !== 'locked';
  if (usable) return showCodePage(at, login, now, verdictFault(language, now, reason, attemptsLeft));
  return showList(
    at,
    login,
    verdictFault(language, way, now === undefined ? 'method-unavailable' : 'locked', attemptsLeft),
  );
}
