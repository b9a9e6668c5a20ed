import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/**
 * Each field prefixed by its length as u32 big-endian, text as UTF-8: no two lists of fields make the same bytes.
 */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

/** HMAC-SHA256, 32 bytes. The key goes in as a key object: Node takes four times as long with bare bytes. */
export function hmacSha256(key: Uint8Array, bytes: string | Uint8Array): Buffer {
  return createHmac('sha256', createSecretKey(key)).update(bytes).digest();
}

/** HMAC-SHA256 over length-prefixed fields, 32 bytes. */
export function keyedDigest(key: Uint8Array, ...fields: readonly (string | Uint8Array)[]): Buffer {
  return hmacSha256(key, lengthPrefixed(...fields));
}

/** SHA-256 of a text or bytes. */
export function sha256(input: string | Uint8Array): Buffer {
  return hash('sha256', input, 'buffer');
}

/** Compares two secrets of any length in time that depends on neither's content: digests first, then without early exit. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}
