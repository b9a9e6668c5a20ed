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

/** The bucket of what is named otherwise: a claim, a lease, notes, a limit. Each is in one, so that each has a fence beside it. */
export const bucketOfName = (name: string): string => hex(createHash('sha256').update(name).digest().readUInt8(0));

/** In braces stands what a cluster hashes: all keys of one bucket are in one slot. */
export const recordKey = (subject: string): string => `{${bucketOf(subject)}}:r:${subject}`;
/** Sorted set of a bucket's subjects that have events to tell, by the time of their commit (Unix milliseconds). */
export const unloggedKey = (bucket: string): string => `{${bucket}}:unlogged`;
export const erasedKey = (bucket: string): string => `{${bucket}}:erased`;
/** The replication id of the server that was last known to hold all of the bucket. */
export const fenceKey = (bucket: string): string => `{${bucket}}:fence`;
/** When the bucket was last known to be whole, in Unix milliseconds of the server's own clock. */
const beatKey = (bucket: string): string => `{${bucket}}:beat`;
/** Who restores the bucket now. */
const restorerKey = (bucket: string): string => `{${bucket}}:restorer`;
/** The three keys that say whether a bucket may be relied on. */
export const doorOf = (bucket: string): string[] => [fenceKey(bucket), beatKey(bucket), restorerKey(bucket)];
/** A key that is written to learn whether the bucket's node takes writes. */
export const probeKey = (bucket: string): string => `{${bucket}}:probe`;
/** The first value that was claimed under a name. */
export const claimKey = (key: string): string => `{${bucketOfName(key)}}:c:${key}`;
/** Who acts on a thing now, or what became of it. */
export const leaseKey = (key: string): string => `{${bucketOfName(key)}}:l:${key}`;
/** The notes on a thing, one field each. */
export const noteKey = (key: string): string => `{${bucketOfName(key)}}:n:${key}`;
/** What was counted under a key in one hour (Unix milliseconds / 3,600,000); all hours of a key are in one slot. Without a fence: it decides nothing. */
export const tallyKey = (key: string, hour: number): string => `{t:${key}}:${hour}`;
/** Exact limits and limits in segments have different types in Redis, so a limit that changes its kind changes its key. */
export const exactLimitKey = (key: string): string => `{${bucketOfName(key)}}:w:${key}`;
/** A limit counted in segments of its window, for those too large to keep every member. */
export const segmentLimitKey = (key: string): string => `{${bucketOfName(key)}}:s:${key}`;

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
