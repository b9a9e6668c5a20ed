import { newestSend, type Challenge } from '#core/challenge-book.ts';
import { sameSecret } from '#core/bytes.ts';
import { deriveCode } from '#core/code.ts';
import type { Foundation } from '#runtime/foundation.ts';

/** Both comparisons are always made and neither ends early, so that time tells nothing of either. */
export function codeMatches(
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
