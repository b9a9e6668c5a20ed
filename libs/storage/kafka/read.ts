import type { Cluster, KafkaMessage } from 'kafkajs';
import { nameError, openCluster, patiently, toLogRecord } from './client.ts';
import type { MakeClient } from './client.ts';
import type { LogRecord, ReadOptions } from '../log.ts';
import { Unavailable } from '../unavailable.ts';

type Span = {
  readonly topic: string;
  readonly partition: number;
  position: bigint;
  readonly end: bigint;
  empty: number;
};

type Fetched = {
  readonly topicName: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly highWatermark: string;
    readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
  }[];
};

const findTimeoutMs = 5000;
const stallTimeoutMs = 15_000;
const fetchWaitMs = 250;
const fetchBytesMax = 4 * 1024 * 1024;
const partitionBytesMax = 512 * 1024;
const readCommitted = 1;
/** So many empty answers in a row below the end mean that nothing readable is left there: compaction may leave no record. */
const emptyMax = 4;

/**
 * Reads the span of each partition that was in the log when the read began, without a consumer group: it asks the
 * leaders for records from an offset, as replicas do. The end is an offset, never a count: compaction and markers leave
 * gaps. This log writes no transactions, so the records of an aborted foreign one are not sorted out.
 */
export async function* readSpan(makeClient: MakeClient, options: ReadOptions): AsyncGenerator<LogRecord> {
  const client = makeClient();
  const cluster = openCluster(client);
  try {
    let open = await findSpans(cluster, options);
    let idleSince: number | undefined;
    while (open.length > 0) {
      const answers = await fetchPatiently(cluster, open);
      idleSince = answers.every(isEmpty) ? (idleSince ?? performance.now()) : undefined;
      // Only a log that lost what it had acknowledged ends before the end that it named.
      if (idleSince !== undefined && performance.now() - idleSince > stallTimeoutMs)
        throw new Unavailable('log', 'cut off');
      for (const { topic, partition, messages } of answers.flatMap((answer) => take(answer, open))) {
        for (const message of messages) {
          const record = toLogRecord(topic, partition, message);
          if (record.appendedAt >= (options.from ?? 0) && record.appendedAt < (options.to ?? Infinity)) yield record;
        }
      }
      open = open.filter((span) => span.position < span.end);
    }
  } catch (error) {
    throw error instanceof Unavailable ? error : new Unavailable('log', nameError(error));
  } finally {
    client.kill();
  }
}

async function findSpans(cluster: Cluster, options: ReadOptions): Promise<Span[]> {
  const topics = [...new Set(options.topics)];
  const ask = async () => {
    await cluster.connect();
    await cluster.addMultipleTargetTopics(topics);
    const ends = await offsets(cluster, topics, 'end');
    const starts = await offsets(cluster, topics, options.from ?? 'start');
    const cuts = options.to === undefined ? ends : await offsets(cluster, topics, options.to);
    return [...ends].map(([slot, end]) => {
      const at = slot.lastIndexOf('/');
      const [topic, partition] = [slot.slice(0, at), Number(slot.slice(at + 1))];
      // -1 answers a time after the last record.
      const start = starts.get(slot) ?? -1n;
      const cut = cuts.get(slot) ?? -1n;
      return {
        topic,
        partition,
        position: start < 0n ? end : start,
        end: cut >= 0n && cut < end ? cut : end,
        empty: 0,
      };
    });
  };
  const spans = await patiently(findTimeoutMs, ask, () => cluster.refreshMetadata());
  const wanted = options.partitions && new Set(options.partitions);
  return spans.filter(({ partition, position, end }) => position < end && (wanted?.has(partition) ?? true));
}

