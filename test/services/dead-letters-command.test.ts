import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDeadLetter } from '#runtime/dead-letters.ts';
import { topics } from '#schemas/topics.ts';
import type { LogRecord } from '#storage/log.ts';
import { openSqlite } from '#storage/sqlite/open.ts';
import { openBeside } from '#storage/sqlite/sqlite.ts';
import { askService } from '../../scripts/dead-letters/ask-service.ts';
import { runDeadLetters } from '../../scripts/dead-letters/run.ts';
import { eventually } from '../support/installation.ts';
import { readRecords } from '../support/journal.ts';
import { runHere, runScript, type Ran } from '../support/run-script.ts';
import { sqliteFile } from '../support/sqlite.ts';
import { obtainCode } from '../support/story.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;

const command = (...args: string[]): Promise<Ran> =>
  runHere((terminal) => runDeadLetters(args, terminal), { DATA_DIR: system.folder });
const publish = (topic: string, value: string | Buffer, headers: Record<string, string> = {}) =>
  system.foundation.log.publish([{ topic, key: 'somebody', value, headers }]);
const deadLetters = () => readRecords(system.foundation.log, [topics.deadLetters.name]);
const lettersAre = (count: number) =>
  eventually(`${count} dead letters`, async () => (await deadLetters()).length === count);
const header = (record: LogRecord | undefined, name: string) => record?.headers[name]?.toString();
const rowsIn = (stdout: string) => stdout.trimEnd().split('\n').slice(0, -1);

beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
  const event = { ce_specversion: '1.0', ce_id: 'an-id', ce_tenant: 'acme', ce_time: '2026-01-01T00:00:00Z' };
  await publish('twofold.journal', 'not json', { ...event, ce_type: 'twofold.tenant-created.v1', ce_version: '1' });
  await lettersAre(1);
  await publish('twofold.messages.sms', '{}', { ...event, ce_type: 'twofold.message-rendered.v1', ce_id: '' });
  await lettersAre(2);
  await publish('twofold.deliveries', Buffer.alloc(1_500_000, 'x'), { ...event, ce_type: 'twofold.delivery-sent.v1' });
  await lettersAre(3);
}, 60_000);
afterAll(() => system.close());

describe('dead-letters list', () => {
  it('shows reason, origin, group, tries, type and id of each, oldest first', async () => {
    const { code, stdout } = await command('list');
    const [journal, message, delivery, ...others] = rowsIn(stdout);
    expect(others).toEqual([]);
    expect(journal).toMatch(
      /^\S+Z {2}0@\d+ {2}malformed-json {2}twofold\.journal\/0@\d+ {2}template-worker, 1 try {2}tenant-created {2}an-id$/,
    );
    expect(message).toMatch(/malformed-envelope {2}twofold\.messages\.sms\/0@\d+ {2}delivery-worker-sms, 1 try/);
    expect(delivery).toMatch(/too-large {2}twofold\.deliveries\/0@\d+ .*\(without its value, \d{7} bytes\)$/);
    expect(stdout).toMatch(/\n3 dead letters\n$/);
    expect(code).toBe(0);
  });

  it('narrows by reason, id, place and number', async () => {
    const all = rowsIn((await command('list')).stdout);
    const place = all[1]?.split('  ')[1] ?? '';
    expect(rowsIn((await command('list', '--reason', 'malformed-json')).stdout)).toEqual(all.slice(0, 1));
    expect(rowsIn((await command('list', '--id', 'an-id', '--reason', 'too-large')).stdout)).toEqual(all.slice(2));
    expect(rowsIn((await command('list', '--id', place)).stdout)).toEqual(all.slice(1, 2));
    const limited = await command('list', '--limit', '2');
    expect(rowsIn(limited.stdout)).toEqual(all.slice(0, 2));
    expect(limited.stdout).toContain('2 of 3 dead letters');
    expect((await command('list', '--to', '2000-01-01')).stdout).toBe('0 dead letters\n');
  });
});

