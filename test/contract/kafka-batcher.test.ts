import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { OutgoingRecord } from '#storage/log.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { createFakeProducers } from '../support/fake-producers.ts';
import type { FakeProducers, Request } from '../support/fake-producers.ts';

/** Keys name their partition. */
const record = (value: string, key: string | null = '0', topic = 'topic'): OutgoingRecord => ({
  topic,
  key,
  headers: {},
  value,
});

/** The n-th request, once it is there. */
async function request(fake: FakeProducers, n: number): Promise<Request> {
  await vi.waitFor(() => expect(fake.requests.length).toBeGreaterThan(n), { timeout: 5000, interval: 1 });
  const found = fake.requests[n];
  assert(found);
  return found;
}

type State = 'waits' | 'done' | 'rejected';

/** Publishes, and keeps what becomes of it. */
function publish(fake: FakeProducers, ...records: OutgoingRecord[]) {
  let state: State = 'waits';
  const done = fake.batcher.publish(records).then(
    () => (state = 'done'),
    (error: unknown) => {
      assert(error instanceof Unavailable);
      return (state = 'rejected');
    },
  );
  return { done, state: () => state };
}

type Call = ReturnType<typeof publish>;

/** What publications have come to after everything that can happen without waiting. */
async function states(...calls: readonly Call[]): Promise<State[]> {
  for (let i = 0; i < 5; i += 1) await nextTurn();
  return calls.map((call) => call.state());
}

/** What publications come to in the end. */
const outcomes = (...calls: readonly Call[]) => Promise.all(calls.map(({ done }) => done));

describe('what goes into one request', () => {
  it('is everything that waits, and the next follows its answer: one in flight', async () => {
    const fake = createFakeProducers();
    const first = publish(fake, record('a'));
    const [a] = [await request(fake, 0)];
    const later = [publish(fake, record('b'), record('c', '1')), publish(fake, record('d'))];
    expect(await states(first, ...later)).toEqual(['waits', 'waits', 'waits']);
    expect(fake.requests.map(({ values }) => values)).toEqual([['a']]);
    a.answer();
    expect((await request(fake, 1)).values).toEqual(['b', 'c', 'd']);
    expect(await states(first)).toEqual(['done']);
    fake.requests[1]?.answer();
    expect(await outcomes(...later)).not.toContain('rejected');
    expect(fake.opened).toBe(1);
  });

  it('is never a part of a call, whatever its size', async () => {
    const fake = createFakeProducers({ requestRecordsMax: 5, requestBytesMax: 1_000 });
    const busy = publish(fake, record('busy'));
    await request(fake, 0);
    const sizes = [3, 2, 1, 9, 1];
    const calls = sizes.map((size, i) => publish(fake, ...Array.from({ length: size }, () => record(String(i)))));
    calls.push(publish(fake, record('y'.repeat(600))), publish(fake, record('z'.repeat(600))));
    for (let i = 0; i < 6; i += 1) (await request(fake, i)).answer();
    expect(await outcomes(busy, ...calls)).not.toContain('rejected');
    const sent = fake.requests.slice(1).map(({ values }) => values.map((value) => value.charAt(0)).join(''));
    expect(sent).toEqual(['00011', '2', '333333333', '4y', 'z']);
  });

  it('goes to the partition of its key, and without a key to each in turn', async () => {
    const fake = createFakeProducers();
    const call = publish(fake, record('a', '3'), record('b', null), record('c', null), record('d', '3'));
    const sent = await request(fake, 0);
    expect(sent.slots).toEqual(['topic/3', 'topic/0', 'topic/1']);
    sent.answer();
    expect(await outcomes(call)).toEqual(['done']);
  });
});

