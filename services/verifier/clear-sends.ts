import type { Challenge } from '#core/challenge-book.ts';
import { destinationKey } from '#core/throttle.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { Unavailable } from '#storage/unavailable.ts';

/** The person is there: what was sent to them counts no more. The verdict stands, whatever becomes of this. */
export async function clearSends(
  { store }: Foundation,
  tenant: string,
  challenge: Challenge | undefined,
): Promise<void> {
  if (challenge?.state.kind !== 'approved') return;
  await store.release(destinationKey(tenant, challenge.counted)).catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
  });
}