async function offsets(
  cluster: Cluster,
  topics: readonly string[],
  at: 'start' | 'end' | number,
): Promise<Map<string, bigint>> {
  const questions = topics.map((topic) => {
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
    return typeof at === 'number'
      ? { topic, partitions, fromTimestamp: at }
      : { topic, partitions, fromBeginning: at === 'start' };
  });
  const answers = await cluster.fetchTopicsOffset(questions);
  return new Map(
    answers.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [slotOf(topic, partition), BigInt(offset)] as const),
    ),
  );
}

/** As long as one round succeeds within the stall time-out, leaders may change and connections be lost. */
async function fetchPatiently(cluster: Cluster, open: Span[]): Promise<Fetched[][]> {
  const recover = async (error: unknown) => {
    await cluster.refreshMetadata();
    if (nameError(error) === 'OFFSET_OUT_OF_RANGE') await skipDeleted(cluster, open);
  };
  return await patiently(stallTimeoutMs, () => fetchAll(cluster, open), recover);
}

/** Retention may overtake a reader: what is gone is no longer in the log. */
async function skipDeleted(cluster: Cluster, open: Span[]): Promise<void> {
  const starts = await offsets(cluster, [...new Set(open.map(({ topic }) => topic))], 'start');
  for (const span of open) {
    const start = starts.get(slotOf(span.topic, span.partition)) ?? 0n;
    if (start > span.position) span.position = start;
  }
}

/** One answer of each leader. */
async function fetchAll(cluster: Cluster, open: readonly Span[]): Promise<Fetched[][]> {
  const leaders = new Map<string, Map<string, Span[]>>();
  for (const span of open) {
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(span.topic, [span.partition]));
    if (nodeId === undefined) throw new Unavailable('log', `no leader for ${span.topic}/${span.partition}`);
    const topics = leaders.get(nodeId) ?? new Map<string, Span[]>();
    leaders.set(nodeId, topics.set(span.topic, [...(topics.get(span.topic) ?? []), span]));
  }
  const requests = [...leaders].map(async ([nodeId, topics]) => {
    const broker = await cluster.findBroker({ nodeId });
    const answer: { responses: Fetched[] } = await broker.fetch({
      isolationLevel: readCommitted,
      maxWaitTime: fetchWaitMs,
      maxBytes: fetchBytesMax,
      topics: [...topics].map(([topic, spans]) => ({
        topic,
        partitions: spans.map(({ partition, position }) => ({
          partition,
          fetchOffset: String(position),
          maxBytes: partitionBytesMax,
        })),
      })),
    });
    return answer.responses;
  });
  return await Promise.all(requests);
}

const isEmpty = (answer: readonly Fetched[]): boolean =>
  answer.every(({ partitions }) => partitions.every(({ messages }) => messages.length === 0));

type Taken = { readonly topic: string; readonly partition: number; readonly messages: readonly KafkaMessage[] };

/** Moves the positions by one leader's answer, and returns what lies within the spans. */
function take(answer: readonly Fetched[], open: readonly Span[]): Taken[] {
  const spans = new Map(open.map((span) => [slotOf(span.topic, span.partition), span]));
  // An answer that is filled by some partitions says nothing about the others.
  const empty = isEmpty(answer);
  return answer.flatMap(({ topicName, partitions }) =>
    partitions.flatMap(({ partition, highWatermark, messages }) => {
      const span = spans.get(slotOf(topicName, partition));
      if (!span) return [];
      const from = span.position;
      const last = messages.at(-1);
      if (last) span.position = BigInt(last.offset) + 1n;
      span.empty = empty ? span.empty + 1 : 0;
      // A leader that was just elected may not know yet that the records below the end are committed.
      if (span.empty >= emptyMax && BigInt(highWatermark) >= span.end) span.position = span.end;
      const wanted = messages.filter(({ offset, isControlRecord }) => {
        return !isControlRecord && BigInt(offset) >= from && BigInt(offset) < span.end;
      });
      return [{ topic: topicName, partition, messages: wanted }];
    }),
  );
}

const slotOf = (topic: string, partition: number): string => `${topic}/${partition}`;
