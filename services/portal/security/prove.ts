import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../api.ts';
import { faultText, sendingFault } from '../enrol/faults.ts';
import { ask, goTo, type At } from '../enrol/place.ts';
import { fieldsOf, freshOnce, onceOf } from '../form.ts';
import type { Session } from '../session.ts';
import { readAccount, shortId, type OwnMethod } from './account.ts';
import { endProof, keepProof, readProof, type Proof, type Sending } from './proof.ts';
import { methodFor, showProof } from './prove-page.ts';
import { fulfil } from './wishes.ts';
import { securityWords } from './words/words.ts';

const MethodForm = Type.Object({ method: Type.String({ maxLength: 40 }), step: Type.String({ maxLength: 64 }) });
const CodeForm = Type.Object({ code: Type.String({ maxLength: 40 }), step: Type.String({ maxLength: 64 }) });

/** The kept proof that a form belongs to; undefined where another wish has taken its place. */
function keptProof(at: At, step: string | undefined): Session<Proof> | undefined {
  const kept = readProof(at);
  return kept && step === kept.formToken ? kept : undefined;
}

/** Takes the method that the person chose, and sends its code if it needs one sent. */
export async function chooseMethod(at: At): Promise<FastifyReply> {
  const fields = fieldsOf(at.request, MethodForm);
  const kept = keptProof(at, fields?.step);
  if (!kept) return goTo(at, '');
  const method = (await readAccount(at)).methods.find(({ id }) => shortId(id) === fields?.method);
  const { wish } = kept.content;
  if (!method) return goTo(at, '/prove/method');
  if (method.type === 'totp' || method.type === 'backup-codes') {
    keepProof(at, { wish, methodId: method.id });
    return goTo(at, '/prove');
  }
  try {
    const sending = await ask<Sending>(at, 'POST', '/step-up', { methodId: method.id }, onceOf(at.request));
    keepProof(at, { wish, methodId: method.id, sending });
    return goTo(at, '/prove');
  } catch (error) {
    const { language } = at.session.content;
    if (error instanceof ApiProblem && ['method-unavailable', 'no-sends-left'].includes(error.code))
      return showProof(at, kept, { fault: securityWords[language].proof.unusable, choose: true });
    const fault = faultText(language, sendingFault(error, method.type));
    return showProof(at, kept, { fault, choose: kept.content.sending === undefined });
  }
}

/** Checks the code; if it is right, what the person wanted is done at once. */
export async function prove(at: At): Promise<FastifyReply> {
  const fields = fieldsOf(at.request, CodeForm);
  const kept = keptProof(at, fields?.step);
  if (!kept) return goTo(at, '');
  const method = methodFor(await readAccount(at), kept.content);
  if (!method) return goTo(at, '/prove/method');
  const fault = await check(at, method, fields?.code ?? '');
  if (fault !== undefined) return showProof(at, kept, { fault });
  endProof(at);
  return fulfil(at, kept.content.wish, freshOnce());
}

async function check(at: At, { id: methodId, type }: OwnMethod, typed: string): Promise<string | undefined> {
  const { language } = at.session.content;
  const words = securityWords[language].proof;
  const text = typed.normalize('NFKC').trim();
  const code = type === 'backup-codes' ? text : text.replace(/[\s-]/g, '');
  if (type === 'backup-codes' ? code === '' : !/^\d{4,10}$/.test(code)) return faultText(language, { name: 'code' });
  try {
    const body = { methodId, code };
    const verdict = await ask<{ result: string; reason?: string }>(
      at,
      'POST',
      '/step-up/verify',
      body,
      onceOf(at.request),
    );
    if (verdict.result === 'approved') return undefined;
    if (verdict.reason === 'replayed') return words.replayed;
    if (verdict.reason === 'expired') return words.sendAgain;
    return verdict.reason === 'method-unavailable' ? words.unusable : faultText(language, { name: 'wrong' });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 429) return faultText(language, { name: 'soon', seconds: error.retryAfterSeconds ?? 30 });
    if (error.status === 400) return faultText(language, { name: 'code' });
    if (error.status === 503) return faultText(language, { name: 'unavailable' });
    throw error;
  }
}
