import { setTimeout as pause } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import { nameError, toLogRecord, within } from './client.ts';
import type { MakeClient } from './client.ts';
import { joinGroup, stalled } from './consumer.ts';
import type { Member } from './consumer.ts';
import { createTrackers } from './trackers.ts';
import type { Position, Trackers } from './trackers.ts';
import { createLanes } from '../lanes.ts';
import type { Lanes } from '../lanes.ts';
import type { Handler, LogRecord, SubscribeOptions, Subscription } from '../log.ts';
import type { StorageLogger } from '../logger.ts';

export type SubscriptionDeps = {
  readonly makeClient: MakeClient;
  /** Rejects while the log can't be reached at all. */
  readonly check: () => Promise<void>;
  /** Takes a member that ended out of the group. */
  readonly dismiss: (group: string, memberId: string) => Promise<void>;
  readonly logger: StorageLogger | undefined;
  readonly onFatal: ((reason: string) => void) | undefined;
};

type State = {
  readonly options: SubscribeOptions;
  readonly unfinishedMax: number;
  readonly deps: SubscriptionDeps;
  readonly trackers: Trackers;
  member: Member | undefined;
  /** Reading stopped because too much is unfinished. */
  full: boolean;
  /** Handing out stopped because the owner wants it. */
  paused: boolean;
  finishedSinceCommit: number;
  committing: Promise<void> | undefined;
  commitFailingSince: number | undefined;
  progressAt: number;
  closed: boolean;
};

const refusedInRebalance = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);
const unfinishedDefault = 2000;
const retryPauseMs = 500;
const commitIntervalMs = 200;
const commitEvery = 500;
const graceDefaultMs = 5000;
const leaveTimeoutMs = 3000;
const commitTimeoutMs = 3000;
const noProgressMs = 300_000;
/** A member that took part for so long has got over what ended the one before. */
const soundLifeMs = 10_000;
const fatalAfterMs = 60_000;
const commitFailingMs = 60_000;
const rejoinMinMs = 250;
const rejoinMaxMs = 2000;

/**
 * A group member that hands records over to lanes and commits the watermark. A member that ends is replaced by a new
 * one with nothing left of the old, which is what a restart of the process would give; so an outage of the log ends by
 * itself. If members keep ending while the log answers, no repetition will help, and `onFatal` is told.
 */
export function startSubscription(options: SubscribeOptions, handler: Handler, deps: SubscriptionDeps): Subscription {
  const state: State = {
    options,
    unfinishedMax: options.unfinishedMax ?? unfinishedDefault,
    deps,
    trackers: createTrackers(),
    member: undefined,
    full: false,
    paused: false,
    finishedSinceCommit: 0,
    committing: undefined,
    commitFailingSince: undefined,
    progressAt: performance.now(),
    closed: false,
  };
  const lanes = createLanes({
    concurrency: options.concurrency,
    retryPauseMs,
    finished: (record) => finish(state, record),
    handler,
  });
  const timer = setInterval(() => commit(state), commitIntervalMs);
  void keepMember(state, lanes);
  let closing: Promise<void> | undefined;
  return {
    pause() {
      state.paused = true;
      lanes.pause();
      state.member?.hold();
    },
    resume() {
      state.paused = false;
      state.progressAt = performance.now();
      lanes.resume();
      if (!state.full) state.member?.release();
    },
    ready: () => !state.closed && (state.member?.ready() ?? false) && !isStuck(state),
    close(graceMs = graceDefaultMs) {
      closing ??= close(state, lanes, graceMs).finally(() => clearInterval(timer));
      return closing;
    },
  };
}

/** Replaces members until the subscription closes. */
async function keepMember(state: State, lanes: Lanes): Promise<void> {
  const { deps, options } = state;
  let attempts = 0;
  /** Since when members keep ending although the log answers. */
  let brokenSince: number | undefined;
  while (!state.closed) {
    const { reason, memberId, tookPartMs } = await live(state, lanes);
    if (isClosed(state)) return;
    const reachable = await succeeds(deps.check());
    deps.logger?.warn('group-member-replaced', { group: options.group, reason, reachable });
    const now = performance.now();
    const wasSound = reason !== stalled && tookPartMs > soundLifeMs;
    attempts = wasSound ? 0 : attempts + 1;
    brokenSince = wasSound || !reachable ? undefined : (brokenSince ?? now);
    if (brokenSince !== undefined && now - brokenSince > fatalAfterMs) {
      deps.onFatal?.(`members of group ${options.group} keep ending: ${reason}`);
      brokenSince = undefined;
    }
    const rest = () => pause(Math.min(rejoinMaxMs, rejoinMinMs * 2 ** Math.min(attempts, 10)));
    await rest();
    if (memberId === undefined) continue;
    while (!isClosed(state) && !(await succeeds(deps.dismiss(options.group, memberId)))) await rest();
  }
}

