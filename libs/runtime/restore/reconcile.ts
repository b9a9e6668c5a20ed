import type { Folded } from '#core/replay.ts';
import type { Restored } from '#storage/restoration.ts';
import type { StoredRecord } from '#storage/store.ts';

/** For so long the list of erasures keeps what is to be told once more (services/verifier/erase-again.ts), and some more. */
const erasureMsKept = 2 * 3_600_000;

export type Reconciled =
  | { readonly kind: 'keep' }
  /** The journal no longer has the beginning, and no snapshot stands in for it. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'put'; readonly restored: Restored };

/**
 * What must become of a record, given what the log makes of its subject. Whatever was answered is in the log, so the log wins, except
 * over a record that goes on from where the log ends: its events are still to be told, and nobody has decided anything else since.
 * @param salt of the life that the log ends in
 * @param erasedAt when it was erased, if it was; Unix milliseconds as all times
 */
export function reconcile(
  subject: string,
  folded: Folded,
  stored: StoredRecord | undefined,
  at: { readonly now: number; readonly salt: string; readonly erasedAt: number },
): Reconciled {
  const keep: Reconciled = { kind: 'keep' };
  if (stored?.head === folded.head || (stored && isAhead(stored, folded, at.now))) return keep;
  if (folded.erased) {
    const toTellAgain = at.erasedAt > at.now - erasureMsKept;
    return stored || toTellAgain ? { kind: 'put', restored: { kind: 'erased', subject, at: at.erasedAt } } : keep;
  }
  if (!stored && isOver(folded, at.now)) return keep;
  if (folded.document === undefined) return { kind: 'incomplete' };
  const { head, life, version, expiresAt } = folded;
  const document = JSON.stringify(folded.document);
  return {
    kind: 'put',
    restored: { kind: 'record', subject, head, life, version, salt: at.salt, document, expiresAt },
  };
}

const isOver = ({ expiresAt }: Folded, now: number): boolean => expiresAt > 0 && expiresAt <= now;

/** Whether the record's untold events follow the last one in the log. */
function isAhead({ life, unlogged }: StoredRecord, folded: Folded, now: number): boolean {
  if (life === folded.life) {
    const next = unlogged.find(({ version }) => version === folded.version + 1);
    return next?.headers['ce_prev'] === folded.head && !folded.erased;
  }
  // Another life begins only when the one before it is over.
  const begun = unlogged[0]?.version === 1 && !folded.past.includes(life);
  return begun && (folded.erased || isOver(folded, now));
}
