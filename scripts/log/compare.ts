import { readLink } from '#core/chain.ts';
import { foldEvent, type Folded } from '#core/replay.ts';
import { isErased, type StoredRecord } from '#storage/store.ts';

/**
 * What comes of comparing. `expired`: the store has forgotten the record, as it should. `erased`: the account was erased,
 * and the store has nothing of it. `absent`: it has none, and should have one still. `incomplete`: the journal no longer has the beginning, so only the head could be compared.
 * `behind`: the record knows of events that were not read.
 */
export type Comparison =
  | { readonly kind: 'equal' | 'expired' | 'erased' }
  | { readonly kind: 'absent' | 'incomplete' | 'behind' | 'different'; readonly words: string };

/**
 * Compares what the journal makes of a subject with the store's record: the document byte for byte, and the head, which
 * also covers the bytes of the last event. The salt is in no event, so it is left out.
 * @param now Unix milliseconds
 */
export function compare(read: Folded, record: StoredRecord | undefined, now: number): Comparison {
  const expired = read.expiresAt > 0 && read.expiresAt <= now;
  if (!record) {
    if (read.erased) return { kind: 'erased' };
    if (expired) return { kind: 'expired' };
    const until = read.expiresAt > 0 ? ` until ${new Date(read.expiresAt).toISOString()}` : '';
    return { kind: 'absent', words: `the store has no record, and should have one${until}` };
  }
  const folded = addUnlogged(read, record);
  if (record.life !== folded.life) {
    const words = `the store has life ${record.life}, the log ends in ${folded.life}`;
    return folded.past.includes(record.life) ? different(words) : { kind: 'behind', words };
  }
  if (record.version > folded.version) {
    return {
      kind: 'behind',
      words: `the store is at version ${record.version}, the log's chain ends at ${folded.version}`,
    };
  }
  if (record.version < folded.version) {
    return different(`the store is at version ${record.version}, the log at ${folded.version}`);
  }
  if (record.head !== folded.head)
    return different(`version ${record.version} of the log is another event than the store's`);
  if (folded.erased)
    return isErased(record)
      ? { kind: 'erased' }
      : different('the log says that it was erased, and the store still has it');
  if (folded.document === undefined) {
    return expired
      ? { kind: 'expired' }
      : { kind: 'incomplete', words: 'the journal no longer has the beginning; the head is the same' };
  }
  return JSON.stringify(folded.document) === record.document ? { kind: 'equal' } : different('the documents differ');
}

/** What the store has decided and not told yet belongs to its document. */
function addUnlogged(read: Folded, { unlogged }: StoredRecord): Folded {
  return unlogged.reduce((folded, event) => {
    const linked = readLink(event);
    return linked.ok ? (foldEvent(folded, linked.link) ?? folded) : folded;
  }, read);
}

const different = (words: string): Comparison => ({ kind: 'different', words });
