import type { FastifyReply } from 'fastify';
import { ApiProblem } from '../api.ts';
import { freshOnce } from '../form.ts';
import { sendingFault } from './faults.ts';
import { html } from '../html.ts';
import { ask, goTo, readStanding, show, type At, type Wish } from './place.ts';
import { endStep, keepStep, readStep, type Fault } from './step.ts';
import { enrolWords } from './words/words.ts';

type Begun = {
  readonly enrolmentId?: string;
  readonly uri?: string;
  readonly secretShown?: boolean;
  readonly resendAvailableAt?: string;
  readonly sendsLeft?: number;
  readonly expiresAt?: string;
};

/** Asks for a fresh proof where one is due, leads home where a login has gone on meanwhile, throws anything else. */
function turnAway(at: At, error: unknown, wish: Wish): FastifyReply {
  if (error instanceof ApiProblem) {
    if (error.code === 'step-up-required' && at.place.kind === 'account') return at.place.askForProof(at, wish);
    if (error.code === 'login-not-open') return goTo(at, '');
    if (error.code === 'too-many-methods') return refuse(at, 'full');
    if (error.code === 'method-not-offered' || error.code === 'backup-codes-first') return refuse(at, 'notOffered');
  }
  throw error;
}

function refuse(at: At, name: 'full' | 'notOffered'): FastifyReply {
  const { language } = at.session.content;
  const title = enrolWords[language].faults[name];
  return show(at, {
    title,
    body: html`<p class="actions"><a class="button wide" href="${at.home}">${enrolWords[language].back}</a></p>`,
    status: 409,
  });
}

/** Begins an app: its secret goes into the sealed step, since nobody tells it again. */
export async function beginApp(at: At, once: string): Promise<FastifyReply> {
  try {
    let begun = await ask<Begun>(at, 'POST', '/methods', { type: 'totp' }, once);
    if (begun.secretShown) {
      // The same form came twice. Who has the secret goes on; who lost it with the first answer is given another.
      if (readStep(at, 'app')?.content.enrolmentId === begun.enrolmentId) return goTo(at, '/enrol/app');
      await abandon(at, begun.enrolmentId);
      begun = await ask<Begun>(at, 'POST', '/methods', { type: 'totp' }, freshOnce());
    }
    const { enrolmentId = '', uri = '', expiresAt = '' } = begun;
    keepStep(at, { step: 'app', enrolmentId, uri, expiresAt });
    return goTo(at, '/enrol/app');
  } catch (error) {
    return turnAway(at, error, { want: 'method', type: 'totp' });
  }
}

/** Leads to the form for an address; a proof that is due is asked for first, so that nobody types in vain. */
export async function beginAddress(at: At, type: 'sms' | 'email'): Promise<FastifyReply> {
  if (at.place.kind === 'account') {
    const { methods, stepUpUntil } = (await readStanding(at)) as { methods: unknown[]; stepUpUntil?: string };
    const proved = stepUpUntil !== undefined && at.portal.now() < Date.parse(stepUpUntil);
    if (methods.length > 0 && !proved) return at.place.askForProof(at, { want: 'method', type });
  }
  return goTo(at, `/enrol/${type}`);
}

/** Sends the first code to an address; gives the fault if the form should say one. */
export async function sendFirstCode(
  at: At,
  wish: Extract<Wish, { want: 'address' }>,
  once: string,
): Promise<FastifyReply | Fault> {
  const { type, to, typed } = wish;
  try {
    const begun = await ask<Begun>(at, 'POST', '/methods', { type, to }, once);
    const { enrolmentId = '', resendAvailableAt = '', sendsLeft = 0, expiresAt = '' } = begun;
    keepStep(at, { step: 'code', type, enrolmentId, to, typed, resendAvailableAt, sendsLeft, expiresAt });
    return goTo(at, '/enrol/code');
  } catch (error) {
    if (error instanceof ApiProblem && ['step-up-required', 'login-not-open'].includes(error.code))
      return turnAway(at, error, wish);
    return sendingFault(error, type);
  }
}

/** Makes a new set of backup codes and leads to where they are shown. */
export async function beginCodes(at: At, once: string): Promise<FastifyReply> {
  try {
    let made = await ask<{ codes?: string[] }>(at, 'POST', '/backup-codes', {}, once);
    if (!made.codes) {
      if (readStep(at, 'codes')) return goTo(at, '/enrol/backup-codes');
      made = await ask<{ codes?: string[] }>(at, 'POST', '/backup-codes', {}, freshOnce());
    }
    keepStep(at, { step: 'codes', codes: made.codes ?? [] });
    return goTo(at, '/enrol/backup-codes');
  } catch (error) {
    return turnAway(at, error, { want: 'codes' });
  }
}

/** Gives an enrolment up; one that is over already needs no word. */
export async function abandon(at: At, enrolmentId: string | undefined): Promise<void> {
  if (enrolmentId === undefined) return;
  try {
    await ask(at, 'DELETE', `/enrolments/${encodeURIComponent(enrolmentId)}`);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status >= 500 || error.status === 401) throw error;
  }
}

/** Ends the step that is kept, with the enrolment behind it, and leads to where the person came from. */
export async function leave(at: At): Promise<FastifyReply> {
  const kept = readStep(at, 'app', 'code');
  if (kept) await abandon(at, kept.content.enrolmentId);
  endStep(at);
  return goTo(at, at.place.kind === 'login' ? '/enrol' : '');
}
