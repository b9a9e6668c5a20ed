import type { Guarded } from './guarded.ts';
import { bucketOfName, noteKey } from './keys.ts';
import { toHash } from './replies.ts';
import { scripts } from './scripts.ts';
import type { Store } from '../store.ts';

/** Projections that only ever move forwards; `guarded` as of `createClaims`. */
export function createNotes(guarded: Guarded, now: () => number): Pick<Store, 'note' | 'notes'> {
  return {
    async note(key, field, rank, value, ttlMs) {
      await guarded.run(scripts.note, [bucketOfName(key)], [noteKey(key)], [now(), field, rank, value, ttlMs]);
    },
    async notes(key) {
      const notes: Record<string, string> = {};
      const kept = toHash(await guarded.run(scripts.read, [bucketOfName(key)], [noteKey(key)], []));
      for (const [field, note] of Object.entries(kept)) {
        const [, expiresAt, value] = /^\S+ (\S+) (.*)$/s.exec(note) ?? [];
        if (value !== undefined && Number(expiresAt) > now()) notes[field] = value;
      }
      return notes;
    },
  };
}
