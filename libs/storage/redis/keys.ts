import { createHash } from 'node:crypto';

const digestSubject = /^[\w-]{22}$/;

/** All bucket names, two hex digits each. */
export const allBuckets: readonly string[] = Array.from({ length: 256 }, (_, byte) => hex(byte));

/**
 * The bucket a subject belongs to: the first byte of its digest. An account's or address' subject is that digest in base64url;
 * `tenant:<id>` and `platform` are names, so theirs is taken of SHA-256.
 */
export function bucketOf(subject: string): string {
  const digest = digestSubject.test(subject)
    ? Buffer.from(subject, 'base64url')
    : createHash('sha256').update(subject).digest();
  return hex(digest.readUInt8(0));
}

/** In braces stands what a cluster hashes: all keys of one bucket are in one slot, and everything else is by itself. */
export const recordKey = (subject: string): string => `{${bucketOf(subject)}}:r:${subject}`;
/** Sorted set of a bucket's subjects that have events to tell, by the time of their commit (Unix milliseconds). */
export const unloggedKey = (bucket: string): string => `{${bucket}}:unlogged`;
export const erasedKey = (bucket: string): string => `{${bucket}}:erased`;
/** A key that is written to learn whether the bucket's node takes writes. */
export const probeKey = (bucket: string): string => `{${bucket}}:probe`;
/** The first value that was claimed under a name. */
export const claimKey = (key: string): string => `{c:${key}}`;
/** Who acts on a thing now, or what became of it. */
export const leaseKey = (key: string): string => `{l:${key}}`;
/** The notes on a thing, one field each. */
export const noteKey = (key: string): string => `{n:${key}}`;
/** What was counted under a key in one hour (Unix milliseconds / 3,600,000); all hours of a key are in one slot. */
export const tallyKey = (key: string, hour: number): string => `{t:${key}}:${hour}`;
/** Exact limits and limits in segments have different types in Redis, so a limit that changes its kind changes its key. */
export const exactLimitKey = (key: string): string => `{w:${key}}`;
/** A limit counted in segments of its window, for those too large to keep every member. */
export const segmentLimitKey = (key: string): string => `{w:${key}}:segments`;

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
