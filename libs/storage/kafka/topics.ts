import type { Admin, Broker, Cluster, ConfigResourceTypes, ITopicConfig } from 'kafkajs';
import { nameError, openCluster, patiently, within } from './client.ts';
import type { Client, MakeClient } from './client.ts';
import type { Lag, TopicSettings } from '../log.ts';
import { Unavailable } from '../unavailable.ts';

/** One connection for questions about the cluster, made at the first one and again after a failure. */
export type Desk = {
  /** Asks within `timeoutMs`, or rejects with Unavailable. Errors named in `answers` are answers: they come through. */
  ask<T>(timeoutMs: number, question: (connected: Connected) => Promise<T>, answers?: readonly string[]): Promise<T>;
};

export type Connected = { readonly admin: Admin; readonly cluster: Cluster };

const partitionsDefault = 12;
const replicasMax = 3;
const adminTimeoutMs = 15_000;
const lagTimeoutMs = 5000;
const memberTimeoutMs = 5000;
/** Room for the largest publication in one record batch. */
const messageBytesMax = 4 * 1024 * 1024;
/** What was erased must not stay for longer, so a topic that is compacted otherwise is warned of. */
const compactionLagMs = 3_600_000;

/** One connection that all questions share; after a failure the next question opens another. */
export function createDesk(makeClient: MakeClient): Desk {
  let current: { readonly client: Client; readonly connected: Promise<Connected> } | undefined;

  function connect(): { readonly client: Client; readonly connected: Promise<Connected> } {
    const client = makeClient();
    const admin = client.kafka.admin();
    const cluster = openCluster(client);
    const connected = Promise.all([admin.connect(), cluster.connect()]).then(() => ({ admin, cluster }));
    connected.catch(() => {});
    return { client, connected };
  }

  function drop(used: { readonly client: Client }): void {
    used.client.kill();
    if (current === used) current = undefined;
  }

  return {
    async ask(timeoutMs, question, answers = []) {
      current ??= connect();
      const used = current;
      try {
        return await within(timeoutMs, 'the answer', used.connected.then(question));
      } catch (error) {
        if (answers.includes(nameError(error)) || error instanceof TopicMismatch) throw error;
        drop(used);
        throw error instanceof Unavailable ? error : new Unavailable('log', nameError(error));
      }
    },
  };
}

/** A topic that exists otherwise than wanted, and can't be changed without moving keys. */
class TopicMismatch extends Error {}

/** Answers how many partitions a topic has, 0 for none; remembered, because the count of a topic never changes here. */
export function createPartitionCounts(desk: Desk): (topic: string) => Promise<number> {
  const known = new Map<string, number>();
  const unknown = 'UNKNOWN_TOPIC_OR_PARTITION';
  return async (topic) => {
    const remembered = known.get(topic);
    if (remembered !== undefined) return remembered;
    try {
      const count = await desk.ask(3000, ({ cluster }) => countPartitions(cluster, topic), [unknown]);
      if (count > 0) known.set(topic, count);
      return count;
    } catch (error) {
      if (nameError(error) === unknown) return 0;
      throw error;
    }
  };
}

async function countPartitions(cluster: Cluster, topic: string): Promise<number> {
  await cluster.addTargetTopic(topic);
  return cluster.findTopicPartitionMetadata(topic).length;
}

/**
 * See Log.ensureTopics. Of two processes that create the same topic one finds it there, and compares. `kind` is kafkajs's
 * name for topics among the things that have settings.
 */
export async function ensureTopics(
  desk: Desk,
  topics: readonly TopicSettings[],
  kind: ConfigResourceTypes.TOPIC,
): Promise<string[]> {
  return await desk.ask(adminTimeoutMs, async ({ admin, cluster }) => {
    const { brokers } = await admin.describeCluster();
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic.name));
    const replicas = Math.min(replicasMax, brokers.length);
    // One by one, because kafkajs does not say which ones of a group exist already.
    for (const topic of missing)
      await admin.createTopics({ topics: [describe(topic, replicas)], waitForLeaders: true });
    const warnings = brokers.length === 1 ? [oneBroker] : [];
    for (const topic of topics) warnings.push(...(await compare({ admin, cluster }, topic, kind)));
    return warnings;
  });
}