type Life = { readonly reason: string; readonly memberId?: string; readonly tookPartMs: number };

/** One member, from joining to its end. */
async function live(state: State, lanes: Lanes): Promise<Life> {
  const { deps, options, trackers } = state;
  let joined: { readonly memberId: string; readonly at: number } | undefined;
  const member = joinGroup(deps.makeClient, options.group, options.topics, {
    joined(memberId, assignment) {
      if (state.member !== member) return;
      joined = { memberId, at: joined?.at ?? performance.now() };
      trackers.reassign(memberId, assignment);
      state.full = trackers.unfinished() >= state.unfinishedMax;
      if (state.full || state.paused) member.hold();
      else member.release();
    },
    fetchStarted: (nodeId) => trackers.fetchStarted(nodeId),
    fetchesEnded: () => trackers.fetchesEnded(),
    batch(payload) {
      if (state.member === member && !state.closed) take(state, lanes, payload);
    },
  });
  state.member = member;
  const reason = await member.ended;
  state.member = undefined;
  trackers.drop();
  trackers.fetchesEnded();
  return { reason, memberId: joined?.memberId, tookPartMs: joined ? performance.now() - joined.at : 0 };
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** A function, because it changes while others wait, which the compiler does not expect. */
const isClosed = (state: State): boolean => state.closed;

/** Queues what is new of a batch, up to the bound, and moves the position behind it; the rest is fetched again later. */
function take(state: State, lanes: Lanes, payload: EachBatchPayload): void {
  const { batch } = payload;
  const [first] = batch.messages;
  const tracker = first && state.trackers.open(batch.topic, batch.partition, BigInt(first.offset));
  if (!tracker) return;
  let unfinished = state.trackers.unfinished();
  if (unfinished === 0) state.progressAt = performance.now();
  let last: string | undefined;
  for (const message of batch.messages) {
    if (unfinished >= state.unfinishedMax) {
      state.full = true;
      state.member?.hold();
      break;
    }
    last = message.offset;
    if (!tracker.watermark.begin(BigInt(message.offset))) continue;
    unfinished += 1;
    lanes.accept(toLogRecord(batch.topic, batch.partition, message), tracker.lost.signal);
  }
  if (last !== undefined) payload.resolveOffset(last);
}

function finish(state: State, record: LogRecord): void {
  state.trackers.find(record.topic, record.partition)?.watermark.finish(record.offset);
  state.progressAt = performance.now();
  state.finishedSinceCommit += 1;
  if (state.finishedSinceCommit >= commitEvery) commit(state);
  if (state.full && state.trackers.unfinished() <= state.unfinishedMax / 2) {
    state.full = false;
    if (!state.paused) state.member?.release();
  }
}

/** Commits in the background, one request at a time. What fails is tried again with the next one. */
function commit(state: State): void {
  if (state.committing) return;
  const { member } = state;
  const positions = state.trackers.uncommitted();
  state.finishedSinceCommit = 0;
  if (!member || positions.length === 0) return;
  state.committing = send(state, member, positions);
}

async function send(state: State, member: Member, positions: readonly Position[]): Promise<void> {
  try {
    await member.commit(positions);
    for (const { tracker, offset } of positions) tracker.committed = offset;
    state.commitFailingSince = undefined;
  } catch (error) {
    // In a rebalance the coordinator refuses the old generation; the new one commits what is still ours.
    state.commitFailingSince ??= performance.now();
    if (!refusedInRebalance.has(nameError(error))) {
      state.deps.logger?.warn('commit-failed', { group: state.options.group, reason: nameError(error) });
    }
  } finally {
    state.committing = undefined;
  }
}

/** Whether records wait and nothing was finished, or nothing could be committed, for long. */
function isStuck(state: State): boolean {
  const now = performance.now();
  if (state.commitFailingSince !== undefined && now - state.commitFailingSince > commitFailingMs) return true;
  return !state.paused && state.trackers.unfinished() > 0 && now - state.progressAt > noProgressMs;
}

async function close(state: State, lanes: Lanes, graceMs: number): Promise<void> {
  state.closed = true;
  state.member?.hold();
  state.trackers.abort();
  await within(graceMs, 'the last handlers', lanes.idle()).catch(() => {});
  const committed = async () => {
    if (state.committing) await within(commitTimeoutMs, 'a commit', state.committing).catch(() => {});
  };
  await committed();
  commit(state);
  await committed();
  await state.member?.leave(leaveTimeoutMs);
  state.trackers.drop();
}
