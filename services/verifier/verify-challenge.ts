import type { AddressOutcome } from '#core/address-document.ts';
import { attemptsLeft, type Challenge } from '#core/challenge-book.ts';
import { checkCode, type Verdict } from '#core/challenge.ts';
import { statusOf } from '#core/send-code.ts';
import type { VerifyAnswer } from '#schemas/api.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { bindingDigest } from '#runtime/binding.ts';
import { handleChallenge, ownChallenge, subjectOfChallenge } from '#runtime/challenge-call.ts';
import { problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { clearSends } from './clear-sends.ts';
import { codeMatches } from './code-matches.ts';
import { readDigits } from './compare-guess.ts';
import { newProof, type Proofs } from './proof.ts';

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
  const code = readDigits(guess.code);
  const { keys, telemetry } = foundation;
  const { tenantId } = caller;
  const binding = bindingDigest(keys, tenantId, id, guess.binding);
  const handled = await handleChallenge<Verdict>(foundation, caller, id, request, (document, _challenge, { now }) =>
    checkCode(document, {
      challengeId: id,
      matches: (challenge) => codeMatches(foundation, tenantId, challenge, code, binding),
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
