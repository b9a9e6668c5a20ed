import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';

/** Virtual time in Unix milliseconds: what a store was given as `now`. */
export type Clock = { readonly now: () => number; readonly set: (ms: number) => void };

/** A store with nothing in it. */
export type OpenedStore = {
  readonly store: Store;
  readonly clock: Clock;
  /** Another store on the same data, as another process would have it; absent where one process owns the data. */
  readonly another?: () => Promise<Store>;
  /** Of a store that is the log. */
  readonly log?: Log;
  close(): Promise<void>;
};

/** Declared differences between adapters; the suite holds each to its own. */
export type StoreTraits = {
  /** The log is in the store, so that a committed event is told at once and nothing is ever unlogged. */
  readonly logsItself?: boolean;
};

/** The store of the running test; opened anew for each. */
export type Given = () => OpenedStore;

export type StoreOf = (racer: number) => Store;

/** Divides racers between two processes' stores, or lets all use the one there is. */
export async function twoStores({ store, another }: OpenedStore): Promise<StoreOf> {
  const other = (await another?.()) ?? store;
  return (racer) => (racer % 2 === 0 ? store : other);
}

/** Begins at the real time, so that Redis' own expiry, which can't be moved, stays behind it. */
export function createClock(): Clock {
  let time = Date.now();
  return {
    now: () => time,
    set(ms) {
      time = ms;
    },
  };
}

/** The promise's outcome, or a rejection that is not `Unavailable` if it hangs. */
export async function withinMs<T>(ms: number, promise: Promise<T>): Promise<T> {
  const patience = new AbortController();
  const hung = pause(ms, undefined, { signal: patience.signal }).then(
    () => assert.fail(`no answer within ${ms} ms`),
    () => promise,
  );
  return await Promise.race([promise, hung]).finally(() => patience.abort());
}
