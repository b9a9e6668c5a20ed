import type { Message, TopicMessages } from 'kafkajs';
import { slotOf } from './batcher.ts';
import type { SendResult, Transport } from './batcher.ts';
import type { Placed } from './calls.ts';
import { nameError, within } from './client.ts';
import type { MakeClient } from './client.ts';
import type { HeaderValue, OutgoingRecord } from '../log.ts';
import { partitionOf } from './murmur2.ts';

const openTimeoutMs = 10_000;
/** Below the client's own time-out, so that a slow replica is the broker's answer and not a guess. */
const ackTimeoutMs = 4000;
const requestTimeoutMs = 5000;

/** Errors with which a broker says that it will never take these bytes. */
const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE']);

/**
 * A new idempotent producer on a client of its own. Within it, kafkajs repeats a request with the same sequence numbers,
 * so brokers drop the duplicates; that holds because the batcher has one request in flight and never uses a producer
 * again after a rejection.
 */
export async function openProducer(
  makeClient: MakeClient,
  partitions: (topic: string) => Promise<number>,
): Promise<Transport> {
  const client = makeClient({ requestTimeoutMs, retries: 4, retryMaxMs: 1000 });
  const producer = client.kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    // Given here as well, because the default for idempotent producers is never reached.
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  try {
    await within(openTimeoutMs, 'opening a producer', producer.connect());
  } catch (error) {
    client.kill();
    throw error;
  }
  return {
    partitions,
    kill: () => client.kill(),
    async send(records): Promise<SendResult> {
      try {
        const topicMessages = groupByTopic(records);
        const answers = await producer.sendBatch({ acks: -1, timeout: ackTimeoutMs, topicMessages });
        const good = answers.filter((answer) => answer.errorCode === 0);
        return { kind: 'answered', acked: new Set(good.map((answer) => slotOf(answer.topicName, answer.partition))) };
      } catch (error) {
        const reason = nameError(error);
        if (refusals.has(reason)) return { kind: 'refused', reason };
        throw error;
      }
    },
  };
}

/** Partitions by key as every Kafka client does, and in turn for records without one. */
export function createPlacing(): (record: OutgoingRecord, count: number) => number {
  let turn = 0;
  return ({ key }, count) => {
    if (key !== null) return partitionOf(Buffer.from(key), count);
    turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
    return turn % count;
  };
}

function groupByTopic(records: readonly Placed[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { record, partition } of records) {
    const messages = topics.get(record.topic) ?? [];
    topics.set(record.topic, messages);
    messages.push({
      partition,
      key: toBuffer(record.key),
      value: toBuffer(record.value),
      headers: Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, toBuffers(value)])),
    });
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

const toBuffer = (bytes: string | Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

const toBuffers = (value: HeaderValue): Buffer | Buffer[] =>
  Array.isArray(value) ? value.map((one) => Buffer.from(one)) : Buffer.from(value);
