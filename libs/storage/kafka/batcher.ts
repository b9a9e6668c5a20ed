import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createCalls } from './calls.ts';
import type { Call, Calls, CallsLimits, Placed } from './calls.ts';
import type { BatchObserver, OutgoingRecord } from '../log.ts';
import { Unavailable } from '../unavailable.ts';

/**
 * What one produce request came to. `answered`: the slots whose records are appended on all in-sync replicas; what is
 * not named must be sent again. `refused`: the broker will never take these bytes.
 */
export type SendResult =
  | { readonly kind: 'answered'; readonly acked: ReadonlySet<string> }
  | { readonly kind: 'refused'; readonly reason: string };

/** One producer. */
export type Transport = {
  /** How many partitions a topic has; 0 if there is no such topic. */
  partitions(topic: string): Promise<number>;
  /** One produce request; a rejection says nothing about its outcome. */
  send(records: readonly Placed[]): Promise<SendResult>;
  /** Makes sure that it sends nothing more, whatever it is still waiting for. */
  kill(): void;
};

export type BatcherLimits = CallsLimits & {
  readonly requestRecordsMax: number;
  readonly requestBytesMax: number;
  readonly reopenMinMs: number;
  readonly reopenMaxMs: number;
};

export type BatcherOptions = {
  /** Makes a new producer, ready to send. */
  readonly open: () => Promise<Transport>;
  /** Chooses the partition of a record among `count`. */
  readonly place: (record: OutgoingRecord, count: number) => number;
  /** Milliseconds of the clock that `waitingMs` counts by. */
  readonly now: () => number;
  /** Told when a producer was given up. */
  readonly failed?: (error: unknown) => void;
  readonly published?: BatchObserver;
  readonly limits?: Partial<BatcherLimits>;
};

export type Batcher = {
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  waitingMs(): number;
  full(): boolean;
  /** Takes no more, waits at most `graceMs` for what is queued, rejects the rest and lets the producer go. */
  close(graceMs: number): Promise<void>;
};

const defaults: BatcherLimits = {
  requestRecordsMax: 500,
  requestBytesMax: 512 * 1024,
  queueRecordsMax: 10_000,
  queueBytesMax: 32 * 1024 * 1024,
  callBytesMax: 2 * 1024 * 1024,
  deadlineMs: 10_000,
  reopenMinMs: 100,
  reopenMaxMs: 1000,
};

type State = {
  readonly options: BatcherOptions;
  readonly limits: BatcherLimits;
  readonly calls: Calls;
  transport: Transport | undefined;
  /** The calls of the request in flight, or of the one that must be repeated before any other. */
  batch: Call[];
  abandon: (() => void) | undefined;
  /** Since when nothing succeeds, in milliseconds of performance.now(). */
  failingSince: number | undefined;
  failures: number;
  /** So many of the next requests carry a single call: one of them spoiled a request for the others. */
  singles: number;
  running: boolean;
  phase: 'open' | 'closing' | 'closed';
};

/** The unit of a produce request that is appended as a whole or not at all: one record batch. */
export const slotOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * Gathers publications into produce requests, one in flight: the next starts as soon as the one before is answered, so
 * requests grow by themselves under load and wait for nothing when idle.
 *
 * Why the order of a key holds. All records of one call and key go to one partition, in one request, hence in one record
 * batch, which Kafka appends as a whole. A request takes whole calls in the order they were made, and the next one is
 * made only when every slot of the one before is acked or its calls are rejected. A request that failed may have been
 * appended all the same: it is sent again, by a new producer, since the sequence numbers of the old one can no longer be
 * trusted. That appends duplicates at worst, in front of everything that is sent later.
 *
 * A call that is rejected at its deadline may still be in flight. Its producer is killed, sockets and all, before the
 * next request is made, so no retry of it can come behind later calls. What remains are bytes that a broker had received
 * and not yet worked off when the producer died: they may be appended behind a later call of the same key. But whoever
 * made the rejected call holds its records as untold, and tells them again before, or in one call with, anything newer
 * of that key. Whichever append then comes first, no record of the key stands before the first occurrence of those
 * before it: the late ones are duplicates.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const limits = { ...defaults, ...options.limits };
  const expired = () => {
    if (state.batch.every((call) => call.settled)) state.abandon?.();
  };
  const state: State = {
    options,
    limits,
    calls: createCalls(limits, options.now, expired),
    transport: undefined,
    batch: [],
    abandon: undefined,
    failingSince: undefined,
    failures: 0,
    singles: 0,
    running: false,
    phase: 'open',
  };
  wake(state);
  return {
    publish(records) {
      if (state.phase !== 'open') return Promise.reject(new Unavailable('log', 'closed'));
      if (records.length === 0) return Promise.resolve();
      if (isAway(state)) return Promise.reject(new Unavailable('log', 'away'));
      const done = state.calls.add(records);
      wake(state);
      return done;
    },
    // In an outage nothing may wait, because everything has been rejected: the next one would wait all the same.
    waitingMs: () => Math.max(state.calls.waitingMs(), failingMs(state)),
    full: () => state.calls.full(),
    async close(graceMs) {
      if (state.phase === 'open') state.phase = 'closing';
      await state.calls.drained(graceMs);
      state.phase = 'closed';
      state.calls.rejectAll('closed');
      state.abandon?.();
      state.transport?.kill();
    },
  };
}

