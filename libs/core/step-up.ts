import type { ProofClaims } from '#schemas/challenge.ts';
import type { AccountDocument, Enrolment } from './account-document.ts';
import type { AccountPolicy } from './account-policy.ts';
import type { Challenge } from './challenge-book.ts';
import { happened, refused, type Decision, type Refusal } from './decider.ts';
import type { Draft } from './event.ts';
import { approveChallenge, wrongGuess, type Guessed } from './guess.ts';
import { checkWaitMs, isLocked, isUsable, type Method } from './methods/method.ts';
import { requestOne, resendCode, statusOf, wouldResendCode, type CodeRequest } from './send-code.ts';

/** How long one proof on the Security tab opens what needs it. */
const stepUpMs = 300_000;
export const stepUpPurpose = 'step-up';

export type StepUpReason = 'wrong-code' | 'replayed' | 'expired' | 'method-unavailable' | 'locked';
export type StepUpVerdict = { readonly kind: 'over'; readonly reason: StepUpReason };

/** Whether the page may do now what needs a fresh proof; the first method of an account needs none. */
export function isSteppedUp(document: AccountDocument, nonce: string, now: number): boolean {
  const page = document.pages.find((candidate) => candidate.nonce === nonce);
  return document.methods.length === 0 || (page?.stepUpUntil !== undefined && now < page.stepUpUntil);
}

/**
 * Whether a page may confirm an enrolment without one: what it began was allowed then, unless a method has come since. Else whoever
 * began one on an empty account could finish it over the owner's methods (the model's weakness 13).
 */
export const mayConfirm = (document: AccountDocument, { startedAt }: Enrolment, nonce: string, now: number): boolean =>
  document.methods.every(({ enrolledAt }) => enrolledAt < startedAt) || isSteppedUp(document, nonce, now);

function usable(document: AccountDocument, methodId: string, policy: AccountPolicy): Method | undefined {
  const method = document.methods.find(({ id }) => id === methodId);
  return method && isUsable(method, policy) ? method : undefined;
}

const pendingFor = (document: AccountDocument, methodId: string, now: number): Challenge | undefined =>
  document.challenges.findLast(
    (challenge) =>
      challenge.methodId === methodId && challenge.purpose === stepUpPurpose && statusOf(challenge, now) === 'pending',
  );

/** Asked before limits are counted. */
export function wouldSendStepUp(
  document: AccountDocument,
  methodId: string,
  policy: AccountPolicy,
  now: number,
): Refusal | undefined {
  const method = usable(document, methodId, policy);
  if (!method || (method.type !== 'sms' && method.type !== 'email')) return { code: 'method-unavailable' };
  if (isLocked(method, now)) return { code: 'method-locked' };
  const pending = pendingFor(document, methodId, now);
  return pending && wouldResendCode(pending, now);
}

export function sendStepUp(
  document: AccountDocument,
  methodId: string,
  policy: AccountPolicy,
  code: CodeRequest,
): Decision<never> {
  const refusal = wouldSendStepUp(document, methodId, policy, code.now);
  if (refusal) return { kind: 'refused', refusal };
  const pending = pendingFor(document, methodId, code.now);
  if (pending) return happened(resendCode(pending, code));
  return happened(...requestOne(document, { ...code, purpose: stepUpPurpose, methodId }));
}

/** One guess that proves again who sits at the page; failures count at the method as everywhere. */
export function checkStepUp(
  document: AccountDocument,
  command: {
    readonly methodId: string;
    readonly nonce: string;
    readonly policy: AccountPolicy;
    readonly compare: (method: Method, challenge: Challenge | undefined) => Guessed;
    readonly proof: ProofClaims;
    readonly now: number;
  },
): Decision<StepUpVerdict> {
  const { methodId, nonce, policy, now } = command;
  const over = (reason: StepUpReason): Decision<StepUpVerdict> => ({
    kind: 'answer',
    answer: { kind: 'over', reason },
  });
  const method = usable(document, methodId, policy);
  if (!method) return over('method-unavailable');
  if (isLocked(method, now)) return over('locked');
  const waitMs = checkWaitMs(method, policy, now);
  if (waitMs > 0) return refused('rate-limited', waitMs);
  const challenge = pendingFor(document, methodId, now);
  if ((method.type === 'sms' || method.type === 'email') && !challenge) return over('expired');
  const guessed = command.compare(method, challenge);
  if (guessed.kind === 'replayed') return over('replayed');
  if (guessed.kind === 'wrong') return happened(...wrongGuess(document, method, challenge, { policy, now }));
  const passed: Draft = {
    type: 'step-up-passed',
    about: methodId,
    data: { nonce, methodId, until: now + stepUpMs, usedStep: guessed.usedStep },
  };
  const used: Draft[] =
    method.type === 'backup-codes' && guessed.backupHash !== undefined
      ? [
          {
            type: 'backup-code-used',
            about: methodId,
            data: { methodId, hash: guessed.backupHash, codesLeft: method.hashes.length - 1 },
          },
        ]
      : [];
  return happened(passed, ...(challenge ? [approveChallenge(challenge, command.proof)] : []), ...used);
}
