import { keyedDigest } from '#core/bytes.ts';
import type { KeyRing } from './keys.ts';

/** What a code is bound to, as a digest that depends on no order of writing; '' for none. */
export function bindingDigest(
  keys: KeyRing,
  tenant: string,
  challengeId: string,
  binding: Readonly<Record<string, string>> | undefined,
): string {
  // Sorted as they are digested: before NFC the same names may come in another order.
  const pairs = Object.entries(binding ?? {})
    .map((pair) => pair.map((text) => text.normalize('NFC')))
    .toSorted(([a = '', x = ''], [b = '', y = '']) => compare(a, b) || compare(x, y));
  if (pairs.length === 0) return '';
  return keyedDigest(keys.newest('subject').key, 'binding', tenant, challengeId, ...pairs.flat()).toString('base64url');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
