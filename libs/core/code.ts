import { keyedDigest } from './bytes.ts';

export type CodeInput = {
  readonly tenant: string;
  readonly challengeId: string;
  readonly send: number;
  readonly purpose: string;
  /** '' without a binding. */
  readonly bindingDigest: string;
  /** 16 fresh random bytes per send, base64url. */
  readonly nonce: string;
  readonly digits: number;
};

const wordBytes = 6;
const wordRange = 2 ** 48;

/**
 * The code of one send, derived where it is needed and stored nowhere: HMAC-SHA256 under the otp key over a domain label and
 * everything the code is bound to (docs/security.md, Codes). The fresh nonce makes each code a new random draw (NIST SP 800-63B-4, 3.1.3.2);
 * rejection sampling over 48-bit words keeps every code equally likely.
 */
export function deriveCode(otpKey: Uint8Array, input: CodeInput): string {
  const range = 10 ** input.digits;
  const limit = wordRange - (wordRange % range);
  for (let block = 0; ; block += 1) {
    const bytes = keyedDigest(
      otpKey,
      'twofold.code.v1',
      input.tenant,
      input.challengeId,
      String(input.send),
      input.purpose,
      input.bindingDigest,
      input.nonce,
      String(block),
    );
    for (let at = 0; at + wordBytes <= bytes.length; at += wordBytes) {
      const word = bytes.readUIntBE(at, wordBytes);
      if (word < limit) return String(word % range).padStart(input.digits, '0');
    }
  }
}

/** What a person typed, without the spaces and dashes that keyboards and messages add. Nothing else is forgiven. */
export function normaliseGuess(guess: string): string {
  return guess.replace(/[\s\-‐-―]/gu, '');
}
