import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { openKafkaLog } from '#storage/kafka/kafka.ts';
import type { Log, LogRecord } from '#storage/log.ts';
import { keyOf, numbers, valueOf } from '../contract/opened-log.ts';
import { uniqueName } from './services.ts';

const keys = numbers(20).map((key) => `key-${key}`);

/** A log on these brokers, closed after the test, and all it said. */
export async function openLog(brokers: readonly string[]) {
  const said: string[] = [];
  const note = (event: string, fields?: unknown) => void said.push(`${event} ${JSON.stringify(fields)}`);
  const fatal: string[] = [];
  const log = await openKafkaLog({
    brokers,
    clientId: 'test',
    logger: { info: note, warn: note },
    onFatal: (reason) => fatal.push(reason),
  });
  onTestFinished(async () => await log.close());
  return { log, said, fatal };
}

export async function topicOn(log: Log, partitions = 3): Promise<string> {
  const name = uniqueName('twofold.test');
  await log.ensureTopics([{ name, retentionMs: 3_600_000, partitions }]);
  return name;
}

/**
 * Owners that tell one record after the other for each key, with all before it that are not known to be told, until they
 * are stopped.
 */
export function startOwners(log: Log, topic: string) {
  const acked = new Map(keys.map((key) => [key, 0]));
  const rejections: unknown[] = [];
  const stop = new AbortController();
  const own = async (key: string) => {
    let made = 1;
    while (!stop.signal.aborted) {
      const first = (acked.get(key) ?? 0) + 1;
      try {
        await log.publish(numbers(made - first + 1, first).map((value) => ({ topic, key, headers: {}, value })));
        acked.set(key, made);
        made += 1;
      } catch (error) {
        rejections.push(error);
        // It goes on deciding for a while.
        made = Math.min(made + 1, first + 3);
      }
      await pause(20);
    }
  };
  const all = Promise.all(keys.map(own));
  return {
    rejections,
    least: () => Math.min(...acked.values()),
    async stop() {
      stop.abort();
      await all;
      return acked;
    },
  };
}

/** Everything that handlers were given, by which subscription, and how many different records that is. */
export function createHearing() {
  const heard: LogRecord[] = [];
  const counts = new Map<string, number>();
  const different = new Set<string>();
  return {
    heard,
    countBy: (by: string) => counts.get(by) ?? 0,
    different: () => different.size,
    by: (by: string) => async (record: LogRecord) => {
      heard.push(record);
      counts.set(by, (counts.get(by) ?? 0) + 1);
      different.add(`${keyOf(record)}:${valueOf(record)}`);
      await pause(Math.random() * 4);
    },
  };
}

export const sum = (acked: ReadonlyMap<string, number>) => [...acked.values()].reduce((total, last) => total + last, 0);

/** The first occurrences of each key are 1, 2, 3 … up to at least what was acknowledged. */
export function expectUnbroken(records: readonly LogRecord[], acked: ReadonlyMap<string, number>): void {
  for (const [key, last] of acked) {
    const firsts = [...new Set(records.filter((record) => keyOf(record) === key).map(valueOf))];
    expect(firsts.length).toBeGreaterThanOrEqual(last);
    expect(firsts).toEqual(numbers(firsts.length, 1));
  }
}
