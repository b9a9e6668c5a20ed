import { createLanes } from './lanes.ts';
import { readChunk } from './log-table.ts';
import type { Handler, SubscribeOptions, Subscription } from './log.ts';
import type { Database } from './sqlite.ts';
import { createWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';

export type MemberParts = {
  readonly database: Database;
  readonly options: SubscribeOptions;
  readonly handler: Handler;
  /** Puts the member's progress on disk and takes it off the group; its topics are free afterwards. */
  readonly leave: (member: Member) => Promise<void>;
};

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

type Part = { readonly watermark: Watermark; next: number };

const chunkMax = 100;
const unfinishedMaxDefault = 2_000;
const retryPauseMs = 500;
const graceMsDefault = 5_000;

export function createMember({ database, options, handler, leave }: MemberParts): Member {
  const unfinishedMax = options.unfinishedMax ?? unfinishedMaxDefault;
  // Reading waits until a good part of a chunk has room: not one query for each record that is done.
  const roomMin = Math.max(1, Math.min(chunkMax / 2, Math.floor(unfinishedMax / 4)));
  const parts = new Map<string, Part>();
  const stopping = new AbortController();
  let closing: Promise<void> | undefined;
  let scheduled = false;
  let drained = false;
  let paused = false;
  let failing = false;

  const lanes = createLanes({
    concurrency: options.concurrency,
    handler,
    retryPauseMs,
    finished(record) {
      parts.get(record.topic)?.watermark.finish(record.offset);
      schedule();
    },
  });

  function room(): number {
    let unfinished = 0;
    for (const { watermark } of parts.values()) unfinished += watermark.unfinished();
    return unfinishedMax - unfinished;
  }

  function schedule(): void {
    if (scheduled || drained || paused || closing || room() < roomMin) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (!paused && !closing) read();
    });
  }

  function read(): void {
    const wanted = Math.min(chunkMax, room());
    const cursors = [...parts].map(([topic, { next }]) => ({ topic, from: next }));
    if (cursors.length === 0) return;
    try {
      const records = readChunk(database, cursors, Number.MAX_SAFE_INTEGER, wanted);
      failing = false;
      drained = records.length < wanted;
      for (const record of records) {
        const part = parts.get(record.topic);
        if (!part) continue;
        part.next = Number(record.offset) + 1;
        if (part.watermark.begin(record.offset)) lanes.accept(record, stopping.signal);
      }
      schedule();
    } catch {
      failing = true;
      setTimeout(schedule, retryPauseMs).unref();
    }
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.abort();
    let timer: NodeJS.Timeout | undefined;
    const graceOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([lanes.idle(), graceOver]);
    clearTimeout(timer);
    await leave(member);
  }

  const member: Member = {
    group: options.group,
    topics: options.topics,
    subscription: {
      pause() {
        paused = true;
        lanes.pause();
      },
      resume() {
        paused = false;
        lanes.resume();
        schedule();
      },
      ready: () => !failing && !closing,
      close: (graceMs = graceMsDefault) => (closing ??= stop(graceMs)),
    },
    take(topic, position) {
      parts.set(topic, { watermark: createWatermark(BigInt(position)), next: position });
      drained = false;
      schedule();
    },
    wake(topics) {
      if (![...topics].some((topic) => parts.has(topic))) return;
      drained = false;
      schedule();
    },
    positions: () => new Map([...parts].map(([topic, { watermark }]) => [topic, Number(watermark.position())])),
  };
  return member;
}