const oneBroker =
  'There is one Kafka broker: what it has acknowledged outlives kills of the process, not a loss of power or disk.';

function describe(topic: TopicSettings, replicas: number): ITopicConfig {
  const entries = {
    ...configOf(topic),
    'min.insync.replicas': String(replicas >= replicasMax ? 2 : 1),
    'unclean.leader.election.enable': 'false',
    'max.message.bytes': String(messageBytesMax),
    ...(topic.segmentMs !== undefined && { 'segment.ms': String(topic.segmentMs) }),
    ...(topic.compacted && { 'min.cleanable.dirty.ratio': '0.1' }),
  };
  return {
    topic: topic.name,
    numPartitions: topic.partitions ?? partitionsDefault,
    replicationFactor: replicas,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
  };
}

/** The settings that a topic is created with and compared by. */
function configOf(topic: TopicSettings): Record<string, string> {
  return {
    'cleanup.policy': topic.compacted ? 'compact' : 'delete',
    // The log's own clock, so that times rise within a partition and a span can be read.
    'message.timestamp.type': 'LogAppendTime',
    ...(topic.compacted
      ? { 'max.compaction.lag.ms': String(compactionLagMs) }
      : { 'retention.ms': Number.isFinite(topic.retentionMs) ? String(topic.retentionMs) : '-1' }),
  };
}

async function compare(
  { admin, cluster }: Connected,
  topic: TopicSettings,
  type: ConfigResourceTypes.TOPIC,
): Promise<string[]> {
  const wanted = topic.partitions ?? partitionsDefault;
  const found = await countPartitions(cluster, topic.name);
  if (found !== wanted) {
    throw new TopicMismatch(
      `Topic ${topic.name} has ${found} partitions and should have ${wanted}: ` +
        'another count would send known keys to other partitions and lose their order. Make the count equal or move the data.',
    );
  }
  const config = configOf(topic);
  const resource = { type, name: topic.name, configNames: Object.keys(config) };
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  return entries
    .filter(({ configName, configValue }) => config[configName] !== undefined && config[configName] !== configValue)
    .map(
      ({ configName, configValue }) =>
        `Topic ${topic.name} has ${configName}=${configValue} and should have ${config[configName]}.`,
    );
}

/** See Log.lag. A group that has committed nothing is behind by everything that is kept. */
export async function measureLag(desk: Desk, group: string, topics: readonly string[]): Promise<Lag[]> {
  return await desk.ask(adminTimeoutMs, ({ admin, cluster }) =>
    patiently(
      lagTimeoutMs,
      () => measure(admin, group, topics),
      () => cluster.refreshMetadata(),
    ),
  );
}

async function measure(admin: Admin, group: string, topics: readonly string[]): Promise<Lag[]> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  const lags: Lag[] = [];
  for (const { topic, partitions } of committed) {
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
    for (const { partition, offset } of partitions) {
      const end = ends.get(partition);
      if (!end) continue;
      const position = BigInt(offset) > BigInt(end.low) ? BigInt(offset) : BigInt(end.low);
      lags.push({ topic, partition, records: Math.max(0, Number(BigInt(end.high) - position)) });
    }
  }
  return lags;
}

/**
 * Takes a member out of its group for a consumer that ended without doing so. Otherwise the coordinator would wait for
 * it until its session is over, and its partitions with it. That it is out already is as good.
 */
export async function dismissMember(desk: Desk, group: string, memberId: string): Promise<void> {
  const gone = 'UNKNOWN_MEMBER_ID';
  try {
    await desk.ask(
      memberTimeoutMs,
      async ({ cluster }) => {
        const coordinator = await cluster.findGroupCoordinator({ groupId: group });
        if (canDismiss(coordinator)) await coordinator.leaveGroup({ groupId: group, memberId });
      },
      [gone],
    );
  } catch (error) {
    if (nameError(error) !== gone) throw error;
  }
}

/** kafkajs has this request and does not declare it. */
type Coordinator = { leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown> };

const canDismiss = (broker: Broker): broker is Broker & Coordinator => 'leaveGroup' in broker;
