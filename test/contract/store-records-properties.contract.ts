import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedEvent } from '#core/encoded-event.ts';
import type { StoredRecord } from '#storage/store.ts';
import { commitOf, headOf, subjectOf } from './commits.ts';
import type { Given, StoreTraits } from './opened-store.ts';

const lifetimeMs = 1_000;
const action = fc.oneof(
  fc.record({
    kind: fc.constant('commit' as const),
    base: fc.constantFrom('current', 'current', 'current', 'none', 'stale', 'invented'),
    events: fc.integer({ min: 1, max: 3 }),
    lives: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('settle' as const), from: fc.nat(3), count: fc.nat(3), foreign: fc.boolean() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, lifetimeMs - 1, lifetimeMs) }),
);

/** One record under random commits, settlings and pauses, against the plainest record there can be. */
export function describeRecordProperties(given: Given, traits: StoreTraits): void {
  describe('a record, whatever comes', () => {
    it('is what its commits made of it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 30 }), async (actions) => {
          const { store, clock } = given();
          const subject = subjectOf();
          let record: StoredRecord | undefined;
          let stale = 'stale';
          const present = () => {
            const over =
              record && record.expiresAt > 0 && record.expiresAt <= clock.now() && record.unlogged.length === 0;
            return over ? undefined : record;
          };
          for (const next of actions) {
            const before = present();
            let [answer, expected]: [unknown, unknown] = [undefined, undefined];
            const waiting: readonly EncodedEvent[] = before?.unlogged ?? [];
            if (next.kind === 'wait') clock.set(clock.now() + next.ms);
            if (next.kind === 'settle') {
              const settled = waiting.slice(next.from, next.from + next.count);
              const named = settled.map(({ version, hash }) => ({ version, hash: next.foreign ? 'foreign' : hash }));
              await store.settle(subject, named);
              if (record && !next.foreign)
                record = { ...record, unlogged: waiting.filter((e) => !settled.includes(e)) };
            }
            if (next.kind === 'commit') {
              const current = before?.head ?? '';
              const head = { current, none: '', stale, invented: 'invented' }[next.base] ?? '';
              const versions = Array.from({ length: next.events }, (_, i) => (before?.version ?? 0) + 1 + i);
              const expiresAt = next.lives ? 0 : clock.now() + lifetimeMs;
              const commit = commitOf({ subject, head, versions, expiresAt });
              const fits = head === current;
              const unlogged = traits.logsItself ? [] : [...waiting, ...commit.events];
              answer = await store.commit(commit);
              expected = fits ? { kind: 'committed', unlogged } : { kind: 'conflict' };
              if (fits) {
                const { life, salt, document } = commit;
                stale = current;
                record = {
                  life,
                  salt,
                  document,
                  expiresAt,
                  unlogged,
                  head: headOf(commit),
                  version: versions.at(-1) ?? 0,
                };
              }
            }
            expect(answer).toEqual(expected);
            expect(await store.load(subject)).toEqual(present());
          }
          const listed = await store.unlogged(clock.now() + 1, 1_000);
          expect(listed.includes(subject)).toBe((present()?.unlogged.length ?? 0) > 0);
        }),
        { numRuns: 30 },
      );
    });
  });
}
