import { keyedDigest, sameSecret } from '../bytes.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 13;
const codePattern = new RegExp(`^[${alphabet}]{${codeLength}}$`);

/** Bytes of randomness that one code takes: 65 bits of it count. */
export const backupCodeBytes = codeLength;

/** 13 characters of Crockford's base32 from as many random bytes, each used modulo 32 (no bias: 256 is a multiple of it). */
export function backupCode(random: Uint8Array): string {
  return Array.from(random.subarray(0, codeLength), (byte) => alphabet[byte & 31]).join('');
}

/** As a person sees it: XXXX-XXXX-XXXXX. */
export const showBackupCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`;

/** What a person typed, in one form: case, spaces and dashes forgiven, look-alikes read as Crockford has them; undefined if it can be no code. */
export function normaliseBackupCode(typed: string): string | undefined {
  const code = typed
    .replace(/[\s\-‐-―]/gu, '')
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return codePattern.test(code) ? code : undefined;
}

/** Keyed, and bound to the account: 65 random bits under a key that only the verifier has (NIST SP 800-63B-4, 3.1.2). */
export function hashBackupCode(methodKey: Uint8Array, tenant: string, account: string, code: string): string {
  return keyedDigest(methodKey, 'backup-code', tenant, account, code).subarray(0, 16).toString('base64url');
}

/** The kept hash that a code has, or undefined; all are compared. */
export function findBackupCode(hashes: readonly string[], hash: string): string | undefined {
  let found: string | undefined;
  for (const kept of hashes) if (sameSecret(kept, hash)) found = kept;
  return found;
}
