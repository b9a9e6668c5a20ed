import { describe, expect, it } from 'vitest';
import type { Commit } from '#storage/store.ts';
import { commitOf, eventOf, eventsOf, headOf, subjectOf } from './commits.ts';
import type { Given, OpenedStore, StoreTraits } from './opened-store.ts';

export function describeUnlogged(given: Given, traits: StoreTraits): void {
  if (traits.logsItself) describeNothingUnlogged(given);
  else {
    describeAnswers(given);
    describeSettling(given);
    describeWaiting(given);
  }
}

function describeNothingUnlogged(given: Given): void {
  describe('an event', () => {
    it('is told by the commit itself, so that nothing is ever unlogged', async () => {
      const { store, clock } = given();
      const commit = commitOf({ subject: subjectOf(), versions: [1, 2], expiresAt: clock.now() + 60_000 });
      expect(await store.commit(commit)).toEqual({ kind: 'committed', unlogged: [] });
      expect(await store.load(commit.subject)).toMatchObject({ unlogged: [] });
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 10)).toEqual([]);
      await store.settle(commit.subject, eventsOf(commit));
      expect(await store.load(commit.subject)).toMatchObject({ head: headOf(commit), unlogged: [] });
      clock.set(commit.expiresAt);
      expect(await store.load(commit.subject)).toBeUndefined();
    });
  });
}

function describeAnswers(given: Given): void {
  describe('an unlogged event', () => {
    it('is answered by every commit until it is settled, in order of version', async () => {
      const { store } = given();
      const first = commitOf({ subject: subjectOf(), versions: [8, 9] });
      const second = commitOf({ subject: first.subject, head: headOf(first), versions: [10, 11] });
      const third = commitOf({ subject: first.subject, head: headOf(second), versions: [100] });
      expect(await store.commit(first)).toEqual({ kind: 'committed', unlogged: first.events });
      expect(await store.commit(second)).toEqual({ kind: 'committed', unlogged: [...first.events, ...second.events] });
      await store.settle(first.subject, eventsOf(first));
      const waiting = [...second.events, ...third.events];
      expect(await store.commit(third)).toEqual({ kind: 'committed', unlogged: waiting });
      expect((await store.load(first.subject))?.unlogged).toEqual(waiting);
    });

    it('keeps its bytes', async () => {
      const { store } = given();
      const subject = subjectOf();
      const value = JSON.stringify({ text: 'ß 漢字 \u{1f511} "hash":"' + '0'.repeat(64) + '" \\ \u2028' });
      const event = {
        ...eventOf(subject, 1, value),
        headers: { ce_id: 'ü', traceparent: '00-1-2-01', hash: 'header' },
      };
      await store.commit(commitOf({ subject, events: [event] }));
      expect((await store.load(subject))?.unlogged).toEqual([event]);
    });

    it('keeps an expired record alive until it is settled', async () => {
      const { store, clock } = given();
      const first = commitOf({ subject: subjectOf(), expiresAt: clock.now() + 60_000 });
      await store.commit(first);
      clock.set(first.expiresAt + 1);
      expect(await store.load(first.subject)).toMatchObject({ unlogged: first.events });
      const second = commitOf({
        subject: first.subject,
        head: headOf(first),
        versions: [2],
        expiresAt: first.expiresAt,
      });
      expect(await store.commit(second)).toMatchObject({ kind: 'committed' });
      expect(await store.commit(commitOf({ subject: first.subject }))).toEqual({ kind: 'conflict' });
      await store.settle(first.subject, eventsOf(first));
      expect(await store.load(first.subject)).toMatchObject({ unlogged: second.events });
      await store.settle(first.subject, eventsOf(second));
      expect(await store.load(first.subject)).toBeUndefined();
    });
  });
}

