import { setImmediate as nextTurn } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Cluster, Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { nameError, within } from './client.ts';
import type { Client, MakeClient } from './client.ts';
import type { Position } from './trackers.ts';

/** What the owner of a membership is told. None of these may throw. */
export type MemberEvents = {
  joined(memberId: string, assignment: Readonly<Record<string, readonly number[]>>): void;
  fetchStarted(nodeId: string): void;
  fetchesEnded(): void;
  batch(payload: EachBatchPayload): void;
};

/** One life of a group member: it never restarts, it is replaced. */
export type Member = {
  /** Resolves with the reason when it is over: crashed, stalled, never got in, or left. */
  readonly ended: Promise<string>;
  /** Whether it is in the group and fetching. */
  ready(): boolean;
  hold(): void;
  release(): void;
  commit(positions: readonly Position[]): Promise<void>;
  /** Leaves the group in order, within `timeoutMs`. */
  leave(timeoutMs: number): Promise<void>;
};

/** The end of a member that gave no sign of life. */
export const stalled = 'stalled';

/** Short, because people wait for codes in the partitions of a killed worker; nothing here holds a heartbeat up. */
const sessionTimeoutMs = 15_000;
const rebalanceTimeoutMs = 60_000;
const connectTimeoutMs = 15_000;
const watchIntervalMs = 1000;

/** Joins `group`. Batches arrive until the end; their owner resolves them, and commits. */
export function joinGroup(
  makeClient: MakeClient,
  group: string,
  topics: readonly string[],
  events: MemberEvents,
): Member {
  // A client of its own: kafkajs shares one table of committed offsets among all members of a group on one client, and
  // each join of one of them empties it for the others.
  const client = makeClient();
  let endFetching = () => {};
  let leaving = false;
  const consumer = client.kafka.consumer({
    groupId: group,
    partitionAssigners: [
      (config) => {
        endFetching = () => hideBrokers(config.cluster);
        return kafkajs.PartitionAssigners.roundRobin(config);
      },
    ],
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: 3000,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: 256 * 1024,
    maxBytes: 4 * 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2000, restartOnFailure: async () => false },
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const signs = listen(consumer, events, (reason) => {
    // What crashes while it leaves was leaving anyway, and its last words to the coordinator are still to come.
    if (!leaving) end(reason);
  });
  const timer = setInterval(() => {
    if (signs.stalled()) end(stalled);
  }, watchIntervalMs);
  void letGo(ended, timer, client);
  start(consumer, topics, events, signs, end).catch((error: unknown) => end(nameError(error)));
  const all = topics.map((topic) => ({ topic }));
  return {
    ended,
    ready: () => signs.joined() && !signs.stalled(),
    hold: () => ifRunning(() => consumer.pause(all)),
    release: () => ifRunning(() => consumer.resume(all)),
    commit: async (positions) =>
      await consumer.commitOffsets(
        positions.map(({ tracker: { topic, partition }, offset }) => ({ topic, partition, offset: String(offset) })),
      ),
    async leave(timeoutMs) {
      leaving = true;
      endFetching();
      await within(timeoutMs, 'leaving the group', consumer.disconnect()).catch(() => {});
      end('left');
    },
  };
}

async function start(
  consumer: Consumer,
  topics: readonly string[],
  events: MemberEvents,
  signs: Signs,
  end: (reason: string) => void,
): Promise<void> {
  await within(connectTimeoutMs, 'connecting', consumer.connect());
  await within(connectTimeoutMs, 'subscribing', consumer.subscribe({ topics: [...topics], fromBeginning: true }));
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommit: false,
    // What happens here only queues, so no fetch and no heartbeat waits for a handler. Nothing is thrown into kafkajs,
    // which takes a TypeError for the end of its work and everything else for a reason to stop all partitions.
    async eachBatch(payload) {
      try {
        events.batch(payload);
      } catch (error) {
        end(`a batch could not be queued: ${nameError(error)}`);
      }
      // The next fetch is asked for when this turn of the event loop is over, once for all batches of this one: under load a turn is
      // long, and fetches are fewer and larger.
      if (signs.firstOfFetch()) await nextTurn();
    },
  });
}

async function letGo(ended: Promise<string>, timer: NodeJS.Timeout, client: Client): Promise<void> {
  await ended;
  clearInterval(timer);
  client.kill();
}

type Signs = {
  joined(): boolean;
  stalled(): boolean;
  /** True for the first batch that a fetch brought. */
  firstOfFetch(): boolean;
};

/** Follows the signs of life: a join may wait for the slowest other member, a member must fetch or beat. */
function listen(consumer: Consumer, events: MemberEvents, end: (reason: string) => void): Signs {
  let joined = false;
  let signAt = performance.now();
  let batches = 0;
  const alive = () => {
    signAt = performance.now();
  };
  const names = consumer.events;
  consumer.on(names.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
    alive();
    joined = true;
    events.joined(payload.memberId, payload.memberAssignment);
  });
  consumer.on(names.REBALANCING, () => {
    joined = false;
    events.fetchesEnded();
  });
  consumer.on(names.FETCH_START, ({ payload }: { payload: { nodeId: number | string } }) => {
    batches = 0;
    events.fetchStarted(String(payload.nodeId));
  });
  consumer.on(names.FETCH, alive);
  consumer.on(names.HEARTBEAT, alive);
  consumer.on(names.CRASH, ({ payload }) => end(nameError(payload.error)));
  return {
    joined: () => joined,
    firstOfFetch: () => (batches += 1) === 1,
    stalled: () => performance.now() - signAt > 2 * sessionTimeoutMs + (joined ? 0 : rebalanceTimeoutMs),
  };
}

/**
 * When brokers come or go, kafkajs lets its fetchers end and makes new ones, for every broker that it is told of here. If it is asked
 * to stop meanwhile, the new ones know nothing of that: they go round without ever waiting for anything, and starve the whole process,
 * its time-outs included. Told of no broker, it makes none, and those that are there end as they should.
 */
function hideBrokers(cluster: Cluster): void {
  Object.assign(cluster, { getNodeIds: () => [] });
}

/** Between two lives of the runner inside there is nothing to hold; a join applies the state again. */
function ifRunning(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
}
