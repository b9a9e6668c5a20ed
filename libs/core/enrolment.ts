import type { MethodType, Seed } from '#schemas/account.ts';
import type { ProofClaims } from '#schemas/challenge.ts';
import type { AccountDocument, Enrolment } from './account-document.ts';
import type { AccountPolicy } from './account-policy.ts';
import { bytesOf, hasRoom, methodsMax } from './account-retention.ts';
import { attemptsLeft as codeAttemptsLeft, findChallenge, type Challenge } from './challenge-book.ts';
import { happened, refused, type Decision, type Refusal } from './decider.ts';
import type { Draft } from './event.ts';
import { approveChallenge, failLogin, type Guessed } from './guess.ts';
import { findLogin, loginStatus } from './login-status.ts';
import { passEvents, type CheckLogin } from './login.ts';
import {
  cancelReplaced,
  requestCode,
  resendCode,
  statusOf,
  wouldResendCode,
  type ChallengePolicy,
  type CodeRequest,
  type NewSend,
} from './send-code.ts';

const enrolmentsMax = 3;
/** How long a QR code may wait to be scanned and confirmed. */
const totpEnrolmentMs = 900_000;
const totpAttemptsMax = 5;

export type StartEnrolment = {
  readonly enrolmentId: string;
  readonly policy: AccountPolicy;
  readonly label?: string;
  /** The login that forces it. */
  readonly loginId?: string;
  readonly now: number;
} & (
  | { readonly type: 'totp'; readonly seed: Seed }
  | { readonly type: 'sms' | 'email'; readonly to: string; readonly destination: string; readonly code: CodeRequest }
);

/** What an enrolment is about, and what its method would keep, where that is known. */
type Wanted = Partial<Pick<Enrolment, 'to' | 'seed' | 'label' | 'destination' | 'loginId'>> & {
  readonly type: MethodType;
  readonly policy: AccountPolicy;
  readonly now: number;
};

/** Why an enrolment of this kind can't begin, or undefined. Asked before limits are counted. */
export function wouldEnrol(document: AccountDocument | undefined, wanted: Wanted): Refusal | undefined {
  const { type, policy, loginId, destination, now } = wanted;
  if (!document) return { code: 'not-found' };
  if (!policy.offered[type]) return { code: 'method-not-offered' };
  if (loginId !== undefined) {
    const login = findLogin(document, loginId);
    if (!login) return { code: 'not-found' };
    if (loginStatus(login, now) !== 'enrolment-required') return { code: 'login-not-open' };
  }
  if (document.methods.length >= methodsMax || !hasRoom(document, policy.checkRate, bytesOfMethod(wanted)))
    return { code: 'too-many-methods' };
  const taken = document.methods.some((method) => 'destination' in method && method.destination === destination);
  return destination !== undefined && taken ? { code: 'already-enrolled' } : undefined;
}

/** About what a method takes up in the record: two ids, times and names of fields come to some 220 bytes. */
const bytesOfMethod = ({ to = '', seed, label = '', destination = '' }: Wanted): number =>
  220 + bytesOf({ to, seed, label, destination });

/** Begins an enrolment: a secret to scan, or a code to an address. A fourth pending one replaces the oldest. */
export function startEnrolment(document: AccountDocument | undefined, command: StartEnrolment): Decision<never> {
  const { enrolmentId, type, label, loginId, now } = command;
  const destination = command.type === 'totp' ? undefined : command.destination;
  const refusal = wouldEnrol(document, { ...command, destination });
  if (refusal || !document) return { kind: 'refused', refusal: refusal ?? { code: 'not-found' } };
  const pending = document.enrolments.filter(({ expiresAt }) => now < expiresAt);
  const replaced = pending.slice(0, Math.max(pending.length + 1 - enrolmentsMax, 0));
  const code = command.type === 'totp' ? undefined : requestCode({ ...command.code, loginId });
  const send = code?.data as { send: { expiresAt: number } } | undefined;
  const started: Draft = {
    type: 'enrolment-started',
    about: enrolmentId,
    data: {
      enrolmentId,
      type,
      ...(command.type === 'totp'
        ? { seed: command.seed }
        : { to: command.to, destination, challengeId: command.code.challengeId }),
      label,
      attemptsMax: command.type === 'totp' ? totpAttemptsMax : command.code.policy.attemptsPerChallenge,
      expiresAt: send?.send.expiresAt ?? now + totpEnrolmentMs,
      loginId,
    },
  };
  return happened(
    started,
    ...(code ? [code] : []),
    ...replaced.flatMap((one) => endEnrolment(document, one, 'replaced', now)),
  );
}

