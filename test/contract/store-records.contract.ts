import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import type { Commit, CommitResult } from '#storage/store.ts';
import { commitOf, eventsOf, headOf, subjectOf } from './commits.ts';
import { twoStores } from './opened-store.ts';
import type { Given, OpenedStore, StoreOf } from './opened-store.ts';

const racers = 50;

export function describeRecords(given: Given): void {
  describe('a record', () => {
    it('is absent before its first commit', async () => {
      expect(await given().store.load(subjectOf())).toBeUndefined();
    });

    it('is read as it was committed', async () => {
      const { store, clock } = given();
      const commit = commitOf({ subject: subjectOf(), versions: [1, 2, 3], expiresAt: clock.now() + 60_000 });
      expect(await store.commit(commit)).toMatchObject({ kind: 'committed' });
      const { life, salt, document, expiresAt } = commit;
      expect(await store.load(commit.subject)).toMatchObject({
        life,
        salt,
        document,
        expiresAt,
        version: 3,
        head: headOf(commit),
      });
    });

    it('is read by another process as soon as its commit is answered', async () => {
      const storeOf = await twoStores(given());
      for (let i = 0; i < 20; i++) {
        const commit = commitOf({ subject: subjectOf() });
        await storeOf(i).commit(commit);
        expect(await storeOf(i + 1).load(commit.subject)).toMatchObject({ head: headOf(commit) });
      }
    });

    it.each([
      ['text of any script', 'ß 漢字 \u{1f511} "\\" \u0000\u001f\u2028 \r\n'],
      ['an account’s 16 KiB', 'ä'.repeat(8 * 1024)],
      ['a tenant’s 512 KiB', '\u{1f511}'.repeat(128 * 1024)],
      ['nothing at all', ''],
    ])('keeps its bytes: %s', async (_, document) => {
      const { store } = given();
      const commit = commitOf({ subject: subjectOf(), document });
      await store.commit(commit);
      expect((await store.load(commit.subject))?.document === document).toBe(true);
    });

    it('may be a tenant’s or the platform’s', async () => {
      const { store } = given();
      for (const subject of ['platform', 'tenant:demo', 'tenant:a-2']) {
        const commit = commitOf({ subject });
        await store.commit(commit);
        expect(await store.load(subject)).toMatchObject({ document: commit.document });
      }
    });

    it('is replaced whole by the next commit on its head', async () => {
      const { store } = given();
      const first = commitOf({ subject: subjectOf(), expiresAt: given().clock.now() + 60_000 });
      const second = commitOf({ subject: first.subject, head: headOf(first), versions: [2], document: 'second' });
      await store.commit(first);
      expect(await store.commit(second)).toMatchObject({ kind: 'committed' });
      const { life, salt, document, expiresAt } = second;
      expect(await store.load(first.subject)).toMatchObject({
        life,
        salt,
        document,
        expiresAt,
        version: 2,
        head: headOf(second),
      });
    });
  });

  describe('a conflict', () => {
    it.each(['', 'another'])('on the head "%s" changes nothing', async (head) => {
      const { store, clock } = given();
      const first = commitOf({ subject: subjectOf() });
      await store.commit(first);
      const before = await store.load(first.subject);
      expect(await store.commit(commitOf({ subject: first.subject, head, versions: [7, 8] }))).toEqual({
        kind: 'conflict',
      });
      expect(await store.load(first.subject)).toEqual(before);
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 10)).toEqual((before?.unlogged.length ?? 0) > 0 ? [first.subject] : []);
    });

    it('meets a commit on the head of a record that is not there', async () => {
      const { store, clock } = given();
      const subject = subjectOf();
      expect(await store.commit(commitOf({ subject, head: 'gone', versions: [4] }))).toEqual({ kind: 'conflict' });
      expect(await store.load(subject)).toBeUndefined();
      clock.set(clock.now() + 1);
      expect(await store.unlogged(clock.now(), 10)).toEqual([]);
    });

    it('meets all but one of fifty racing commits, of whatever process', async () => {
      const { store } = given();
      const storeOf = await twoStores(given());
      const subject = subjectOf();
      const first = await race(storeOf, subject, '', 1);
      const second = await race(storeOf, subject, headOf(first), 2);
      const third = await race(storeOf, subject, headOf(second), 3);
      expect(await store.load(subject)).toMatchObject({ document: third.document, version: 3, head: headOf(third) });
    });
  });

  describe('a commit sent again', () => {
    it('is recognised and answered as the first time', async () => {
      const { store } = given();
      const commit = commitOf({ subject: subjectOf(), versions: [1, 2] });
      const answer = await store.commit(commit);
      const record = await store.load(commit.subject);
      expect(await store.commit(commit)).toEqual(answer);
      expect(await store.load(commit.subject)).toEqual(record);
    });

    it('is recognised when its events are told already, and brings none back', async () => {
      const { store } = given();
      const commit = commitOf({ subject: subjectOf() });
      await store.commit(commit);
      await store.settle(commit.subject, eventsOf(commit));
      expect(await store.commit(commit)).toEqual({ kind: 'committed', unlogged: [] });
      expect(await store.load(commit.subject)).toMatchObject({ unlogged: [] });
    });

    it('conflicts once another has followed it', async () => {
      const { store } = given();
      const first = commitOf({ subject: subjectOf() });
      await store.commit(first);
      await store.commit(commitOf({ subject: first.subject, head: headOf(first), versions: [2] }));
      expect(await store.commit(first)).toEqual({ kind: 'conflict' });
    });
  });

  describe('an expired record', () => {
    it('is there until its moment has come, and then absent', async () => {
      const { store, clock } = given();
      const { subject, expiresAt } = await expiring(given());
      clock.set(expiresAt - 1);
      expect(await store.load(subject)).toMatchObject({ expiresAt });
      clock.set(expiresAt);
      expect(await store.load(subject)).toBeUndefined();
    });

    it('conflicts with a commit on its old head', async () => {
      const { store, clock } = given();
      const old = await expiring(given());
      clock.set(old.expiresAt);
      expect(await store.commit(commitOf({ subject: old.subject, head: headOf(old), versions: [2] }))).toEqual({
        kind: 'conflict',
      });
      expect(await store.load(old.subject)).toBeUndefined();
    });

    it('makes room for a new life, which has nothing of the old one', async () => {
      const { store, clock } = given();
      const old = await expiring(given());
      clock.set(old.expiresAt);
      const next = commitOf({ subject: old.subject, expiresAt: clock.now() + 60_000 });
      const answer = await store.commit(next);
      expect(answer).toMatchObject({ kind: 'committed' });
      const record = await store.load(old.subject);
      expect(record).toMatchObject({ life: next.life, salt: next.salt, version: 1, head: headOf(next) });
      expect(record?.unlogged).toEqual(unloggedOf(answer));
    });

    it('never is one without expiry', async () => {
      const { store, clock } = given();
      const commit = commitOf({ subject: subjectOf(), expiresAt: 0 });
      await store.commit(commit);
      await store.settle(commit.subject, eventsOf(commit));
      clock.set(clock.now() + 10 * 365 * 86_400_000);
      expect(await store.load(commit.subject)).toMatchObject({ document: commit.document });
    });

    it('is not one whose later commit put the moment off', async () => {
      const { store, clock } = given();
      const old = await expiring(given());
      const later = commitOf({
        subject: old.subject,
        head: headOf(old),
        versions: [2],
        expiresAt: old.expiresAt + 60_000,
      });
      expect(await store.commit(later)).toMatchObject({ kind: 'committed' });
      await store.settle(old.subject, eventsOf(later));
      clock.set(old.expiresAt);
      expect(await store.load(old.subject)).toMatchObject({ version: 2 });
    });
  });
}

/** A record that is told, and good for a minute. */
async function expiring({ store, clock }: OpenedStore): Promise<Commit> {
  const commit = commitOf({ subject: subjectOf(), expiresAt: clock.now() + 60_000 });
  await store.commit(commit);
  await store.settle(commit.subject, eventsOf(commit));
  return commit;
}

/** Fifty different commits on one head, half of them through each store; the one that won. */
async function race(storeOf: StoreOf, subject: string, head: string, version: number): Promise<Commit> {
  const commits = Array.from({ length: racers }, (_, i) =>
    commitOf({ subject, head, versions: [version], document: `racer ${i} of ${version}` }),
  );
  const answers = await Promise.all(commits.map((commit, i) => storeOf(i).commit(commit)));
  const [winner, ...others] = commits.filter((_, i) => answers[i]?.kind === 'committed');
  assert(winner !== undefined && others.length === 0, `${others.length + 1} commits of one race won`);
  return winner;
}

function unloggedOf(answer: CommitResult): readonly unknown[] {
  return answer.kind === 'committed' ? answer.unlogged : [];
}
