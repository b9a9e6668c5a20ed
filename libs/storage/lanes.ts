import type { Handler, LogRecord } from './log.ts';

export type LanesOptions = {
  readonly concurrency: number;
  readonly handler: Handler;
  /** Called once for each accepted record, when its handler has resolved; never for an aborted one. */
  readonly finished: (record: LogRecord) => void;
  /** Pause before a record whose handler rejected is handed out again. */
  readonly retryPauseMs: number;
};

export type Lanes = {
  /** Queues a record behind the others of its key; `signal` ends its lane without `finished`. */
  accept(record: LogRecord, signal: AbortSignal): void;
  /** Begins no record until `resume`; what runs goes on, and what has come back is handed out again. */
  pause(): void;
  resume(): void;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
};

type Entry = { readonly record: LogRecord; readonly signal: AbortSignal };

/**
 * Runs handlers: one key after another in order, different keys at once up to `concurrency`. Both logs dispatch through it,
 * so that order and redelivery mean the same in each.
 */
export function createLanes(options: LanesOptions): Lanes {
  const lanes = new Map<string, Entry[]>();
  const ready: string[] = [];
  let slots = options.concurrency;
  let running = 0;
  let paused = false;
  let waiters: (() => void)[] = [];

  function next(): void {
    while (slots > 0) {
      const key = paused ? undefined : ready.shift();
      if (key === undefined) return;
      const entry = lanes.get(key)?.shift();
      if (entry === undefined) {
        lanes.delete(key);
        continue;
      }
      // Not left to `run`: a long lane that ends at once would call itself as deep as it is long.
      if (entry.signal.aborted) {
        ready.push(key);
        continue;
      }
      slots -= 1;
      running += 1;
      void run(key, entry);
    }
  }

  async function run(key: string, entry: Entry): Promise<void> {
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      slots += 1;
      ready.push(key);
      next();
    };
    while (!entry.signal.aborted) {
      try {
        await options.handler(entry.record, { leave, signal: entry.signal });
        if (!entry.signal.aborted) options.finished(entry.record);
        break;
      } catch {
        await pause(options.retryPauseMs, entry.signal);
      }
    }
    running -= 1;
    leave();
    if (running === 0) {
      for (const resolve of waiters) resolve();
      waiters = [];
    }
  }

  return {
    accept(record, signal) {
      const key = laneOf(record);
      const lane = lanes.get(key);
      if (lane) {
        lane.push({ record, signal });
      } else {
        lanes.set(key, [{ record, signal }]);
        ready.push(key);
        next();
      }
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      next();
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}

const laneOf = (record: LogRecord) =>
  record.key === null ? `${record.topic}/${record.partition}/${record.offset}` : record.key.toString('latin1');

/** Resolves after `ms`, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
