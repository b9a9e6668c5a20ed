import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '#storage/log.ts';
import { isErased, type Commit } from '#storage/store.ts';
import { commitOf, eventsOf, headOf, subjectOf } from './commits.ts';
import { readAll } from './opened-log.ts';
import { twoStores } from './opened-store.ts';
import type { Given, OpenedStore, StoreTraits } from './opened-store.ts';

const nothing = { salt: '', document: '' };
const hourMs = 3_600_000;

/** The commit that erases what another one left. */
const erasureOf = (commit: Commit, changes: Partial<Commit> = {}): Commit => {
  const version = (commit.events.at(-1)?.version ?? 0) + 1;
  const { subject, life } = commit;
  return commitOf({ subject, life, head: headOf(commit), versions: [version], ...nothing, ...changes });
};

/** A record that is told, and the erasure that was committed on it. */
async function erased({ store }: OpenedStore, subject = subjectOf()): Promise<{ first: Commit; erasure: Commit }> {
  const first = commitOf({ subject });
  await store.commit(first);
  await store.settle(subject, eventsOf(first));
  const erasure = erasureOf(first);
  await store.commit(erasure);
  return { first, erasure };
}

export function describeErasure(given: Given, traits: StoreTraits): void {
  describe('an erasure', () => {
    it('leaves neither document nor salt, whatever it says of expiry', async () => {
      const { store, clock } = given();
      for (const expiresAt of [0, 1, clock.now() + hourMs]) {
        const first = commitOf({ subject: subjectOf() });
        await store.commit(first);
        expect(await store.commit(erasureOf(first, { expiresAt }))).toMatchObject({ kind: 'committed' });
        const left = await store.load(first.subject);
        expect(left === undefined || isErased(left)).toBe(true);
        expect(JSON.stringify(left ?? '')).not.toContain(first.salt);
      }
    });

    it('conflicts with what was decided on the record before it, and wins or loses against a race', async () => {
      const { store } = given();
      const storeOf = await twoStores(given());
      for (let round = 0; round < 10; round += 1) {
        const first = commitOf({ subject: subjectOf() });
        await store.commit(first);
        const [erasure, other] = [erasureOf(first), commitOf({ subject: first.subject, head: headOf(first) })];
        const answers = await Promise.all([erasure, other].map((commit, i) => storeOf(i).commit(commit)));
        expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['committed', 'conflict']);
        const late = commitOf({ subject: first.subject, head: headOf(first), versions: [2] });
        expect(await store.commit(late)).toEqual({ kind: 'conflict' });
      }
    });

    it('is over once its events are told: the record is absent, and the next one has a life and a salt of its own', async () => {
      const { store } = given();
      const { first, erasure } = await erased(given());
      await store.settle(first.subject, eventsOf(erasure));
      expect(await store.load(first.subject)).toBeUndefined();
      expect(await store.commit(commitOf({ subject: first.subject, head: headOf(erasure), versions: [3] }))).toEqual({
        kind: 'conflict',
      });
      const next = commitOf({ subject: first.subject });
      expect(await store.commit(next)).toMatchObject({ kind: 'committed' });
      const { life, salt, document } = next;
      expect(await store.load(first.subject)).toMatchObject({ life, salt, document, version: 1, head: headOf(next) });
    });
  });

  if (traits.logsItself) describeToldAtOnce(given);
  else describeToldLater(given);
}

function describeToldAtOnce(given: Given): void {
  const documents = 'twofold.documents';
  const whole = (key: string, value: string | null): OutgoingRecord => ({ topic: documents, key, headers: {}, value });

  describe('what a commit says of the record as a whole', () => {
    it('is in the log behind its events, in the place of what earlier ones said', async () => {
      const { store, log } = given();
      if (!log) throw new Error('a store that is the log was opened without it');
      await log.ensureTopics([{ name: documents, retentionMs: 0, compacted: true }]);
      const first = commitOf({ subject: subjectOf() });
      await store.commit({ ...first, also: [whole(first.subject, 'one')] });
      const second = commitOf({ subject: first.subject, head: headOf(first), versions: [2, 3] });
      await store.commit({ ...second, also: [whole(first.subject, 'two')] });
      const told = await readAll(log, ['twofold.journal', documents]);
      expect(told.map(({ value }) => String(value))).toEqual([
        ...[...first.events, ...second.events].map(({ value }) => value),
        'two',
      ]);
      await store.commit({ ...first, also: [whole(first.subject, 'conflict')] });
      await store.commit({ ...erasureOf(second), also: [whole(first.subject, null)] });
      const left = await readAll(log, [documents]);
      expect(left.map(({ key, value }) => [String(key), value])).toEqual([[first.subject, null]]);
    });
  });

  describe('an erasure in a store that is the log', () => {
    it('is over at once and listed nowhere', async () => {
      const { store, clock } = given();
      const { first } = await erased(given());
      expect(await store.load(first.subject)).toBeUndefined();
      clock.set(clock.now() + hourMs);
      expect(await store.erasures(clock.now(), 10)).toEqual([]);
      await store.endErasure({ subject: first.subject, at: clock.now() });
    });
  });
}

