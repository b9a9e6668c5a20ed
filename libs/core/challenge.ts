import type { Counted, ProofClaims } from '#schemas/challenge.ts';
import {
  addressDecider,
  failuresAt,
  fits,
  type AddressDocument,
  type AddressOutcome,
  type VerifyReason,
} from './address-document.ts';
import { attemptsLeft, findChallenge, type Challenge } from './challenge-book.ts';
import {
  requestCode,
  resendCode,
  statusOf,
  wouldResendCode,
  type ChallengePolicy,
  type CodeRequest,
  type NewSend,
} from './send-code.ts';
import { happened, refused, type Decision, type Refusal } from './decider.ts';
import type { Draft } from './event.ts';

export type RequestChallenge = Omit<CodeRequest, 'loginId' | 'methodId'>;

export type ResendChallenge = NewSend & { readonly challengeId: string; readonly policy: ChallengePolicy };

export type CheckCode = {
  readonly challengeId: string;
  /** Whether the guess equals the code of the challenge's newest send. */
  readonly matches: (challenge: Challenge) => boolean;
  readonly proof: ProofClaims;
  readonly now: number;
};

/** Suspicion of a bare address, which is never locked (docs/security.md, Guessing): longer codes and fewer tries, then one challenge an hour. */
const suspicion = { longerFrom: 10, hourlyFrom: 100, extraDigits: 2, attempts: 3, digitsMax: 10, hourMs: 3_600_000 };
const openPerPurposeMax = 3;

/** Asked before limits are counted, so that a request that can't be served costs nothing. */
export function wouldRequest(document: AddressDocument | undefined, now: number): Refusal | undefined {
  if (!document || failuresAt(document, now) < suspicion.hourlyFrom) return undefined;
  const waitMs = document.lastRequestedAt + suspicion.hourMs - now;
  return waitMs > 0 ? { code: 'address-throttled', retryAfterMs: waitMs } : undefined;
}

/** A new challenge with its first send; the oldest open ones give way where a purpose or the record has no room. */
export function requestChallenge(document: AddressDocument | undefined, command: RequestChallenge): Decision<never> {
  const { now, policy } = command;
  const refusal = wouldRequest(document, now);
  if (refusal) return { kind: 'refused', refusal };
  const suspect = failuresAt(document, now) >= suspicion.longerFrom;
  const request = requestCode(command, {
    digits: Math.min(policy.codeDigits + (suspect ? suspicion.extraDigits : 0), suspicion.digitsMax),
    attemptsMax: suspect ? Math.min(policy.attemptsPerChallenge, suspicion.attempts) : policy.attemptsPerChallenge,
  });
  const samePurpose = openAt(document, now).filter(({ purpose }) => purpose === command.purpose);
  const room = makeRoom(document, request, now, samePurpose.slice(0, -(openPerPurposeMax - 1)));
  // One whose params fill a record by themselves.
  return room ? happened(...room, request) : refused('body-too-large');
}

const openAt = (document: AddressDocument | undefined, now: number): readonly Challenge[] =>
  document?.challenges.filter((challenge) => statusOf(challenge, now) === 'pending') ?? [];

/**
 * Cancels the oldest open challenges, `first` in any case, until the record holds what `draft` adds to it; undefined if that is too
 * much for a record of its own.
 */
function makeRoom(
  document: AddressDocument | undefined,
  draft: Draft,
  now: number,
  first: readonly Challenge[] = [],
): Draft[] | undefined {
  const cancel = ({ id }: Challenge): Draft => ({
    type: 'challenge-canceled',
    about: id,
    data: { challengeId: id, reason: 'replaced' },
  });
  const canceled = first.map(cancel);
  const spare = openAt(document, now).filter((challenge) => challenge.id !== draft.about && !first.includes(challenge));
  for (;;) {
    let next = document;
    for (const { type, data } of [...canceled, draft])
      next = addressDecider.evolve(next, { type, data, time: now, tenant: '', causationId: '', actor: '' });
    if (next && fits(next)) return canceled;
    const oldest = spare.shift();
    if (!oldest) return undefined;
    canceled.push(cancel(oldest));
  }
}

/** Asked before limits are counted. */
export function wouldResend(document: AddressDocument | undefined, id: string, now: number): Refusal | undefined {
  const challenge = findChallenge(document, id);
  return challenge ? wouldResendCode(challenge, now) : { code: 'not-found' };
}

/** A resend makes a new code and voids the one before; attempts stay. */
export function resendChallenge(document: AddressDocument | undefined, command: ResendChallenge): Decision<never> {
  const challenge = findChallenge(document, command.challengeId);
  const refusal = wouldResend(document, command.challengeId, command.now);
  if (refusal || !challenge) return refused(refusal?.code ?? 'not-found', refusal?.retryAfterMs);
  const resend = resendCode(challenge, command);
  const room = makeRoom(document, resend, command.now);
  return room ? happened(...room, resend) : refused('no-sends-left');
}

/** Cancelling what is over changes nothing and answers the thing as it is. */
export function cancelChallenge(
  document: AddressDocument | undefined,
  challengeId: string,
  now: number,
): Decision<AddressOutcome> {
  const challenge = findChallenge(document, challengeId);
  if (!challenge) return refused('not-found');
  if (statusOf(challenge, now) !== 'pending') {
    const unchanged = { id: '', at: now, did: 'cancel', challenge: challengeId, attemptsLeft: attemptsLeft(challenge) };
    return { kind: 'answer', answer: unchanged as AddressOutcome };
  }
  return happened({ type: 'challenge-canceled', about: challengeId, data: { challengeId, reason: 'requested' } });
}

/** Why no guess can be right any more, or undefined while one can. */
function overBecause(challenge: Challenge, now: number): Exclude<VerifyReason, 'wrong-code'> | undefined {
  const status = statusOf(challenge, now);
  if (status === 'pending') return undefined;
  return status === 'approved' ? 'already-approved' : status;
}

export type Verdict = { readonly kind: 'over'; readonly reason: VerifyReason; readonly challenge: Challenge };

/** One guess. It is compared only while the challenge is pending; a guess that changes nothing writes nothing. */
export function checkCode(document: AddressDocument | undefined, command: CheckCode): Decision<Verdict> {
  const challenge = findChallenge(document, command.challengeId);
  if (!document || !challenge) return refused('not-found');
  const over = overBecause(challenge, command.now);
  if (over) return { kind: 'answer', answer: { kind: 'over', reason: over, challenge } };
  const { challengeId } = command;
  if (command.matches(challenge)) {
    const data = {
      challengeId,
      attemptsLeft: attemptsLeft(challenge),
      proof: command.proof,
      counted: challenge.counted,
    };
    return happened({ type: 'challenge-approved', about: challengeId, data });
  }
  const left = attemptsLeft(challenge) - 1;
  const failures = failuresAt(document, command.now) + 1;
  const reject: Draft = {
    type: 'attempt-rejected',
    about: challengeId,
    data: { challengeId, attemptsLeft: left, failures },
  };
  if (left > 0) return happened(reject);
  return happened(reject, { type: 'challenge-exhausted', about: challengeId, data: { challengeId } });
}

/** Support's word that the failures in a row were the owner's. */
export function resetAddress(
  document: AddressDocument | undefined,
  counted: Counted,
  about: string,
): Decision<AddressOutcome> {
  if (!document) return { kind: 'answer', answer: { id: '', at: 0, did: 'reset' } };
  return happened({ type: 'address-reset', about, data: { counted } });
}
