import { onTestFinished } from 'vitest';
import { createBatcher, slotOf } from '#storage/kafka/batcher.ts';
import type { Batcher, BatcherLimits, SendResult, Transport } from '#storage/kafka/batcher.ts';
import type { OutgoingRecord } from '#storage/log.ts';

/** A produce request that waits for the test to say what becomes of it. */
export type Request = {
  /** Number of the producer that sends it, from 0. */
  readonly producer: number;
  readonly values: string[];
  readonly slots: string[];
  /** Acknowledges these slots; without any, all of them. */
  answer(slots?: readonly string[]): void;
  refuse(): void;
  fail(): void;
};

export type FakeProducers = {
  readonly batcher: Batcher;
  /** All requests so far, in the order in which they were sent. */
  readonly requests: Request[];
  /** Numbers of the producers that were killed. */
  readonly killed: number[];
  readonly partitions: Map<string, number>;
  opened: number;
  /** While true no producer can be made. */
  away: boolean;
};

/** A batcher on producers that the test plays. A record goes to the partition that its key names. */
export function createFakeProducers(limits: Partial<BatcherLimits> = {}): FakeProducers {
  const requests: Request[] = [];
  const killed: number[] = [];
  const partitions = new Map([['topic', 4]]);
  const open = async (): Promise<Transport> => {
    if (fake.away) throw new Error('away');
    const producer = fake.opened++;
    return {
      partitions: async (topic) => partitions.get(topic) ?? 0,
      kill: () => void killed.push(producer),
      send(records) {
        const { promise, resolve, reject } = Promise.withResolvers<SendResult>();
        const slots = [...new Set(records.map(({ record, partition }) => slotOf(record.topic, partition)))];
        requests.push({
          producer,
          values: records.map(({ record }) => String(record.value)),
          slots,
          answer: (acked = slots) => resolve({ kind: 'answered', acked: new Set(acked) }),
          refuse: () => resolve({ kind: 'refused', reason: 'too large' }),
          fail: () => reject(new Error('connection lost')),
        });
        return promise;
      },
    };
  };
  let turn = 0;
  const place = ({ key }: OutgoingRecord, count: number) => (key === null ? turn++ : Number(key)) % count;
  const fake: FakeProducers = {
    batcher: createBatcher({
      // Made only when asked for, so that a test can say before that there is none.
      open: async () => await Promise.resolve().then(open),
      place,
      now: () => performance.now(),
      limits: { reopenMinMs: 1, reopenMaxMs: 2, ...limits },
    }),
    requests,
    killed,
    partitions,
    opened: 0,
    away: false,
  };
  onTestFinished(async () => await fake.batcher.close(0));
  return fake;
}
