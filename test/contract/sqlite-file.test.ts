import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGroupCommit } from '#storage/sqlite/group-commit.ts';
import { createLogTable, lastOffset } from '#storage/sqlite/log-table.ts';
import { openSqlite } from '#storage/sqlite/open.ts';
import { readSqliteLog, readSqliteRecord } from '#storage/sqlite/readers.ts';
import { queueRequest, requestWaits, withdrawRequest } from '#storage/sqlite/requests.ts';
import { createSqliteStore } from '#storage/sqlite/store.ts';
import { openDatabase } from '#storage/sqlite/sqlite.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { chainedCommit } from '../support/chained-commit.ts';
import { killAfter, startChild } from '../support/killed-child.ts';
import { openForTest, sqliteFile } from '../support/sqlite.ts';

const nothing = async () => {};

describe('a SQLite file', () => {
  it('is refused to a second opener, who is told its name, and free again after close', async () => {
    const file = sqliteFile();
    const first = openForTest({ file });
    expect(() => openSqlite({ file, now: Date.now })).toThrow(/twofold\.db is in use/);
    // The refused opener must not have cost the first one its lock.
    expect(() => openSqlite({ file, now: Date.now })).toThrow(/in use/);
    await first.store.commit(chainedCommit('subject', 1));
    await first.close();
    expect(await openForTest({ file }).store.load('subject')).toMatchObject({ version: 1 });
  });

  it('is refused while another process has it', async () => {
    const file = sqliteFile();
    await once(startChild('commit', file).stdout, 'data');
    expect(() => openSqlite({ file, now: Date.now })).toThrow(/in use/);
  });

  it('holds after SIGKILL every commit that was answered, with its event, and is free at once', async () => {
    const file = sqliteFile();
    const answered = await killAfter(200, 'commit', file);
    const { store, log } = openForTest({ file });
    const record = await store.load('subject');
    expect(record?.version).toBeGreaterThanOrEqual(answered.at(-1) ?? Infinity);
    const values: unknown[] = [];
    for await (const { value } of log.read({ topics: ['twofold.journal'] })) values.push(JSON.parse(String(value)));
    expect(values).toEqual(Array.from({ length: record?.version ?? 0 }, (_, i) => ({ version: i + 1 })));
  });

  it('can be read by its owner alone', async () => {
    const file = sqliteFile();
    await openForTest({ file }).store.commit(chainedCommit('subject', 1));
    const modes = readdirSync(dirname(file)).map((name) => [name, statSync(join(dirname(file), name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({
      'twofold.db': 0o600,
      'twofold.db-wal': 0o600,
      'twofold.db-shm': 0o600,
      'twofold.db.lock': 0o600,
    });
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('can be read beside the process that writes it', async () => {
    const file = sqliteFile();
    const { store, log } = openForTest({ file });
    await store.commit(chainedCommit('one', 1, '{"a":1}'));
    await store.commit(chainedCommit('two', 1));
    await log.publish([{ topic: 'other', key: 'one', headers: {}, value: 'x' }]);
    expect(readSqliteRecord(file, 'one')).toEqual(await store.load('one'));
    expect(await Array.fromAsync(readSqliteLog(file), ({ topic }) => topic)).toEqual([
      'twofold.journal',
      'twofold.journal',
      'other',
    ]);
    expect(await Array.fromAsync(readSqliteLog(file, { key: 'one' }), ({ offset }) => offset)).toEqual([1n, 3n]);
  });

  it('of an older version gets what it lacks, and keeps what it has', async () => {
    const file = sqliteFile();
    const minute = Math.floor(Date.now() / 60_000);
    const first = openSqlite({ file, now: Date.now });
    await first.store.commit(chainedCommit('one', 1));
    const before = await first.store.load('one');
    await first.close();
    const database = openDatabase(file);
    database.run('DROP TABLE tallies');
    database.run('PRAGMA user_version = 1');
    database.close();
    const { store } = openForTest({ file });
    expect(await store.load('one')).toEqual(before);
    await store.tally('key', { minute, counts: { a: 1 } });
    expect(await store.tallies('key', minute, minute + 1)).toEqual([{ minute, counts: { a: 1 } }]);
  });

  it('of a newer version is refused', () => {
    const file = sqliteFile();
    const database = openDatabase(file);
    database.run('PRAGMA user_version = 99');
    database.close();
    expect(() => openSqlite({ file, now: Date.now })).toThrow(/newer version/);
  });

  it('keeps nothing of a replaced document or an expired record', async () => {
    const file = sqliteFile();
    let now = 1_000;
    const sqlite = openForTest({ file, now: () => now });
    const [replaced, expired] = ['replaced-marker', 'expired-marker'].map((text) => `"${text.repeat(300)}"`);
    await sqlite.store.commit(chainedCommit('one', 1, replaced));
    await sqlite.store.commit(chainedCommit('one', 2, '{}'));
    await sqlite.store.commit(chainedCommit('two', 1, expired, 2_000));
    now = 2_000;
    await vi.waitFor(() => expect(readSqliteRecord(file, 'two')).toBeUndefined(), { timeout: 5_000 });
    await sqlite.close();
    const bytes = readdirSync(dirname(file)).map((name) => readFileSync(join(dirname(file), name), 'latin1'));
    expect(bytes.join()).toContain('one');
    expect(bytes.join()).not.toMatch(/replaced-marker|expired-marker/);
  });

  it('hands requests of other processes to the one that has it, once', async () => {
    const file = sqliteFile();
    const sqlite = openForTest({ file });
    queueRequest(file, 'redrive', '{"n":1}');
    queueRequest(file, 'other', '{}');
    queueRequest(file, 'redrive', '{"n":2}');
    expect(await sqlite.takeRequests('redrive')).toEqual(['{"n":1}', '{"n":2}']);
    expect(await sqlite.takeRequests('redrive')).toEqual([]);
    expect(() => queueRequest(`${file}.missing`, 'redrive', '{}')).toThrow(/no such file/);
  });

  it('lets a request be taken back until it is taken', async () => {
    const file = sqliteFile();
    const sqlite = openForTest({ file });
    const [taken, withdrawn] = [queueRequest(file, 'redrive', '1'), queueRequest(file, 'redrive', '2')];
    expect([requestWaits(file, withdrawn), withdrawRequest(file, withdrawn)]).toEqual([true, true]);
    expect(await sqlite.takeRequests('redrive')).toEqual(['1']);
    expect([requestWaits(file, taken), withdrawRequest(file, taken)]).toEqual([false, false]);
  });
});

describe('a group of writes', () => {
  it('keeps the neighbours of a conflict', async () => {
    const { store, log } = openForTest();
    const commits = [
      chainedCommit('a', 1),
      chainedCommit('b', 2),
      chainedCommit('c', 1),
      chainedCommit('a', 1, '{"late":true}'),
      chainedCommit('a', 2),
    ];
    const results = await Promise.all(commits.map((commit) => store.commit(commit)));
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'conflict', 'committed', 'committed', 'committed']);
    expect(await store.load('b')).toBeUndefined();
    const keys = await Array.fromAsync(log.read({ topics: ['twofold.journal'] }), ({ key }) => String(key));
    expect(keys).toEqual(['a', 'c', 'a']);
  });

  it('keeps the neighbours of a statement that SQLite refuses, and nothing of the refused one', async () => {
    const { store, log } = openForTest();
    const refused = { ...chainedCommit('b', 1), expiresAt: 1.5 };
    const results = await Promise.allSettled(
      [chainedCommit('a', 1), refused, chainedCommit('c', 1)].map((one) => store.commit(one)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).not.toMatchObject({ reason: expect.any(Unavailable) });
    const keys = await Array.fromAsync(log.read({ topics: ['twofold.journal'] }), ({ key }) => String(key));
    expect(keys).toEqual(['a', 'c']);
  });

  it('fails as a whole, as unavailable, when the disk is full, and works again when there is room', async () => {
    const database = openDatabase(sqliteFile());
    onTestFinished(() => database.close());
    const told: string[] = [];
    const group = createGroupCommit(database, (words) => told.push(words));
    const log = createLogTable(database, Date.now);
    const store = createSqliteStore({ database, group, log, now: Date.now, check: nothing, close: nothing });
    await store.commit(chainedCommit('first', 1));
    const [pages] = database.all<{ page_count: number }>('PRAGMA page_count');
    database.all(`PRAGMA max_page_count = ${(pages?.page_count ?? 0) + 2}`);

    const large = chainedCommit('large', 1, JSON.stringify('x'.repeat(100_000)));
    const results = await Promise.allSettled(
      [chainedCommit('small', 1), large, chainedCommit('other', 1)].map((one) => store.commit(one)),
    );
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'Unavailable', part: 'store' } });
    await expect(store.commit(large)).rejects.toBeInstanceOf(Unavailable);
    expect(await store.load('small')).toBeUndefined();
    expect(lastOffset(database)).toBe(1);

    database.all('PRAGMA max_page_count = 1000000');
    expect(await store.commit(large)).toEqual({ kind: 'committed', unlogged: [] });
    expect(await store.load('large')).toMatchObject({ version: 1 });
    expect(told).toEqual([expect.stringMatching(/full/), '']);
  });

  it('refuses what would wait behind 10,000 others', async () => {
    const { store, log } = openForTest();
    const writes = Array.from({ length: 10_000 }, (_, i) => store.note('key', `field-${i}`, 1, 'value', 60_000));
    expect(log.full()).toBe(true);
    await expect(store.note('key', 'one more', 1, 'value', 60_000)).rejects.toBeInstanceOf(Unavailable);
    await Promise.all(writes);
    expect(log.full()).toBe(false);
    expect(Object.keys(await store.notes('key'))).toHaveLength(10_000);
  });

  it('is written before close resolves, and later calls are unavailable', async () => {
    const file = sqliteFile();
    const sqlite = openForTest({ file });
    const written = sqlite.store.commit(chainedCommit('subject', 1));
    await sqlite.close();
    await expect(written).resolves.toMatchObject({ kind: 'committed' });
    await expect(sqlite.store.commit(chainedCommit('subject', 2))).rejects.toBeInstanceOf(Unavailable);
    await expect(sqlite.store.load('subject')).rejects.toBeInstanceOf(Unavailable);
    expect(readSqliteRecord(file, 'subject')).toMatchObject({ version: 1 });
  });
});