function describeSettling(given: Given): void {
  describe('settling', () => {
    it('takes the events it names and no others', async () => {
      const { store, clock } = given();
      const commit = await committed(given(), [1, 2, 3]);
      await store.settle(commit.subject, eventsOf(commit).slice(1, 2));
      expect(await store.load(commit.subject)).toMatchObject({ unlogged: [commit.events[0], commit.events[2]] });
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 10)).toEqual([commit.subject]);
    });

    it('takes nothing under a foreign hash', async () => {
      const { store } = given();
      const commit = await committed(given(), [1, 2]);
      const foreign = commitOf({ subject: commit.subject, versions: [1, 2] });
      await store.settle(commit.subject, eventsOf(foreign));
      expect(await store.load(commit.subject)).toMatchObject({ unlogged: commit.events });
    });

    it('that comes late, from a life before, takes nothing of the new one', async () => {
      const { store, clock } = given();
      const old = commitOf({ subject: subjectOf(), expiresAt: clock.now() + 1_000 });
      await store.commit(old);
      await store.settle(old.subject, eventsOf(old));
      clock.set(old.expiresAt);
      const next = commitOf({ subject: old.subject });
      await store.commit(next);
      await store.settle(old.subject, eventsOf(old));
      expect(await store.load(old.subject)).toMatchObject({ life: next.life, unlogged: next.events });
    });

    it('may be repeated, and may meet no record at all', async () => {
      const { store, clock } = given();
      const commit = await committed(given(), [1]);
      for (const subject of [commit.subject, commit.subject, subjectOf()])
        await store.settle(subject, eventsOf(commit));
      expect(await store.load(commit.subject)).toMatchObject({ head: headOf(commit), unlogged: [] });
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 10)).toEqual([]);
    });
  });
}

async function committed({ store }: OpenedStore, versions: number[]): Promise<Commit> {
  const commit = commitOf({ subject: subjectOf(), versions });
  await store.commit(commit);
  return commit;
}

function describeWaiting(given: Given): void {
  describe('the list of subjects with unlogged events', () => {
    it('names those that have had one since before the moment asked for', async () => {
      const { store, clock } = given();
      const start = clock.now();
      const [first, second] = [commitOf({ subject: subjectOf() }), commitOf({ subject: subjectOf() })];
      await store.commit(first);
      clock.set(start + 1_000);
      await store.commit(second);
      // A further event doesn't make the subject wait any shorter.
      await store.commit(commitOf({ subject: first.subject, head: headOf(first), versions: [2] }));
      expect(await store.unlogged(start, 10)).toEqual([]);
      expect(await store.unlogged(start + 1, 10)).toEqual([first.subject]);
      expect(await store.unlogged(start + 1_000, 10)).toEqual([first.subject]);
      expect((await store.unlogged(start + 1_001, 10)).toSorted()).toEqual([first.subject, second.subject].toSorted());
    });

    it('forgets a subject when its last one is settled, and counts its waiting anew after that', async () => {
      const { store, clock } = given();
      const start = clock.now();
      const first = commitOf({ subject: subjectOf() });
      await store.commit(first);
      await store.settle(first.subject, eventsOf(first));
      expect(await store.unlogged(start + 1, 10)).toEqual([]);
      clock.set(start + 5_000);
      await store.commit(commitOf({ subject: first.subject, head: headOf(first), versions: [2] }));
      expect(await store.unlogged(start + 5_000, 10)).toEqual([]);
      expect(await store.unlogged(start + 5_001, 10)).toEqual([first.subject]);
    });

    it('is in order of age within a bucket, and not longer than asked for', async () => {
      const { store, clock } = given();
      const subjects = Array.from({ length: 12 }, () => subjectOf(0xa7));
      for (const subject of subjects) {
        clock.set(clock.now() + 10);
        await store.commit(commitOf({ subject }));
      }
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 100)).toEqual(subjects);
      expect(await store.unlogged(clock.now(), 5)).toEqual(subjects.slice(0, 5));
      expect(await store.unlogged(clock.now(), 0)).toEqual([]);
    });

    it('reaches all buckets', async () => {
      const { store, clock } = given();
      const subjects = [...Array.from({ length: 256 }, (_, byte) => subjectOf(byte)), 'tenant:demo', 'platform'];
      await Promise.all(subjects.map((subject) => store.commit(commitOf({ subject }))));
      clock.set(clock.now() + 1);
      expect((await store.unlogged(clock.now(), 1_000)).toSorted()).toEqual(subjects.toSorted());
      expect(await store.unlogged(clock.now(), 100)).toHaveLength(100);
    });
  });
}
