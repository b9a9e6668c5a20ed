import { randomBytes } from 'node:crypto';
import type { EncodedEvent } from '#core/encoded-event.ts';
import type { Commit } from '#storage/store.ts';

/** A subject of an account or address; `firstByte` chooses its bucket. */
export function subjectOf(firstByte?: number): string {
  const digest = randomBytes(16);
  if (firstByte !== undefined) digest[0] = firstByte;
  return digest.toString('base64url');
}

/** An event as it would be encoded, with a hash of its own. */
export function eventOf(subject: string, version: number, value = `{"version":${version}}`): EncodedEvent {
  const headers = {
    ce_specversion: '1.0',
    ce_id: `${subject}.life.${version}`,
    ce_type: 'twofold.challenge-requested.v1',
    ce_version: String(version),
  };
  return { topic: 'twofold.journal', key: subject, headers, value, hash: randomBytes(32).toString('hex'), version };
}

/** A commit that begins a record unless `head` and `versions` say otherwise. */
export function commitOf(
  changes: Partial<Commit> & { readonly subject: string; readonly versions?: readonly number[] },
): Commit {
  const { versions = [1], ...rest } = changes;
  return {
    head: '',
    life: randomBytes(8).toString('base64url'),
    salt: randomBytes(32).toString('base64url'),
    document: JSON.stringify({ versions }),
    events: versions.map((version) => eventOf(rest.subject, version)),
    expiresAt: 0,
    ...rest,
  };
}

/** The head a commit leaves. */
export function headOf(commit: Commit): string {
  return commit.events.at(-1)?.hash ?? '';
}

/** What settles a commit. */
export function eventsOf(commit: Commit): { version: number; hash: string }[] {
  return commit.events.map(({ version, hash }) => ({ version, hash }));
}
