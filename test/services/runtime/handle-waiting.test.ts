import { describe, expect, it } from 'vitest';
import { Unavailable } from '#storage/unavailable.ts';
import { eventually } from '../../support/installation.ts';
import { createGround } from '../../support/one-record.ts';

const patienceMs = 50;

/** A log that takes nothing until `wake`; `waitingMs` is then what its oldest publication would say. */
function createHanging() {
  const ground = createGround(patienceMs);
  const { promise, resolve: wake } = Promise.withResolvers<void>();
  ground.state.hang = promise;
  return { ...ground, wake };
}

describe('a command while the log hangs', () => {
  it('refuses its caller after a while, goes on telling behind that, and answers who repeats it', async () => {
    const { state, told, make, wake } = createHanging();
    await expect(make('one')).rejects.toBeInstanceOf(Unavailable);
    expect(state.record?.version).toBe(1);
    expect(told).toEqual([]);
    wake();
    await eventually('a settled record', () => state.record?.unlogged.length === 0);
    const count = told.length;
    expect(await make('one')).toMatchObject({ kind: 'done', fresh: false });
    expect(told).toHaveLength(count);
  });

  it('is refused undecided when its turn comes after one that waited in vain', async () => {
    const { state, make, erase, wake } = createHanging();
    const first = make('one');
    const second = erase('two');
    await eventually('a commit', () => state.record);
    state.waitingMs = patienceMs + 1;
    await expect(first).rejects.toBeInstanceOf(Unavailable);
    await expect(second).rejects.toBeInstanceOf(Unavailable);
    expect(state.record?.version).toBe(1);
    wake();
  });
});
