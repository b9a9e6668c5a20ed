import type { Guarded } from './guarded.ts';
import { bucketOfName, claimKey } from './keys.ts';
import { toHash, toText } from './replies.ts';
import { scripts } from './scripts.ts';
import type { Store } from '../store.ts';

/**
 * The first values of names.
 * @param guarded of the process that relies on what is there, or of the restorer
 */
export function createClaims(guarded: Guarded, now: () => number): Pick<Store, 'claim' | 'claimed'> {
  return {
    claim: async (key, value, ttlMs = 0) =>
      toText(await guarded.run(scripts.claim, [bucketOfName(key)], [claimKey(key)], [now(), value, ttlMs])),
    async claimed(key) {
      const claim = toHash(await guarded.run(scripts.read, [bucketOfName(key)], [claimKey(key)], []));
      const { value, expiresAt = '0' } = claim;
      return expiresAt === '0' || Number(expiresAt) > now() ? value : undefined;
    },
  };
}