/** An enrolment that ends unconfirmed takes the challenge of its address with it. */
function endEnrolment(document: AccountDocument, { id, challengeId }: Enrolment, reason: string, now: number): Draft[] {
  const challenge = challengeId === undefined ? undefined : findChallenge(document, challengeId);
  const cancel: Draft[] = challenge && statusOf(challenge, now) === 'pending' ? [cancelReplaced(challenge.id)] : [];
  return [{ type: 'enrolment-canceled', about: id, data: { enrolmentId: id, reason } }, ...cancel];
}

export const findEnrolment = (document: AccountDocument | undefined, id: string): Enrolment | undefined =>
  document?.enrolments.find((enrolment) => enrolment.id === id);

export function cancelEnrolment(document: AccountDocument | undefined, id: string, now: number): Decision<never> {
  const enrolment = findEnrolment(document, id);
  if (!document || !enrolment) return refused('not-found');
  return happened(...endEnrolment(document, enrolment, 'requested', now));
}

/** The challenge behind an enrolment, while a new code may be sent for it. */
export function wouldResendEnrolment(
  document: AccountDocument | undefined,
  id: string,
  now: number,
): Refusal | undefined {
  const enrolment = findEnrolment(document, id);
  const challenge = findChallenge(document, enrolment?.challengeId ?? '');
  if (!enrolment || !challenge) return { code: 'not-found' };
  const login = enrolment.loginId === undefined ? undefined : findLogin(document, enrolment.loginId);
  // One of a login that is over can be confirmed no more.
  if (enrolment.loginId !== undefined && (!login || loginStatus(login, now) !== 'enrolment-required'))
    return { code: 'login-not-open' };
  return wouldResendCode(challenge, now);
}

export function resendEnrolment(
  document: AccountDocument | undefined,
  id: string,
  send: NewSend & { readonly policy: ChallengePolicy },
): Decision<never> {
  const refusal = wouldResendEnrolment(document, id, send.now);
  const challenge = findChallenge(document, findEnrolment(document, id)?.challengeId ?? '');
  if (refusal || !challenge) return { kind: 'refused', refusal: refusal ?? { code: 'not-found' } };
  return happened(resendCode(challenge, send));
}

export type ConfirmEnrolment = {
  readonly enrolmentId: string;
  /** The login through which it is confirmed, if it is. */
  readonly loginId?: string;
  readonly methodId: string;
  readonly policy: AccountPolicy;
  readonly compare: (enrolment: Enrolment, challenge: Challenge | undefined) => Guessed;
  readonly by: CheckLogin['by'];
  readonly proof: ProofClaims;
  readonly now: number;
};

export type EnrolmentVerdict = { readonly kind: 'over'; readonly reason: 'expired' | 'exhausted' };

