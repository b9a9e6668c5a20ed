import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../api.ts';
import { fieldsOf, onceOf } from '../form.ts';
import { showAppStep } from './app-step.ts';
import { keptStep, showCodeStep } from './code-step.ts';
import { enrolmentFault } from './faults.ts';
import { ask, goTo, type At } from './place.ts';
import { keepStep, type Fault } from './step.ts';

const CodeForm = Type.Object({ code: Type.String({ maxLength: 40 }) });
const codePattern = /^\d{4,10}$/;

type Confirmed = { readonly result: string; readonly reason?: string; readonly attemptsLeft?: number };

/** Checks the first code of an app or an address; the step is kept until it is right. */
export async function confirmStep(at: At, name: 'app' | 'code'): Promise<FastifyReply> {
  const kept = keptStep(at, name);
  if (!kept) return goTo(at, '');
  const { content } = kept;
  const outcome = await check(at, content.enrolmentId);
  if (outcome === 'login-over') return goTo(at, '');
  if (outcome !== undefined) {
    return content.step === 'app'
      ? showAppStep(at, { ...kept, content }, outcome)
      : showCodeStep(at, { ...kept, content }, outcome);
  }
  keepStep(at, { step: 'done', type: content.step === 'app' ? 'totp' : content.type });
  return goTo(at, '/enrol/done');
}

async function check(at: At, enrolmentId: string): Promise<Fault | 'login-over' | undefined> {
  const code = fieldsOf(at.request, CodeForm)?.code.normalize('NFKC').replace(/[\s-]/g, '') ?? '';
  if (!codePattern.test(code)) return { name: 'code' };
  try {
    const path = `/enrolments/${encodeURIComponent(enrolmentId)}/confirm`;
    const { result, reason, attemptsLeft } = await ask<Confirmed>(at, 'POST', path, { code }, onceOf(at.request));
    if (result === 'approved') return undefined;
    if (reason === 'expired' || reason === 'exhausted') return { name: reason };
    return attemptsLeft === 0 ? { name: 'exhausted' } : { name: 'wrong', left: attemptsLeft };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    switch (error.code) {
      case 'login-not-open':
        return 'login-over';
      case 'not-found':
        return { name: 'expired' };
      case 'malformed-request':
        return { name: 'code' };
      // Another method has come since: whoever began this must begin again, with a proof.
      case 'step-up-required':
        return { name: 'expired' };
      default: {
        const fault = enrolmentFault(error);
        if (!fault) throw error;
        return fault;
      }
    }
  }
}
