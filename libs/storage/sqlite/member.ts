import { createLanes } from '../lanes.ts';
import type { Lanes } from '../lanes.ts';
import { readChunk } from './log-table.ts';
import type { Handler, SubscribeOptions, Subscription } from '../log.ts';
import type { Database } from './sqlite.ts';
import { createWatermark } from '../kafka/watermark.ts';
import type { Watermark } from '../kafka/watermark.ts';

/** One subscription: reads the topics that are its own from their positions on and runs the handler. */
export type Member = {
  readonly group: string;
  readonly topics: readonly string[];
  readonly subscription: Subscription;
  /** From now on the topic is this member's, from `position` on. */
  take(topic: string, position: number): void;
  /** To be called after something was appended to these topics. */
  wake(topics: ReadonlySet<string>): void;
  /** Everything below is dealt with; per topic that the member has. */
  positions(): ReadonlyMap<string, number>;
};

type State = {
  readonly database: Database;
  readonly unfinishedMax: number;
  readonly lanes: Lanes;
  /** The topics that are the member's; `next` is the offset to read on at. */
  readonly parts: Map<string, { readonly watermark: Watermark; next: number }>;
  readonly stopping: AbortController;
  /** A reading will follow in this turn. */
  scheduled: boolean;
  /** Nothing is left to read until something is appended. */
  drained: boolean;
  paused: boolean;
  /** The last reading failed. */
  failing: boolean;
  progressAt: number;
};

const chunkMax = 100;
const unfinishedMaxDefault = 2_000;
const retryPauseMs = 500;
const graceMsDefault = 5_000;
const noProgressMs = 300_000;

/** @param leave puts the member's progress on disk and takes it off the group; its topics are free afterwards */
export function createMember(
  database: Database,
  options: SubscribeOptions,
  handler: Handler,
  leave: (member: Member) => Promise<void>,
): Member {
  const { concurrency, group, topics, unfinishedMax = unfinishedMaxDefault } = options;
  const lanes = createLanes({
    concurrency,
    handler,
    retryPauseMs,
    finished({ topic, offset }) {
      state.parts.get(topic)?.watermark.finish(offset);
      state.progressAt = performance.now();
      schedule(state);
    },
  });
  const state: State = {
    database,
    unfinishedMax,
    lanes,
    parts: new Map(),
    stopping: new AbortController(),
    scheduled: false,
    drained: false,
    paused: false,
    failing: false,
    progressAt: performance.now(),
  };
  const member: Member = {
    group,
    topics,
    subscription: createSubscription(state, () => leave(member)),
    take(topic, position) {
      state.parts.set(topic, { watermark: createWatermark(BigInt(position)), next: position });
      state.drained = false;
      schedule(state);
    },
    wake(appended) {
      if (![...appended].some((topic) => state.parts.has(topic))) return;
      state.drained = false;
      schedule(state);
    },
    positions: () => new Map([...state.parts].map(([topic, part]) => [topic, Number(part.watermark.position())])),
  };
  return member;
}

function createSubscription(state: State, leave: () => Promise<void>): Subscription {
  let closing: Promise<void> | undefined;
  return {
    pause() {
      state.paused = true;
      state.lanes.pause();
    },
    resume() {
      state.paused = false;
      state.progressAt = performance.now();
      state.lanes.resume();
      schedule(state);
    },
    ready: () => !state.failing && !state.stopping.signal.aborted && !isStuck(state),
    close: (graceMs = graceMsDefault) => (closing ??= stop(state, graceMs).then(leave)),
  };
}

/** Reads once in the next turn, however often it is asked, unless there is nothing to read or no room for it. */
function schedule(state: State): void {
  // Not one query for each record that is done: reading waits until a good part of a chunk has room.
  const roomMin = Math.max(1, Math.min(chunkMax / 2, Math.floor(state.unfinishedMax / 4)));
  const idle = state.drained || state.paused || state.stopping.signal.aborted;
  if (state.scheduled || idle || state.unfinishedMax - unfinished(state) < roomMin) return;
  state.scheduled = true;
  setImmediate(() => {
    state.scheduled = false;
    if (!state.paused && !state.stopping.signal.aborted) read(state);
  });
}

function read(state: State): void {
  const { parts, unfinishedMax, database } = state;
  if (parts.size === 0) return;
  const waiting = unfinished(state);
  if (waiting === 0) state.progressAt = performance.now();
  const wanted = Math.min(chunkMax, unfinishedMax - waiting);
  const cursors = [...parts].map(([topic, { next }]) => ({ topic, from: next }));
  try {
    const records = readChunk(database, cursors, Number.MAX_SAFE_INTEGER, wanted);
    state.failing = false;
    state.drained = records.length < wanted;
    for (const record of records) {
      const part = parts.get(record.topic);
      if (!part) continue;
      part.next = Number(record.offset) + 1;
      if (part.watermark.begin(record.offset)) state.lanes.accept(record, state.stopping.signal);
    }
    schedule(state);
  } catch {
    state.failing = true;
    setTimeout(schedule, retryPauseMs, state).unref();
  }
}

function unfinished(state: State): number {
  let sum = 0;
  for (const { watermark } of state.parts.values()) sum += watermark.unfinished();
  return sum;
}

/** Whether records wait and none was finished for long. */
function isStuck(state: State): boolean {
  return !state.paused && unfinished(state) > 0 && performance.now() - state.progressAt > noProgressMs;
}

async function stop(state: State, graceMs: number): Promise<void> {
  state.stopping.abort();
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([state.lanes.idle(), graceOver]);
  clearTimeout(timer);
}