describe('a request that failed', () => {
  it('is repeated by a new producer before anything else', async () => {
    const fake = createFakeProducers();
    const calls = [publish(fake, record('a'), record('b'))];
    const first = await request(fake, 0);
    calls.push(publish(fake, record('c')));
    first.fail();
    const second = await request(fake, 1);
    expect(second).toMatchObject({ producer: 1, values: ['a', 'b'] });
    expect(fake.killed).toEqual([0]);
    second.fail();
    const third = await request(fake, 2);
    expect(third).toMatchObject({ producer: 2, values: ['a', 'b'] });
    expect(await states(...calls)).toEqual(['waits', 'waits']);
    third.answer();
    const fourth = await request(fake, 3);
    expect(fourth).toMatchObject({ producer: 2, values: ['c'] });
    fourth.answer();
    expect(await outcomes(...calls)).not.toContain('rejected');
    expect(fake.killed).toEqual([0, 1]);
  });

  it('keeps the partitions it had, for records without a key too', async () => {
    const fake = createFakeProducers();
    const call = publish(fake, record('a', null), record('b', null));
    const first = await request(fake, 0);
    first.fail();
    const second = await request(fake, 1);
    expect(second.slots).toEqual(first.slots);
    second.answer();
    expect(await outcomes(call)).toEqual(['done']);
  });

  it('is repeated only as far as it was not answered: a partition missing in the answer is not told', async () => {
    const fake = createFakeProducers();
    const calls = [
      publish(fake, record('a', '0'), record('b', '1')),
      publish(fake, record('c', '0')),
      publish(fake, record('d', '1'), record('e', '0')),
    ];
    const first = await request(fake, 0);
    expect(first.values).toEqual(['a', 'b', 'c', 'd', 'e']);
    first.answer(['topic/0']);
    const second = await request(fake, 1);
    expect(second).toMatchObject({ producer: 1, values: ['b', 'd'], slots: ['topic/1'] });
    const later = publish(fake, record('f', '0'));
    expect(await states(...calls, later)).toEqual(['waits', 'done', 'waits', 'waits']);
    second.answer();
    (await request(fake, 2)).answer();
    expect(await outcomes(...calls, later)).not.toContain('rejected');
    expect(fake.requests.map(({ values }) => values.join(''))).toEqual(['abcde', 'bd', 'f']);
  });
});

describe('bytes that the broker refuses', () => {
  it('reject their call at once', async () => {
    const fake = createFakeProducers();
    const call = publish(fake, record('bad'));
    (await request(fake, 0)).refuse();
    expect(await outcomes(call)).toEqual(['rejected']);
    expect(fake.requests).toHaveLength(1);
  });

  it('do not spoil the calls that shared their request: each goes alone, in order', async () => {
    const fake = createFakeProducers();
    const calls = ['a', 'bad', 'c'].map((value) => publish(fake, record(value)));
    (await request(fake, 0)).refuse();
    (await request(fake, 1)).answer();
    (await request(fake, 2)).refuse();
    (await request(fake, 3)).answer();
    expect(await states(...calls)).toEqual(['done', 'rejected', 'done']);
    expect(fake.requests.map(({ values }) => values.join())).toEqual(['a,bad,c', 'a', 'bad', 'c']);
    const later = ['d', 'e'].map((value) => publish(fake, record(value)));
    const together = await request(fake, 4);
    expect(together.values).toEqual(['d', 'e']);
    together.answer();
    expect(await outcomes(...later)).not.toContain('rejected');
  });

  it('are those for a topic that does not exist, too, and cost nobody else anything', async () => {
    const fake = createFakeProducers();
    const calls = [publish(fake, record('lost', '0', 'nowhere')), publish(fake, record('a'))];
    const sent = await request(fake, 0);
    expect(sent.values).toEqual(['a']);
    sent.answer();
    expect(await states(...calls)).toEqual(['rejected', 'done']);
    expect(fake.killed).toEqual([]);
  });
});

