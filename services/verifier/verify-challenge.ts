import { randomBytes } from 'node:crypto';
import type { AddressOutcome } from '#core/address-document.ts';
import { attemptsLeft, newestSend, type Challenge } from '#core/challenge-book.ts';
import { sameSecret } from '#core/bytes.ts';
import { checkCode, type Verdict } from '#core/challenge.ts';
import { statusOf } from '#core/send-code.ts';
import { deriveCode, normaliseGuess } from '#core/code.ts';
import { destinationKey } from '#core/throttle.ts';
import type { VerifyAnswer } from '#schemas/api.ts';
import type { ProofClaims } from '#schemas/challenge.ts';
import { Unavailable } from '#storage/unavailable.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { bindingDigest } from '#runtime/binding.ts';
import { handleChallenge, ownChallenge, subjectOfChallenge } from '#runtime/challenge-call.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import type { Proofs } from './proof.ts';

const proofSeconds = 300;

export type Guess = { readonly code: string; readonly binding?: Readonly<Record<string, string>> };

/** Checks one guess: counted, compared and consumed in one commit, answered once that is in the log. */
export async function verifyChallenge(
  foundation: Foundation,
  proofs: Proofs,
  caller: TenantCaller,
  id: string,
  guess: Guess,
  request: Claim,
): Promise<VerifyAnswer> {
  const code = readCode(guess.code);
  const { keys, telemetry } = foundation;
  const { tenantId } = caller;
  const binding = bindingDigest(keys, tenantId, id, guess.binding);
  const handled = await handleChallenge<Verdict>(foundation, caller, id, request, (document, _challenge, { now }) =>
    checkCode(document, {
      challengeId: id,
      matches: (challenge) => guessMatches(foundation, tenantId, challenge, code, binding),
      proof: newProof(now),
      now,
    }),
  );
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  const challenge = ownChallenge(handled.document, caller, id);
  if (handled.kind === 'answer') {
    const { reason } = handled.answer;
    telemetry.count('twofold.verdicts', { result: 'rejected', reason });
    const status = statusOf(challenge, foundation.now());
    return { id, result: 'rejected', reason, status, attemptsLeft: attemptsLeft(challenge) };
  }
  if (handled.fresh && handled.outcome.did === 'approve') await clearSends(foundation, tenantId, challenge);
  return answerOf(foundation, proofs, tenantId, challenge, handled.outcome);
}

/** What a person typed, or a fault: anything but digits can be no code, and costs no attempt. */
function readCode(typed: string): string {
  const code = normaliseGuess(typed);
  if (/^[0-9]{4,10}$/.test(code)) return code;
  throw new Problem('malformed-request', {
    errors: [{ field: 'code', message: 'must be 4 to 10 digits; spaces and dashes are ignored' }],
  });
}

/** Both comparisons are always made and neither ends early, so that time tells nothing of either. */
function guessMatches(
  foundation: Foundation,
  tenant: string,
  challenge: Challenge,
  code: string,
  binding: string,
): boolean {
  const { id: challengeId, purpose, digits, bindingDigest: bound = '' } = challenge;
  const send = newestSend(challenge);
  const otpKey = foundation.keys.byKid('otp', send.kid);
  // A key that was dropped can make no code any more, so no guess is right.
  if (!otpKey) return false;
  const { number, nonce } = send;
  const expected = deriveCode(otpKey, {
    tenant,
    challengeId,
    send: number,
    purpose,
    bindingDigest: bound,
    nonce,
    digits,
  });
  const sameCode = sameSecret(expected, code);
  const sameBinding = sameSecret(bound, binding);
  return sameCode && sameBinding;
}

function newProof(now: number): ProofClaims {
  const iat = Math.floor(now / 1_000);
  return { jti: randomBytes(16).toString('base64url'), iat, exp: iat + proofSeconds };
}

/** The person is there: what was sent to them counts no more. Late or lost it only leaves a limit too tight. */
async function clearSends({ store }: Foundation, tenant: string, challenge: Challenge): Promise<void> {
  await store.release(destinationKey(tenant, challenge.counted)).catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
  });
}

function answerOf(
  foundation: Foundation,
  proofs: Proofs,
  tenantId: string,
  challenge: Challenge,
  outcome: AddressOutcome,
): VerifyAnswer {
  const { id } = challenge;
  if (outcome.did === 'reject') {
    const { attemptsLeft: left, exhausted } = outcome;
    foundation.telemetry.count('twofold.verdicts', { result: 'rejected', reason: 'wrong-code' });
    return {
      id,
      result: 'rejected',
      reason: 'wrong-code',
      status: exhausted ? 'exhausted' : 'pending',
      attemptsLeft: left,
    };
  }
  if (outcome.did !== 'approve' || challenge.state.kind !== 'approved') throw new Error('a guess ends in a verdict');
  foundation.telemetry.count('twofold.verdicts', { result: 'approved' });
  const proof = proofs.sign({
    iss: foundation.config.publicUrl,
    aud: tenantId,
    sub: subjectOfChallenge(id),
    cid: id,
    ...challenge.state.proof,
    purpose: challenge.purpose,
    ...(challenge.bindingDigest !== undefined && { bnd: challenge.bindingDigest }),
    // RFC 8176: a code by SMS is both.
    amr: challenge.channel === 'sms' ? ['otp', 'sms'] : ['otp'],
    method: challenge.channel,
  });
  return { id, result: 'approved', status: 'approved', attemptsLeft: outcome.attemptsLeft, proof };
}