describe('dead-letters redrive', () => {
  it('lets the running service try a record again, with the same bytes, on request of another process', async () => {
    const [letter] = await deadLetters();
    const offsetOf = (stdout: string) => /malformed-json {2}twofold\.journal\/0@(\d+)/.exec(stdout)?.[1];
    const args = ['redrive', '--reason', 'malformed-json'];
    const { code, stdout } = await runScript('dead-letters', args, { env: { DATA_DIR: system.folder } });
    expect(stdout).toMatch(/^redrive {2}.*\n1 dead letter redriven, 0 left\n$/);
    expect(code).toBe(0);
    await lettersAre(4);
    const again = (await deadLetters()).at(-1);
    expect(again?.value).toEqual(letter?.value);
    expect(again?.key).toEqual(letter?.key);
    expect(header(again, 'ce_id')).toBe('an-id');
    expect(header(again, 'dl_topic')).toBe('twofold.journal');
    expect(Number(header(again, 'dl_offset'))).toBeGreaterThan(Number(offsetOf(stdout)));
    const shown = rowsIn((await command('list')).stdout).at(-1);
    expect(shown).toMatch(/\(redriven before, \d{4}-\d\d-\d\dT[\d:.]+Z\)$/);
  });

  it('leaves what has lost its value where it is', async () => {
    const before = (await deadLetters()).length;
    const { code, stdout } = await command('redrive', '--reason', 'too-large');
    expect(stdout).toMatch(/^leave {4}.*\n0 dead letters redriven, 1 left\n$/);
    expect([code, (await deadLetters()).length]).toEqual([0, before]);
  });

  it('brings a record to its end once what stood in its way is gone, and sends nobody a second message', async () => {
    const { log } = system.foundation;
    const { to, id } = await obtainCode(system);
    const subject = id.slice(0, 22);
    const sent = (name: string) => async () =>
      (await readRecords(log, [name])).filter((record) => header(record, 'ce_subject') === id);
    const requests = sent(topics.journal.name);
    const rendered = sent(topics.messagesEmail.name);
    const [request] = await requests();
    const nonce = /"nonce":"([\w-]+)"/.exec(String(request?.value))?.[1] ?? '';
    const alterRecord = (from: string, by: string) => {
      const file = openBeside(join(system.folder, 'twofold.sqlite'), 'write');
      const changed = file.run(
        'UPDATE records SET document = replace(document, ?, ?) WHERE subject = ?',
        from,
        by,
        subject,
      );
      file.close();
      expect(changed).toBe(1);
    };
    if (!request) throw new Error('the request is not in the log');
    const before = (await deadLetters()).length;
    alterRecord(nonce, 'x'.repeat(22));
    await log.publish([request]);
    await lettersAre(before + 1);
    expect(header((await deadLetters()).at(-1), 'dl_reason')).toBe('forked');
    alterRecord('x'.repeat(22), nonce);

    for (const times of [2, 3]) {
      const { stdout } = await command('redrive', '--reason', 'forked');
      expect(stdout).toContain('1 dead letter redriven');
      await eventually('the message is rendered again', async () => (await rendered()).length === times);
    }
    const ids = new Set((await rendered()).map((record) => header(record, 'ce_id')));
    expect(ids.size).toBe(1);
    // Whoever finds the send done tells its fate again: the first time, and twice more.
    const fates = async () => (await sent(topics.deliveries.name)()).map((record) => header(record, 'ce_type'));
    const isSent = (type: string | undefined) => type === 'twofold.delivery-sent.v1';
    await eventually('the fate is told again', async () => (await fates()).filter(isSent).length === 3);
    expect(system.inbox.list({ to })).toHaveLength(1);
    expect((await deadLetters()).length).toBe(before + 1);
  });

  it('does nothing for nobody', async () => {
    const { code, stdout } = await command('redrive', '--reason', 'no-such-reason');
    expect([code, stdout]).toEqual([0, '0 dead letters redriven, 0 left\n']);
  });

  it('survives a request that makes no sense', async () => {
    await askService(join(system.folder, 'twofold.sqlite'), 'nonsense');
    await eventually('a complaint', () => system.logLines.some((line) => line.includes('redrive-failed')));
    const { stdout } = await command('redrive', '--reason', 'malformed-json', '--limit', '1');
    expect(stdout).toContain('1 dead letter redriven');
  });
});

describe('dead letters of a file that no service runs on', () => {
  it('can be listed, while a redrive is refused and leaves nothing behind', async () => {
    const file = join(dirname(sqliteFile()), 'twofold.sqlite');
    const sqlite = openSqlite({ file, now: Date.now });
    const record = {
      topic: 'twofold.journal',
      partition: 0,
      offset: 1n,
      appendedAt: 0,
      key: null,
      value: null,
      headers: {},
    };
    await sqlite.log.publish([toDeadLetter(record, { reason: 'no-key', group: 'group', attempts: 1 })]);
    await sqlite.close();
    const listed = await runHere((terminal) => runDeadLetters(['list'], terminal), { DATA_DIR: dirname(file) });
    expect(listed.stdout).toMatch(/no-key .*\n1 dead letter\n$/);
    await expect(askService(file, '{}', 50)).rejects.toThrow(/no service runs on .*start it and try again/);
    const later = openSqlite({ file, now: Date.now });
    expect(await later.takeRequests('redrive')).toEqual([]);
    await later.close();
  });
});

describe('the dead-letters command', () => {
  it.each<[string, readonly string[]]>([
    ['no command', []],
    ['an unknown command', ['bury']],
    ['an unknown option', ['list', '--all']],
    ['a surplus word', ['list', 'all']],
    ['a limit of none', ['list', '--limit', '0']],
    ['a limit beyond what one request may name', ['redrive', '--limit', '1001']],
    ['a time that is none', ['list', '--from', 'yesterday']],
  ])('answers %s with its usage and 2', async (_what, args) => {
    const { code, stdout, stderr } = await command(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('npm run dead-letters -- list');
  });

  it('says what it cannot read, and ends with 1', async () => {
    const { code, stderr } = await runScript('dead-letters', ['list'], {
      env: { DATA_DIR: join(system.folder, 'no') },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('no such file')]);
  });
});