function describeToldLater(given: Given): void {
  describe('an erased record', () => {
    it('holds its events until they are told, and nothing else', async () => {
      const { store, clock } = given();
      const first = commitOf({ subject: subjectOf() });
      await store.commit(first);
      const erasure = erasureOf(first);
      const waiting = [...first.events, ...erasure.events];
      expect(await store.commit(erasure)).toEqual({ kind: 'committed', unlogged: waiting });
      expect(await store.commit(erasure)).toEqual({ kind: 'committed', unlogged: waiting });
      clock.set(clock.now() + hourMs);
      expect(await store.load(first.subject)).toMatchObject({ ...nothing, version: 2, unlogged: waiting });
      expect(await store.unlogged(clock.now(), 10)).toEqual([first.subject]);
      expect(await store.commit(commitOf({ subject: first.subject }))).toEqual({ kind: 'conflict' });
      await store.settle(first.subject, eventsOf(first));
      expect(await store.load(first.subject)).toMatchObject({ ...nothing, unlogged: erasure.events });
      expect(await store.erasures(clock.now() + 1, 10)).toEqual([]);
    });

    it('ignores what a commit says of it as a whole: whoever publishes the events makes it anew', async () => {
      const { store } = given();
      const first = commitOf({ subject: subjectOf() });
      const also = [{ topic: 'twofold.documents', key: first.subject, headers: {}, value: 'whole' }];
      expect(await store.commit({ ...first, also })).toEqual({ kind: 'committed', unlogged: first.events });
      expect((await store.load(first.subject))?.unlogged).toEqual(first.events);
    });
  });

  describe('the list of erasures', () => {
    it('names a subject from the moment its erasure was told until it is taken off', async () => {
      const { store, clock } = given();
      const { first, erasure } = await erased(given());
      clock.set(clock.now() + 1_000);
      const at = clock.now();
      await store.settle(first.subject, eventsOf(erasure));
      expect(await store.unlogged(at + 1, 10)).toEqual([]);
      expect(await store.erasures(at, 10)).toEqual([]);
      expect(await store.erasures(at + 1, 10)).toEqual([{ subject: first.subject, at }]);
      clock.set(at + 30 * 24 * hourMs);
      await store.settle(first.subject, eventsOf(erasure));
      expect(await store.erasures(clock.now(), 10)).toEqual([{ subject: first.subject, at }]);
      await store.endErasure({ subject: first.subject, at });
      await store.endErasure({ subject: first.subject, at });
      expect(await store.erasures(clock.now(), 10)).toEqual([]);
    });

    it('keeps the newest erasure of a subject, though an older one is taken off late', async () => {
      const { store, clock } = given();
      const subject = subjectOf();
      const ats: number[] = [];
      for (let round = 0; round < 2; round += 1) {
        const { erasure } = await erased(given(), subject);
        clock.set(clock.now() + 1_000);
        ats.push(clock.now());
        await store.settle(subject, eventsOf(erasure));
      }
      const [older = 0, newer = 0] = ats;
      await store.endErasure({ subject, at: older });
      expect(await store.erasures(clock.now() + 1, 10)).toEqual([{ subject, at: newer }]);
    });

    it('is in order of age, of all buckets, and not longer than asked for', async () => {
      const { store, clock } = given();
      const subjects = Array.from({ length: 12 }, (_, i) => subjectOf(i * 21));
      for (const subject of subjects) {
        const { erasure } = await erased(given(), subject);
        clock.set(clock.now() + 10);
        await store.settle(subject, eventsOf(erasure));
      }
      const listed = await store.erasures(clock.now() + 1, 100);
      expect(listed.map(({ subject }) => subject)).toEqual(subjects);
      expect(await store.erasures(clock.now() + 1, 5)).toEqual(listed.slice(0, 5));
      expect(await store.erasures(clock.now() + 1, 0)).toEqual([]);
    });

    it('has none of what merely expired', async () => {
      const { store, clock } = given();
      const commit = commitOf({ subject: subjectOf(), expiresAt: clock.now() + 1 });
      await store.commit(commit);
      clock.set(clock.now() + hourMs);
      await store.settle(commit.subject, eventsOf(commit));
      expect(await store.load(commit.subject)).toBeUndefined();
      expect(await store.erasures(clock.now() + 1, 10)).toEqual([]);
    });
  });
}
