import { describe, expect, it, vi } from 'vitest';
import { createLanes } from '#storage/lanes.ts';
import type { LogRecord } from '#storage/log.ts';

const recordOf = (key: string, offset: number): LogRecord => ({
  topic: 'topic',
  partition: 0,
  offset: BigInt(offset),
  appendedAt: 0,
  key: Buffer.from(key),
  headers: {},
  value: null,
});

describe('lanes', () => {
  it('begin nothing while paused, and go on in order after that', async () => {
    const begun: bigint[] = [];
    const held = Promise.withResolvers<void>();
    const lanes = createLanes({
      concurrency: 4,
      retryPauseMs: 1,
      finished: () => {},
      async handler({ offset }) {
        begun.push(offset);
        if (offset === 0n) await held.promise;
      },
    });
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i += 1) lanes.accept(recordOf('key', i), signal);
    lanes.pause();
    lanes.accept(recordOf('other', 3), signal);
    held.resolve();
    await lanes.idle();
    expect(begun).toEqual([0n]);
    lanes.resume();
    await lanes.idle();
    expect(begun).toHaveLength(4);
    expect(begun.filter((offset) => offset !== 3n)).toEqual([0n, 1n, 2n]);
  });

  it('end at once when aborted, however many records wait in one', async () => {
    const finished = vi.fn<() => void>();
    const held = Promise.withResolvers<void>();
    const handler = vi.fn<() => Promise<void>>(() => held.promise);
    const lanes = createLanes({ concurrency: 1, retryPauseMs: 1, finished, handler });
    const stopping = new AbortController();
    for (let i = 0; i < 50_000; i += 1) lanes.accept(recordOf('key', i), stopping.signal);
    stopping.abort();
    held.resolve();
    await lanes.idle();
    expect(handler).toHaveBeenCalledOnce();
    expect(finished).not.toHaveBeenCalled();
    lanes.accept(recordOf('key', 50_000), new AbortController().signal);
    await lanes.idle();
    expect(finished).toHaveBeenCalledOnce();
  });
});
