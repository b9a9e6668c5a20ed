import { keyedDigest } from '#core/bytes.ts';
import type { KeyRing } from './keys.ts';

/** What a code is bound to, as a digest that depends on no order of writing (CONTRACTS, Ids and bytes); '' for none. */
export function bindingDigest(
  keys: KeyRing,
  tenant: string,
  challengeId: string,
  binding: Readonly<Record<string, string>> | undefined,
): string {
  const pairs = Object.entries(binding ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length === 0) return '';
  const fields = pairs.flat().map((field) => field.normalize('NFC'));
  return keyedDigest(keys.newest('subject').key, 'binding', tenant, challengeId, ...fields).toString('base64url');
}
