import { randomBytes } from 'node:crypto';
import { onTestFinished, vi } from 'vitest';
import type { Handler, Log, LogRecord, OutgoingRecord, SubscribeOptions, Subscription } from '#storage/log.ts';

/** A log of the running test, shared with nobody as far as topics and groups are concerned. */
export type OpenedLog = {
  readonly log: Log;
  /** Closes the log and opens another on the same data, as a process does that is stopped and started. */
  readonly reopen: () => Promise<Log>;
  /** Another log on the same data, as another process would have it; absent where one process owns the data. */
  readonly another?: () => Promise<Log>;
  close(): Promise<void>;
};

/** Declared differences between adapters; the suite holds each to its own. */
export type LogTraits = {
  /** How many partitions a topic has: 1 where the log has but one. */
  readonly partitions: number;
  /** Members of a group divide the partitions of a topic; otherwise a topic belongs to one of them at a time. */
  readonly sharesTopics: boolean;
};

export type Given = () => OpenedLog & { readonly traits: LogTraits };

/** How long a condition may take: a group that is joined anew waits for its coordinator. */
export const patience = { timeout: 30_000, interval: 10 };

/** Waits until the assertions hold. */
export async function until(assertions: () => void): Promise<void> {
  await vi.waitFor(assertions, patience);
}

/** A topic of the test's own. */
export async function topicOf({ log, traits }: ReturnType<Given>): Promise<string> {
  const name = `twofold.test-${randomBytes(6).toString('hex')}`;
  await log.ensureTopics([{ name, retentionMs: 3_600_000, partitions: traits.partitions }]);
  return name;
}

/** A group of the test's own. */
export const groupOf = (): string => `test-${randomBytes(6).toString('hex')}`;

export function outgoing(topic: string, key: string | null, value: string): OutgoingRecord {
  return { topic, key, headers: {}, value };
}

/** What a bounded read gives, in its order. */
export async function readAll(log: Log, topics: readonly string[], span: { from?: number; to?: number } = {}) {
  const records: LogRecord[] = [];
  for await (const record of log.read({ topics, ...span })) records.push(record);
  return records;
}

export const valueOf = (record: LogRecord): string => String(record.value);
export const keyOf = (record: LogRecord): string => String(record.key);

/** The values of each key, in the order given. */
export function byKey(records: readonly LogRecord[]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const record of records) (values[keyOf(record)] ??= []).push(valueOf(record));
  return values;
}

export type Subscribed = {
  readonly subscription: Subscription;
  /** Every hand-out, repetitions included. */
  readonly begun: LogRecord[];
  /** Records whose handler resolved. */
  readonly done: LogRecord[];
};

/** Subscribes until the end of the test, and keeps what is handed out. */
export async function subscribe(
  log: Log,
  options: Partial<SubscribeOptions> & { readonly topics: readonly string[] },
  handler: Handler = async () => {},
): Promise<Subscribed> {
  const begun: LogRecord[] = [];
  const done: LogRecord[] = [];
  const subscription = await log.subscribe({ group: groupOf(), concurrency: 16, ...options }, async (record, lane) => {
    begun.push(record);
    await handler(record, lane);
    done.push(record);
  });
  onTestFinished(async () => await subscription.close(0));
  return { subscription, begun, done };
}

/** Keeps all handlers waiting until it is opened. */
export function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  onTestFinished(() => resolve());
  return { passed: promise, open: () => resolve() };
}

export const valuesIn = (records: readonly LogRecord[]): Set<string> => new Set(records.map(valueOf));

/** So many different values. */
export const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => String(from + i));
