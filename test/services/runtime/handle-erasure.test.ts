import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from '#storage/log.ts';
import { isErased, type StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { createGround, subject } from '../../support/one-record.ts';

const typesOf = (told: readonly OutgoingRecord[]) =>
  told.map(({ value, headers }) => (value === null ? 'tombstone' : String(headers['ce_type']).split('.')[1]));

describe('erasing', () => {
  it('leaves nothing, tells it with the tombstone in one publication, and the next command begins another life', async () => {
    const { state, told, make, erase } = createGround();
    await make('one');
    const first = state.record;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
    expect(typesOf(told)).toEqual(['account-created', 'document-snapshot', 'account-erased', 'tombstone']);
    await make('three');
    expect(state.record?.version).toBe(1);
    expect(state.record?.life).not.toBe(first?.life);
    expect(state.record?.salt).not.toBe(first?.salt);
  });

  it('of nothing is refused as the rule says, and once more after an erasure', async () => {
    const { make, erase } = createGround();
    const refused = { kind: 'refused', refusal: { code: 'not-found' } };
    expect(await erase('one')).toEqual(refused);
    await make('two');
    expect(await erase('three')).toEqual({ kind: 'erased' });
    expect(await erase('four')).toEqual(refused);
  });

  it('is done when the answer of its commit was lost', async () => {
    const { state, told, make, erase } = createGround();
    await make('one');
    state.loseAnswer = true;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
    expect(typesOf(told).slice(2)).toEqual(['account-erased', 'tombstone']);
  });

  it('is done when the answer was lost and somebody else has told it before this one could look', async () => {
    const { state, make, erase } = createGround();
    await make('one');
    state.loseAnswer = state.toldByOthers = true;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
  });

  it('that could not be told answers nobody, and is told by whoever comes next', async () => {
    const { state, told, handle, make, erase } = createGround();
    await make('one');
    state.logAway = true;
    await expect(erase('two')).rejects.toBeInstanceOf(Unavailable);
    expect(isErased(state.record as StoredRecord)).toBe(true);
    await expect(handle.look(subject)).rejects.toBeInstanceOf(Unavailable);
    await expect(make('three')).rejects.toBeInstanceOf(Unavailable);
    state.logAway = false;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(await handle.look(subject)).toBeUndefined();
    expect(typesOf(told).slice(2)).toEqual(['account-erased', 'tombstone']);
  });

  it('waits in the record until it is told; a look tells it and finds nothing', async () => {
    const { state, handle, make, erase } = createGround();
    await make('one');
    state.logAway = true;
    await expect(erase('two')).rejects.toBeInstanceOf(Unavailable);
    state.logAway = false;
    expect(await handle.look(subject)).toBeUndefined();
    expect(state.record).toBeUndefined();
    expect(await make('three')).toMatchObject({ kind: 'done', fresh: true });
  });
});
