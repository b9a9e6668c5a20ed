import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { keyedDigest, lengthPrefixed } from './bytes.ts';

/** Whom a sealed field belongs to. `thing` is the id of what the field describes, never an event's id. */
export type SealedFor = {
  readonly tenant: string;
  readonly subject: string;
  readonly field: string;
  readonly thing: string;
};

export type SealingKey = { readonly kid: string; readonly key: Uint8Array };

const ivBytes = 12;
const tagBytes = 16;

/** The key of one record for one purpose: without the record's salt nothing sealed about its subject can be read. */
export function recordKey(purposeKey: Uint8Array, tenant: string, subject: string, salt: string): Buffer {
  return keyedDigest(purposeKey, 'twofold.seal.v1', tenant, subject, Buffer.from(salt, 'base64url'));
}

/** The same as the cipher takes it soonest. */
const cipherKey = (purposeKey: Uint8Array, { tenant, subject }: SealedFor, salt: string): KeyObject =>
  createSecretKey(recordKey(purposeKey, tenant, subject, salt));

const aadOf = (whom: SealedFor) => lengthPrefixed(whom.tenant, whom.subject, whom.field, whom.thing);

/**
 * AES-256-GCM, `<kid>.<base64url(iv ‖ ciphertext ‖ tag)>`.
 * @param iv 12 random bytes, never used twice
 */
export function seal(purpose: SealingKey, salt: string, whom: SealedFor, iv: Uint8Array, text: string): string {
  const cipher = createCipheriv('aes-256-gcm', cipherKey(purpose.key, whom, salt), iv);
  cipher.setAAD(aadOf(whom));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${purpose.kid}.${sealed.toString('base64url')}`;
}

/** Opens what `seal` made; undefined if it was made under another key, salt or owner, or altered. */
export function unseal(
  keyOf: (kid: string) => Uint8Array | undefined,
  salt: string,
  whom: SealedFor,
  sealed: string,
): string | undefined {
  const dot = sealed.indexOf('.');
  const key = dot < 0 ? undefined : keyOf(sealed.slice(0, dot));
  const text = sealed.slice(dot + 1);
  const bytes = Buffer.from(text, 'base64url');
  if (!key || bytes.length < ivBytes + tagBytes) return undefined;
  // The decoder passes over what is no base64url; only the one text that seal writes is taken.
  if (bytes.toString('base64url') !== text) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(key, whom, salt), bytes.subarray(0, ivBytes));
  decipher.setAAD(aadOf(whom));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
