import type { AddressDocument } from '#core/address-document.ts';
import { findChallenge, newestSend } from '#core/challenge-book.ts';
import { deriveCode } from '#core/code.ts';
import { subjectOfThing } from '#core/subject.ts';
import type { Foundation } from '#runtime/foundation.ts';

/** The code of a challenge's newest send, made as the services make it: for tests that cannot wait for messages. */
export async function deriveCodeOf({ store, keys }: Foundation, challengeId: string): Promise<string> {
  const record = await store.load(subjectOfThing(challengeId, 'c') ?? '');
  const document = record && (JSON.parse(record.document) as AddressDocument);
  const challenge = findChallenge(document, challengeId);
  if (!document || !challenge) throw new Error('the store knows no such challenge');
  const { number, nonce, kid } = newestSend(challenge);
  const { purpose, digits, bindingDigest = '' } = challenge;
  const key = keys.byKid('otp', kid);
  if (!key) throw new Error('the key of this code is not in the ring');
  return deriveCode(key, { tenant: document.tenant, challengeId, send: number, purpose, bindingDigest, nonce, digits });
}
