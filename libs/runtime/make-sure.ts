import type { Commit, CommitResult, Store, StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';

const tryMsMax = 2_000;
const againMs = 50;

/**
 * Makes sure that the store holds what is in the log: it may have lost it since, and been restored from a log that did not have it yet.
 * Each commit is sent until its outcome is known: it is recognised, or made once more in its place. False where neither can be, since the
 * record has gone on meanwhile.
 */
export async function makeSure(store: Pick<Store, 'commit'>, commits: readonly Commit[]): Promise<boolean> {
  const deadline = performance.now() + tryMsMax;
  for (const commit of commits) {
    for (;;) {
      const { kind } = await store.commit(commit).catch(asUnknown);
      if (kind === 'committed') return true;
      if (kind === 'conflict') break;
      if (performance.now() >= deadline) throw new Unavailable('store', 'outcome unknown');
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
  return false;
}

/** All that a record has committed and not yet told, as one commit: whoever loaded it can make it again. */
export function commitOfUntold(subject: string, record: StoredRecord, also: Commit['also']): Commit {
  const { life, salt, document, expiresAt, unlogged } = record;
  return {
    subject,
    head: unlogged[0]?.headers['ce_prev'] ?? '',
    life,
    salt,
    document,
    expiresAt,
    events: unlogged,
    also,
  };
}

/** What is not known of a commit is no failure of its caller's yet. */
export function asUnknown(error: unknown): { readonly kind: 'unknown' } | CommitResult {
  if (error instanceof Unavailable) return { kind: 'unknown' };
  throw error;
}
