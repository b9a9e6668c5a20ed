import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readSqliteLog } from '#storage/sqlite/readers.ts';
import type { Log, LogRecord, OutgoingRecord } from '#storage/log.ts';
import { openBeside } from '#storage/sqlite/sqlite.ts';
import { killAfter } from '../support/killed-child.ts';
import { openForTest, sqliteFile } from '../support/sqlite.ts';

const soon = { timeout: 10_000, interval: 5 };
const hourMs = 3_600_000;
const record = (topic: string, value: string | Buffer | null, key = 'key'): OutgoingRecord => ({
  topic,
  key,
  headers: {},
  value,
});
const valuesOf = (log: Log, ...topics: string[]) =>
  Array.fromAsync(log.read({ topics }), ({ value }) => value && String(value));

describe('a group on SQLite', () => {
  it('goes on at its watermark after a clean close', async () => {
    const file = sqliteFile();
    const first = openForTest({ file });
    await first.log.publish(['1', '2', '3'].map((value) => record('topic', value)));
    const handled: string[] = [];
    const handle = async ({ value }: LogRecord) => void handled.push(String(value));
    await first.log.subscribe({ group: 'group', topics: ['topic'], concurrency: 2 }, handle);
    await vi.waitFor(() => expect(handled).toHaveLength(3), soon);
    await first.close();

    const second = openForTest({ file });
    await second.log.subscribe({ group: 'group', topics: ['topic'], concurrency: 2 }, handle);
    await second.log.publish([record('topic', '4')]);
    await vi.waitFor(() => expect(handled).toContain('4'), soon);
    expect(handled).toEqual(['1', '2', '3', '4']);
  });

  it('gets after SIGKILL everything that was not handled, and again only what its watermark had not passed', async () => {
    const file = sqliteFile();
    const before = await killAfter(300, 'consume', file);
    const { log } = openForTest({ file });
    const [lag] = await log.lag('group', ['topic']);
    const after: number[] = [];
    await log.subscribe({ group: 'group', topics: ['topic'], concurrency: 4 }, async ({ offset }) => {
      after.push(Number(offset));
    });
    await vi.waitFor(() => expect(after).toHaveLength(lag?.records ?? -1), soon);
    const published = await Array.fromAsync(log.read({ topics: ['topic'] }), ({ offset }) => Number(offset));
    expect([...new Set([...before, ...after])].toSorted((a, b) => a - b)).toEqual(published);
    // Offsets ride with the publications, so all but the last few of those handled are known to be.
    expect(Math.min(...after)).toBeGreaterThan(250);
  });

  it('puts its offsets on disk though nothing else is written', async () => {
    const file = sqliteFile();
    const { log } = openForTest({ file });
    await log.publish([record('topic', '1')]);
    await log.subscribe({ group: 'group', topics: ['topic'], concurrency: 1 }, async () => {});
    const beside = openBeside(file, 'read');
    onTestFinished(() => beside.close());
    const position = () => beside.get('SELECT position FROM positions WHERE group_name = ?', 'group')?.position;
    await vi.waitFor(() => expect(position()).toBe(2), soon);
  });

  it('sees the records of its topics in the order of the log, whatever their topic', async () => {
    const { log } = openForTest();
    const sent = Array.from({ length: 500 }, (_, i) => record(`topic-${i % 3}`, String(i)));
    await log.publish(sent);
    const handled: string[] = [];
    const topics = ['topic-0', 'topic-1', 'topic-2'];
    await log.subscribe({ group: 'group', topics, concurrency: 8, unfinishedMax: 7 }, async ({ value }) => {
      handled.push(String(value));
    });
    await vi.waitFor(() => expect(handled).toHaveLength(500), soon);
    expect(handled).toEqual(sent.map(({ value }) => value));
  });

  it('has one member per topic: the next takes over, at the watermark, when that one leaves', async () => {
    const { log } = openForTest();
    const first: string[] = [];
    const second: string[] = [];
    const options = { group: 'group', topics: ['topic'], concurrency: 1 };
    const active = await log.subscribe(options, async ({ value }) => void first.push(String(value)));
    await log.subscribe(options, async ({ value }) => void second.push(String(value)));
    await log.publish([record('topic', '1')]);
    await vi.waitFor(() => expect(first).toEqual(['1']), soon);
    await active.close();
    await log.publish([record('topic', '2')]);
    await vi.waitFor(() => expect(second).toEqual(['2']), soon);
  });

  it('begins at the beginning of a topic that its members had not subscribed to', async () => {
    const { log } = openForTest();
    await log.publish([record('a', 'a1'), record('b', 'b1'), record('a', 'a2')]);
    const handled: string[] = [];
    const handle = async ({ value }: LogRecord) => void handled.push(String(value));
    const first = await log.subscribe({ group: 'group', topics: ['a'], concurrency: 1 }, handle);
    await vi.waitFor(() => expect(handled).toEqual(['a1', 'a2']), soon);
    await first.close();
    await log.subscribe({ group: 'group', topics: ['a', 'b'], concurrency: 1 }, handle);
    await vi.waitFor(() => expect(handled).toEqual(['a1', 'a2', 'b1']), soon);
  });
});

