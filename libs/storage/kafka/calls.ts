import type { HeaderValue, OutgoingRecord } from '../log.ts';
import { Unavailable } from '../unavailable.ts';

/** A record with the partition it goes to, chosen once: a repetition must not choose another. */
export type Placed = { readonly record: OutgoingRecord; readonly partition: number };

/** One publication on its way. */
export type Call = {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  /** When it was made, by the clock given. */
  readonly at: number;
  /** When it is rejected, in milliseconds of performance.now(). */
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: Unavailable) => void;
  settled: boolean;
  /** What is not acked yet, once partitions are chosen. */
  todo?: readonly Placed[];
};

export type CallsLimits = {
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  readonly callBytesMax: number;
  readonly deadlineMs: number;
};

export type Calls = {
  /** Queues one publication; its promise rejects at the latest when the deadline passes. */
  add(records: readonly OutgoingRecord[]): Promise<void>;
  /** The next calls in order, at least one if any waits; they stay counted until they are settled. */
  take(recordsMax: number, bytesMax: number, callsMax: number): Call[];
  /** Back to the front, in their order. */
  putBack(calls: readonly Call[]): void;
  /** Resolves the call, or rejects it if there is a reason. */
  settle(call: Call, reason?: string): void;
  rejectAll(reason: string): void;
  waitingMs(): number;
  full(): boolean;
  /** Resolves when nothing waits, at the latest after `graceMs`. */
  drained(graceMs: number): Promise<void>;
};

/** Publications between their call and their outcome, bounded in records, bytes and time. */
export function createCalls(limits: CallsLimits, now: () => number, expired: () => void): Calls {
  /** All that are not settled, in order; the deadline is the same span for each, so the first expires first. */
  const open = new Set<Call>();
  let queue: Call[] = [];
  let records = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let onDrained: (() => void) | undefined;

  function settle(call: Call, reason?: string): void {
    if (!open.delete(call)) return;
    call.settled = true;
    records -= call.records.length;
    bytes -= call.bytes;
    if (reason === undefined) call.resolve();
    else call.reject(new Unavailable('log', reason));
    if (open.size === 0) onDrained?.();
  }

  function expire(): void {
    timer = undefined;
    for (const call of open) {
      if (call.deadline > performance.now()) break;
      settle(call, `not told within ${limits.deadlineMs} ms`);
    }
    queue = queue.filter((call) => !call.settled);
    expired();
    schedule();
  }

  function schedule(): void {
    const first = open.values().next().value;
    if (first && !timer) timer = setTimeout(expire, Math.max(1, first.deadline - performance.now()));
  }

  const full = () => records >= limits.queueRecordsMax || bytes >= limits.queueBytesMax;

  return {
    add(given) {
      const size = given.reduce((sum, record) => sum + sizeOf(record), 0);
      if (full()) return Promise.reject(new Unavailable('log', 'too much waits to be told'));
      if (size > limits.callBytesMax) return Promise.reject(new Unavailable('log', `${size} bytes in one publication`));
      return new Promise((resolve, reject) => {
        const deadline = performance.now() + limits.deadlineMs;
        const call = { records: given, bytes: size, at: now(), deadline, resolve, reject, settled: false };
        open.add(call);
        queue.push(call);
        records += given.length;
        bytes += size;
        schedule();
      });
    },
    take(recordsMax, bytesMax, callsMax) {
      let count = 0;
      let sum = { records: 0, bytes: 0 };
      for (const call of queue) {
        sum = { records: sum.records + call.records.length, bytes: sum.bytes + call.bytes };
        if (count > 0 && (sum.records > recordsMax || sum.bytes > bytesMax || count >= callsMax)) break;
        count += 1;
      }
      return queue.splice(0, count);
    },
    putBack: (calls) => void queue.unshift(...calls.filter((call) => !call.settled)),
    settle,
    rejectAll(reason) {
      for (const call of open) settle(call, reason);
      queue = [];
      clearTimeout(timer);
    },
    waitingMs() {
      const first = open.values().next().value;
      return first ? Math.max(0, now() - first.at) : 0;
    },
    full,
    drained: (graceMs) =>
      open.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            const late = setTimeout(resolve, graceMs);
            onDrained = () => {
              clearTimeout(late);
              resolve();
            };
          }),
  };
}

function sizeOf(record: OutgoingRecord): number {
  const overheadBytes = 32;
  const measure = (value: HeaderValue): number =>
    Array.isArray(value) ? value.reduce((sum, one) => sum + measure(one), 0) : Buffer.byteLength(value);
  let bytes = overheadBytes + measure(record.key ?? '') + measure(record.value ?? '');
  for (const [name, value] of Object.entries(record.headers)) bytes += Buffer.byteLength(name) + measure(value);
  return bytes;
}