describe('the deadline', () => {
  it('rejects a call whose answer does not come, and kills its producer before another sends', async () => {
    const fake = createFakeProducers({ deadlineMs: 50 });
    const hanging = publish(fake, record('a'));
    const zombie = await request(fake, 0);
    expect(await outcomes(hanging)).toEqual(['rejected']);
    const later = publish(fake, record('b'));
    const second = await request(fake, 1);
    expect(second).toMatchObject({ producer: 1, values: ['b'] });
    expect(fake.killed).toEqual([0]);
    zombie.answer();
    second.answer();
    expect(await outcomes(later)).toEqual(['done']);
    expect(fake.requests).toHaveLength(2);
  });

  it('holds while no producer can be made, and for each call by itself', async () => {
    const fake = createFakeProducers({ deadlineMs: 80 });
    fake.away = true;
    const first = publish(fake, record('a'));
    expect(await outcomes(first)).toEqual(['rejected']);
    expect(fake.requests).toEqual([]);
  });

  it('takes a call that is over out of what is repeated', async () => {
    const fake = createFakeProducers({ deadlineMs: 100 });
    const old = publish(fake, record('old'));
    const first = await request(fake, 0);
    const startedAt = performance.now();
    await vi.waitUntil(() => performance.now() - startedAt > 60, { interval: 5 });
    const young = publish(fake, record('young'));
    expect(await outcomes(old)).toEqual(['rejected']);
    first.fail();
    const second = await request(fake, 1);
    expect(second.values).toEqual(['young']);
    second.answer();
    expect(await outcomes(young)).toEqual(['done']);
  });
});

describe('a log that has been away for longer than the deadline', () => {
  it('is not waited for: publications are refused at once, and taken again when it is back', async () => {
    const fake = createFakeProducers({ deadlineMs: 50 });
    fake.away = true;
    const startedAt = performance.now();
    expect(await outcomes(publish(fake, record('a')))).toEqual(['rejected']);
    await vi.waitUntil(() => performance.now() - startedAt > 80, { interval: 5 });
    expect(await states(publish(fake, record('b')))).toEqual(['rejected']);
    // Nothing waits, and whoever would decide first and tell then must know all the same.
    expect(fake.batcher.waitingMs()).toBeGreaterThan(50);
    fake.away = false;
    await vi.waitUntil(() => fake.opened > 0, { interval: 1, timeout: 5000 });
    await nextTurn();
    expect(fake.batcher.waitingMs()).toBe(0);
    const call = publish(fake, record('c'));
    const sent = await request(fake, 0);
    expect(sent.values).toEqual(['c']);
    sent.answer();
    expect(await outcomes(call)).toEqual(['done']);
  });
});

describe('the queue', () => {
  it.each([
    ['records', { queueRecordsMax: 3 }],
    ['bytes', { queueBytesMax: 100 }],
  ])('is bounded in %s, those in flight included', async (_, limits) => {
    const fake = createFakeProducers(limits);
    const calls = ['a', 'b', 'c'].map((value) => publish(fake, record(value)));
    expect(fake.batcher.full()).toBe(true);
    expect(await states(publish(fake, record('d')))).toEqual(['rejected']);
    (await request(fake, 0)).answer();
    expect(await outcomes(...calls)).not.toContain('rejected');
    expect(fake.batcher.full()).toBe(false);
  });

  it('takes no single call above the bound of a call', async () => {
    const fake = createFakeProducers({ callBytesMax: 100 });
    expect(await states(publish(fake, record('x'.repeat(101))))).toEqual(['rejected']);
    expect(fake.batcher.full()).toBe(false);
    expect(fake.batcher.waitingMs()).toBe(0);
  });
});

describe('closing', () => {
  it('waits for what is queued, then kills the producer', async () => {
    const fake = createFakeProducers();
    const call = publish(fake, record('a'));
    const sent = await request(fake, 0);
    const closed = fake.batcher.close(5000);
    expect(await states(publish(fake, record('late')))).toEqual(['rejected']);
    expect(fake.killed).toEqual([]);
    sent.answer();
    await closed;
    expect(call.state()).toBe('done');
    expect(fake.killed).toEqual([0]);
  });

  it('rejects what is still there after the grace', async () => {
    const fake = createFakeProducers();
    const call = publish(fake, record('a'));
    await request(fake, 0);
    await fake.batcher.close(20);
    expect(await outcomes(call)).toEqual(['rejected']);
    expect(fake.killed).toContain(0);
  });
});