describe('retention on SQLite', () => {
  const topics = [
    { name: 'twofold.journal', retentionMs: 400 * 24 * hourMs },
    { name: 'twofold.messages.sms', retentionMs: hourMs },
    { name: 'twofold.documents', retentionMs: 0, compacted: true },
  ];

  it('takes messages after their hour and leaves the journal, across a restart', async () => {
    const file = sqliteFile();
    let now = Date.now();
    const first = openForTest({ file, now: () => now });
    expect(await first.log.ensureTopics(topics)).toEqual([]);
    await first.log.publish([record('twofold.messages.sms', 'old'), record('twofold.journal', 'kept')]);
    await first.close();
    now += hourMs;
    const { log } = openForTest({ file, now: () => now });
    await log.publish([record('twofold.messages.sms', 'young')]);
    await vi.waitFor(async () => expect(await valuesOf(log, 'twofold.messages.sms')).toEqual(['young']), soon);
    expect(await valuesOf(log, 'twofold.journal')).toEqual(['kept']);
  });

  it('takes nothing that a group has still to deal with, and then does', async () => {
    let now = Date.now();
    const { log } = openForTest({ now: () => now });
    await log.ensureTopics(topics);
    const held = Promise.withResolvers<void>();
    const handled: string[] = [];
    await log.publish(['1', '2', '3'].map((value) => record('twofold.messages.sms', value)));
    await log.subscribe({ group: 'group', topics: ['twofold.messages.sms'], concurrency: 1 }, async ({ value }) => {
      if (String(value) === '2') await held.promise;
      handled.push(String(value));
    });
    now += 2 * hourMs;
    await vi.waitFor(async () => expect(await valuesOf(log, 'twofold.messages.sms')).toEqual(['2', '3']), soon);
    held.resolve();
    await vi.waitFor(async () => expect(await valuesOf(log, 'twofold.messages.sms')).toEqual([]), soon);
    expect(handled).toEqual(['1', '2', '3']);
  });

  it('gives no offset twice, even when a topic was emptied', async () => {
    const file = sqliteFile();
    let now = Date.now();
    const first = openForTest({ file, now: () => now });
    await first.log.ensureTopics(topics);
    await first.log.publish([record('twofold.messages.sms', 'old')]);
    now += hourMs;
    await vi.waitFor(async () => expect(await valuesOf(first.log, 'twofold.messages.sms')).toEqual([]), soon);
    await first.close();
    const { log } = openForTest({ file, now: () => now });
    await log.publish([record('twofold.messages.sms', 'new')]);
    expect(await Array.fromAsync(log.read({ topics: ['twofold.messages.sms'] }), ({ offset }) => offset)).toEqual([2n]);
  });

  it('keeps the newest record of each key of a compacted topic, and its tombstone for a day', async () => {
    let now = Date.now();
    const { log } = openForTest({ now: () => now });
    await log.ensureTopics(topics);
    const documents = (key: string, value: string | null) => record('twofold.documents', value, key);
    await log.publish([documents('a', 'a1'), documents('b', 'b1'), record('twofold.journal', 'a1', 'a')]);
    await log.publish([documents('a', 'a2'), documents('b', null)]);
    expect(await valuesOf(log, 'twofold.documents')).toEqual(['a2', null]);
    expect(await valuesOf(log, 'twofold.journal')).toEqual(['a1']);
    now += 24 * hourMs;
    await vi.waitFor(async () => expect(await valuesOf(log, 'twofold.documents')).toEqual(['a2']), soon);
  });
});

describe('a record on SQLite', () => {
  it('keeps the bytes of its key, headers and value', async () => {
    const file = sqliteFile();
    const { log } = openForTest({ file });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const headers = { text: 'é€𝄞', bytes, many: ['a', bytes], one: ['b'], none: [], empty: '', ['__proto__']: 'plain' };
    await log.publish([
      { topic: 'topic', key: bytes, headers, value: bytes },
      { topic: 'topic', key: null, headers: {}, value: null },
      { topic: 'topic', key: '', headers: {}, value: Buffer.alloc(0) },
    ]);
    const [first, second, third] = await Array.fromAsync(readSqliteLog(file, { topics: ['topic'] }));
    expect(first).toMatchObject({ topic: 'topic', partition: 0, offset: 1n, key: bytes, value: bytes });
    expect(Object.entries(first?.headers ?? {})).toEqual([
      ['text', Buffer.from('é€𝄞')],
      ['bytes', bytes],
      ['many', [Buffer.from('a'), bytes]],
      ['one', Buffer.from('b')],
      ['empty', Buffer.alloc(0)],
      ['__proto__', Buffer.from('plain')],
    ]);
    expect(second).toMatchObject({ key: null, headers: {}, value: null });
    expect(third).toMatchObject({ key: Buffer.alloc(0), value: Buffer.alloc(0) });
  });
});
