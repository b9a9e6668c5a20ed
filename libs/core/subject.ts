import { keyedDigest, sha256 } from './bytes.ts';

const thingPattern = /^([A-Za-z0-9_-]{22})\.([celmn])([A-Za-z0-9_-]{22})$/;

export type ThingKind = 'c' | 'e' | 'l' | 'm' | 'n';

/**
 * The subject of an account or of a bare address: 22 characters of a keyed digest, so that neither a user id nor an address can be
 * read from it or tried against it without the key.
 */
export function subjectOf(subjectKey: Uint8Array, kind: 'account' | 'address', tenant: string, value: string): string {
  return keyedDigest(subjectKey, kind, tenant, value.normalize('NFC')).subarray(0, 16).toString('base64url');
}

/** A tenant's own subject: no personal data, so its name stands in it. */
export const tenantSubject = (tenantId: string): string => `tenant:${tenantId}`;
export const platformSubject = 'platform';

/** Id of a challenge (c), enrolment (e), login (l), method (m) or notice (n): it starts with its subject, so every id finds its record. */
export function thingId(subject: string, kind: ThingKind, random: Uint8Array): string {
  return `${subject}.${kind}${Buffer.from(random).toString('base64url')}`;
}

/** The subject an id belongs to, or undefined for anything that no id of this kind can look like. */
export function subjectOfThing(id: string, kind: ThingKind): string | undefined {
  const match = thingPattern.exec(id);
  return match?.[2] === kind ? match[1] : undefined;
}

/** One of 256 buckets, two hex digits: the first byte of the subject's digest. Records of a bucket share a slot of a cluster. */
export function bucketOf(subject: string): string {
  const digest =
    subject.includes(':') || subject === platformSubject ? sha256(subject) : Buffer.from(subject, 'base64url');
  return (digest[0] ?? 0).toString(16).padStart(2, '0');
}