/** The first code of a new method: it counts once, proves the address or the app, and the step it used is burnt. */
export function confirmEnrolment(
  document: AccountDocument | undefined,
  command: ConfirmEnrolment,
): Decision<EnrolmentVerdict> {
  const { enrolmentId, now } = command;
  const enrolment = findEnrolment(document, enrolmentId);
  // An enrolment of a login is confirmed through that login, and no other through it.
  if (!document || !enrolment || enrolment.loginId !== command.loginId) return refused('not-found');
  const over = (reason: EnrolmentVerdict['reason']): Decision<EnrolmentVerdict> => ({
    kind: 'answer',
    answer: { kind: 'over', reason },
  });
  if (now >= enrolment.expiresAt) return over('expired');
  const refusal = wouldEnrol(document, { ...enrolment, policy: command.policy, now });
  if (refusal) return { kind: 'refused', refusal };
  const challenge = enrolment.challengeId === undefined ? undefined : findChallenge(document, enrolment.challengeId);
  if (enrolment.challengeId !== undefined && (!challenge || statusOf(challenge, now) !== 'pending'))
    return over('exhausted');
  const guessed = command.compare(enrolment, challenge);
  if (guessed.kind !== 'right') return happened(...wrongConfirmation(document, enrolment, challenge, now));
  return happened(
    ...enrolledEvents(document, enrolment, command, guessed.usedStep),
    ...(challenge ? [approveChallenge(challenge, command.proof)] : []),
  );
}

function wrongConfirmation(
  document: AccountDocument,
  enrolment: Enrolment,
  challenge: Challenge | undefined,
  now: number,
): Draft[] {
  const { id: enrolmentId, attempts, attemptsMax } = enrolment;
  const left = challenge ? codeAttemptsLeft(challenge) - 1 : attemptsMax - attempts - 1;
  const challengeId = challenge?.id;
  const reject: Draft = {
    type: 'attempt-rejected',
    about: enrolmentId,
    data: { challengeId, enrolmentId, attemptsLeft: left, failures: 0 },
  };
  if (left > 0) return [reject];
  const exhausted: Draft[] = challengeId
    ? [{ type: 'challenge-exhausted', about: challengeId, data: { challengeId } }]
    : [];
  const [ended] = endEnrolment(document, enrolment, 'exhausted', now);
  return [reject, ...exhausted, ...(ended ? [ended] : [])];
}

/** What follows from a confirmed enrolment: the method, the login it was forced by, and the end of every other forced one. */
function enrolledEvents(
  document: AccountDocument,
  enrolment: Enrolment,
  command: ConfirmEnrolment,
  usedStep?: number,
): Draft[] {
  const { methodId, now } = command;
  const { id: enrolmentId, type, to, destination, seed, label, loginId } = enrolment;
  const enrolled: Draft = {
    type: 'method-enrolled',
    about: methodId,
    data: {
      methodId,
      type,
      enrolmentId,
      to,
      destination,
      seed,
      label,
      usedStep,
      default: document.defaultMethodId === undefined,
      loginId,
    },
  };
  const forced = document.logins.filter((login) => loginStatus(login, now) === 'enrolment-required');
  const own = forced.find(({ id }) => id === loginId);
  const others = forced.filter((login) => login !== own);
  return [
    enrolled,
    ...(own ? passEvents(own, command, { method: type, methodId }) : []),
    ...others.map((login) => failLogin(login.id, 'superseded')),
  ];
}

/** Existing secrets of another system: the method is there at once, and logins forced before it end. */
export function importTotp(
  document: AccountDocument | undefined,
  command: {
    readonly enrolmentId: string;
    readonly methodId: string;
    readonly seed: Seed;
    readonly label?: string;
    readonly policy: AccountPolicy;
    readonly now: number;
  },
): Decision<never> {
  const { enrolmentId, methodId, seed, label, policy, now } = command;
  const refusal = wouldEnrol(document, { type: 'totp', policy, seed, label, now });
  if (refusal || !document) return { kind: 'refused', refusal: refusal ?? { code: 'not-found' } };
  const isDefault = document.defaultMethodId === undefined;
  const forced = document.logins.filter((login) => loginStatus(login, now) === 'enrolment-required');
  return happened(
    {
      type: 'method-enrolled',
      about: methodId,
      data: { methodId, type: 'totp', enrolmentId, seed, label, default: isDefault, imported: true },
    },
    ...forced.map((login) => failLogin(login.id, 'superseded')),
  );
}
