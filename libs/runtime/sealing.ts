import { randomBytes } from 'node:crypto';
import { seal, unseal, type SealedFor } from '#core/seal.ts';
import type { KeyRing } from './keys.ts';

type SealingPurpose = 'address' | 'params' | 'message' | 'method';

/** Seals with the newest key of a purpose under the record's salt; every field gets a fresh iv. */
export function sealField(keys: KeyRing, purpose: SealingPurpose, salt: string, whom: SealedFor, text: string): string {
  return seal(keys.newest(purpose), salt, whom, randomBytes(12), text);
}

/** Undefined when the record's salt is gone or was another one: what is sealed can then be read by nobody. */
export function openField(
  keys: KeyRing,
  purpose: SealingPurpose,
  salt: string,
  whom: SealedFor,
  sealed: string,
): string | undefined {
  return unseal((kid) => keys.byKid(purpose, kid), salt, whom, sealed);
}
