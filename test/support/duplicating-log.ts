import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handler, Log, LogRecord } from '#storage/log.ts';

/** A log at its worst, and `settled`, which resolves when no copy is on its way any more. */
export type DuplicatingLog = Log & { settled(): Promise<void> };

const copiesMax = 3;
const delayMsMax = 300;

/**
 * Makes a log tell and deliver as badly as its contract permits: each publication may be appended again later, each record comes one
 * to three times, every delivery at its own pace. Only first deliveries of one key keep their order; copies come whenever they like,
 * beside newer records of their key and beside each other. SQLite's log would never do this by itself, and Kafka's too rarely.
 */
export function makeDuplicating(log: Log): DuplicatingLog {
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();

  const later = (work: () => Promise<unknown>) => {
    const done = pause(randomInt(delayMsMax)).then(work);
    const tracked = done.catch(() => {}).finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  };

  /** As a log does: what its handler rejects comes again. */
  async function deliverCopy(handler: Handler, record: LogRecord, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !closing.signal.aborted) {
      const done = await handler(record, { leave: () => {}, signal }).then(
        () => true,
        () => false,
      );
      if (done) return;
      await pause(randomInt(delayMsMax));
    }
  }

  return {
    ...log,
    async publish(records) {
      await log.publish(records);
      if (randomInt(2) === 0) later(() => log.publish(records));
    },
    subscribe: (options, handler) =>
      log.subscribe(options, async (record, lane) => {
        await pause(randomInt(delayMsMax));
        await handler(record, lane);
        const copies = randomInt(copiesMax);
        for (let copy = 0; copy < copies; copy += 1) later(() => deliverCopy(handler, record, lane.signal));
      }),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
      await log.close();
    },
  };
}
