import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatcher, slotOf } from '#storage/kafka/batcher.ts';
import type { Batcher, SendResult, Transport } from '#storage/kafka/batcher.ts';
import type { Placed } from '#storage/kafka/calls.ts';

/** What becomes of one produce request. `mask` chooses slots, `late` after how many further requests bytes are worked off. */
type Fate =
  | { readonly kind: 'ok' | 'refused' }
  | { readonly kind: 'failed' | 'hung'; readonly appended: boolean; readonly late: number }
  | { readonly kind: 'partial'; readonly mask: number; readonly appended: boolean };

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ok' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('failed' as const, 'hung' as const),
      appended: fc.boolean(),
      late: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('partial' as const), mask: fc.nat(7), appended: fc.boolean() }),
  },
);

const keys = ['0', '1', '2', '3', '4'];
const partitions = 3;
const versions = 6;

/** Brokers that do to each request what the fates say, and take every one after the last. */
function createBrokers(fates: readonly Fate[]) {
  const slots = new Map<string, Placed[]>();
  let late: { left: number; readonly records: readonly Placed[] }[] = [];
  let requests = 0;

  function append(records: readonly Placed[]): void {
    for (const placed of records) {
      const slot = slotOf(placed.record.topic, placed.partition);
      slots.set(slot, [...(slots.get(slot) ?? []), placed]);
    }
  }

  function workOff(): void {
    for (const batch of late) {
      if (batch.left === 0) append(batch.records);
      batch.left -= 1;
    }
    late = late.filter(({ left }) => left >= 0);
  }

  async function send(records: readonly Placed[]): Promise<SendResult> {
    const what = fates[requests] ?? { kind: 'ok' };
    requests += 1;
    workOff();
    const touched = [...new Set(records.map(({ record, partition }) => slotOf(record.topic, partition)))];
    if (what.kind === 'refused') return { kind: 'refused', reason: 'too large' };
    if (what.kind === 'failed' || what.kind === 'hung') {
      if (what.appended) late.push({ left: what.late, records });
      if (what.late === 0) workOff();
      if (what.kind === 'hung') return await new Promise(() => {});
      throw new Error('connection lost');
    }
    const mask = what.kind === 'partial' ? what.mask : -1;
    const acked = new Set(touched.filter((_, i) => ((mask >> i) & 1) === 1));
    const isAcked = ({ record, partition }: Placed) => acked.has(slotOf(record.topic, partition));
    append(records.filter((placed) => isAcked(placed) || (what.kind === 'partial' && what.appended)));
    return { kind: 'answered', acked };
  }

  const open = async (): Promise<Transport> => ({ partitions: async () => partitions, send, kill: () => {} });
  return { open, slots, send };
}

/** Tells each version with all before it that are not known to be told; the impatient make the next before the answer. */
async function own(batcher: Batcher, key: string, isImpatient: () => boolean): Promise<void> {
  const owner = { told: 0 };
  const tell = async (last: number) => {
    while (owner.told < last) {
      const untold = Array.from({ length: last - owner.told }, (_, i) => `${key}:${owner.told + i + 1}`);
      try {
        await batcher.publish(untold.map((value) => ({ topic: 'topic', key, headers: {}, value })));
        owner.told = Math.max(owner.told, last);
      } catch {
        await pause(1);
      }
    }
  };
  const calls: Promise<void>[] = [];
  for (let version = 1; version <= versions; version += 1) {
    calls.push(tell(version));
    if (!isImpatient()) await calls.at(-1);
  }
  await Promise.all(calls);
}

/** Runs `owners` against brokers with these fates, and gives the first occurrences of each key in the order of the log. */
async function firsts(
  fates: readonly Fate[],
  deadlineMs: number,
  owners: (batcher: Batcher) => Promise<unknown>,
): Promise<string[][]> {
  const { open, slots } = createBrokers(fates);
  const batcher = createBatcher({
    open,
    place: ({ key }, count) => Number(key) % count,
    now: () => performance.now(),
    limits: { deadlineMs, reopenMinMs: 1, reopenMaxMs: 1, requestRecordsMax: 8 },
  });
  await owners(batcher);
  await batcher.close(100);
  const told = [...slots.values()].flat().map(({ record }) => String(record.value));
  return keys.map((key) => [...new Set(told.filter((value) => value.startsWith(`${key}:`)))]);
}

const inOrder = keys.map((key) => Array.from({ length: versions }, (_, i) => `${key}:${i + 1}`));

describe('the first occurrences of a key', () => {
  it('come in the order of the calls, as long as none is rejected', async () => {
    const bearable = fate.filter(({ kind }) => kind !== 'hung' && kind !== 'refused');
    await fc.assert(
      fc.asyncProperty(fc.array(bearable, { maxLength: 12 }), async (fates) => {
        // Bytes of a request that failed are worked off before the next one: the old connection is gone by then.
        const prompt = fates.map((one) => (one.kind === 'failed' ? { ...one, late: 0 } : one));
        const told = firsts(prompt, 10_000, (batcher) =>
          Promise.all(
            inOrder.flatMap((values, key) =>
              values.map((value) => batcher.publish([{ topic: 'topic', key: `${key}`, headers: {}, value }])),
            ),
          ),
        );
        expect(await told).toEqual(inOrder);
      }),
      { numRuns: 100 },
    );
  });

  it('come in order whatever becomes of requests, if its owner tells again what was rejected', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 25 }), fc.array(fc.boolean()), async (fates, impatience) => {
        let decisions = 0;
        const isImpatient = () => impatience[decisions++ % impatience.length] ?? false;
        const told = firsts(fates, 12, (batcher) => Promise.all(keys.map((key) => own(batcher, key, isImpatient))));
        expect(await told).toEqual(inOrder);
      }),
      { numRuns: 150 },
    );
  });
});
