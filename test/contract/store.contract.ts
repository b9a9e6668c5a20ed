import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#storage/unavailable.ts';
import { commitOf, subjectOf } from './commits.ts';
import type { Given, OpenedStore, StoreTraits } from './opened-store.ts';
import { describeErasure } from './store-erasure.contract.ts';
import { describeClaims, describeLeases, describeNotes } from './store-leases.contract.ts';
import { describeRecordProperties } from './store-records-properties.contract.ts';
import { describeRecords } from './store-records.contract.ts';
import { describeUnlogged } from './store-unlogged.contract.ts';
import { describeLimits } from './store-limits.contract.ts';
import { describeTallies } from './store-tallies.contract.ts';

/** Holds an adapter to every promise of the Store port. `open` gives an empty store each time. */
export function describeStore(name: string, open: () => Promise<OpenedStore>, traits: StoreTraits = {}): void {
  // oxlint-disable-next-line vitest/valid-title -- each adapter names itself
  describe(name, () => {
    let opened: OpenedStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => await opened.close());
    const given: Given = () => opened;

    describeRecords(given);
    describeUnlogged(given, traits);
    describeErasure(given, traits);
    describeRecordProperties(given, traits);
    describeClaims(given);
    describeLeases(given);
    describeLimits(given);
    describeNotes(given);
    describeTallies(given);
    describeItsEnds(given);
  });
}

function describeItsEnds(given: Given): void {
  describe('its state', () => {
    it('is checked by a call that resolves while the store works', async () => {
      await expect(given().store.check()).resolves.toBeUndefined();
    });

    it('closes after the calls under way, and then refuses all others', async () => {
      const { store } = given();
      const commits = Array.from({ length: 20 }, () => store.commit(commitOf({ subject: subjectOf() })));
      await store.close();
      expect(await Promise.all(commits)).toHaveLength(20);
      await expect(store.commit(commitOf({ subject: subjectOf() }))).rejects.toBeInstanceOf(Unavailable);
      await expect(store.load(subjectOf())).rejects.toBeInstanceOf(Unavailable);
    });
  });
}