function isAway(state: State): boolean {
  return failingMs(state) > state.limits.deadlineMs;
}

function failingMs({ failingSince }: State): number {
  return failingSince === undefined ? 0 : performance.now() - failingSince;
}

function wake(state: State): void {
  if (!state.running) void run(state);
}

/** Runs until everything is told and a producer is open for what comes next. */
async function run(state: State): Promise<void> {
  state.running = true;
  // Calls that are made in one turn of the event loop share a request; under load a turn is long, and requests are large.
  await nextTurn();
  while (!isClosed(state)) {
    if (!state.transport) {
      await reopen(state);
      continue;
    }
    state.batch = state.batch.filter((call) => !call.settled);
    if (state.batch.length === 0) state.batch = takeNext(state);
    if (state.batch.length === 0) break;
    await attempt(state, state.transport);
    // Never between a reopening and the request that is to be repeated: what expires meanwhile would leave nobody to end the failing.
    if (state.transport) await nextTurn();
  }
  state.running = false;
}

function takeNext(state: State): Call[] {
  const { requestRecordsMax, requestBytesMax } = state.limits;
  const callsMax = state.singles > 0 ? 1 : Number.POSITIVE_INFINITY;
  state.singles = Math.max(0, state.singles - 1);
  return state.calls.take(requestRecordsMax, requestBytesMax, callsMax);
}

async function reopen(state: State): Promise<void> {
  const { reopenMinMs, reopenMaxMs } = state.limits;
  if (state.failures > 0) {
    const span = Math.min(reopenMaxMs, reopenMinMs * 2 ** Math.min(state.failures - 1, 16));
    await pause(span * (0.5 + Math.random() / 2));
  }
  if (isClosed(state)) return;
  try {
    const opened = await state.options.open();
    if (isClosed(state)) return opened.kill();
    state.transport = opened;
    // Half a recovery: the next publication is tried, and shows whether records are taken again.
    if (state.batch.every((call) => call.settled)) state.failingSince = undefined;
  } catch (error) {
    giveUp(state, error);
  }
}

/** A function, because the phase changes while others wait, which the compiler does not expect. */
const isClosed = (state: State): boolean => state.phase === 'closed';

async function attempt(state: State, transport: Transport): Promise<void> {
  const abandoned = new Promise<'abandoned'>((resolve) => {
    state.abandon = () => resolve('abandoned');
  });
  try {
    const outcome = await Promise.race([request(state, transport), abandoned]);
    if (outcome === 'abandoned') giveUp(state, new Unavailable('log', 'no answer before the deadline'));
    else if (outcome.kind === 'refused') refuse(state, outcome.reason);
    else accept(state, outcome.acked);
  } catch (error) {
    giveUp(state, error);
  } finally {
    state.abandon = undefined;
  }
}

/** Sends what the calls of the batch still have to tell. */
async function request(state: State, transport: Transport): Promise<SendResult> {
  for (const call of state.batch) call.todo ??= await placeAll(state, transport, call);
  const todo = state.batch.flatMap((call) => (call.settled ? [] : (call.todo ?? [])));
  return todo.length > 0 ? await observe(state, todo, transport.send(todo)) : { kind: 'answered', acked: new Set() };
}

async function observe(state: State, todo: readonly Placed[], sent: Promise<SendResult>): Promise<SendResult> {
  const startedAt = performance.now();
  const tell = (fault?: string) =>
    state.options.published?.({ records: todo.length, ms: performance.now() - startedAt, fault });
  try {
    const result = await sent;
    tell(result.kind === 'refused' ? 'refused' : undefined);
    return result;
  } catch (error) {
    tell('failed');
    throw error;
  }
}

async function placeAll(state: State, transport: Transport, call: Call): Promise<readonly Placed[]> {
  const counts = new Map<string, number>();
  for (const { topic } of call.records) counts.set(topic, counts.get(topic) ?? (await transport.partitions(topic)));
  const missing = [...counts].find(([, count]) => count === 0);
  if (missing) {
    state.calls.settle(call, `there is no topic ${missing[0]}`);
    return [];
  }
  return call.records.map((record) => ({
    record,
    partition: state.options.place(record, counts.get(record.topic) ?? 1),
  }));
}

function accept(state: State, acked: ReadonlySet<string>): void {
  for (const call of state.batch) {
    call.todo = call.todo?.filter(({ record, partition }) => !acked.has(slotOf(record.topic, partition)));
    if (call.todo?.length === 0) state.calls.settle(call);
  }
  if (state.batch.every((call) => call.settled)) {
    state.failingSince = undefined;
    state.failures = 0;
  } else {
    giveUp(state, new Unavailable('log', 'a partition is missing in the answer'));
  }
}

function refuse(state: State, reason: string): void {
  giveUp(state, new Unavailable('log', reason));
  const [only, ...others] = state.batch;
  if (only && others.length === 0) return state.calls.settle(only, `refused: ${reason}`);
  state.singles = state.batch.length;
  state.calls.putBack(state.batch);
  state.batch = [];
}

function giveUp(state: State, error: unknown): void {
  state.transport?.kill();
  state.transport = undefined;
  state.failures += 1;
  state.failingSince ??= performance.now();
  if (!isClosed(state)) state.options.failed?.(error);
}
