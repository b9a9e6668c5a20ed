import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chainHash, type Draft } from '#core/event.ts';
import { openSqlite } from '#storage/sqlite/open.ts';
import { openBeside } from '#storage/sqlite/sqlite.ts';
import { headersOf, lineOf, runLog, tellStory, withHeader, type Line, type Told } from '../support/dump.ts';
import { runScript } from '../support/run-script.ts';
import { obtainCode } from '../support/story.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
let told: Told;

const replayDump = (lines: readonly Line[], ...args: string[]) => runLog(system.folder, ['replay', ...args], lines);
/** The dump with another thing in the place of one event of the subject. */
const changed = (version: number, change: (line: Line) => readonly Line[]) =>
  told.dump.flatMap((line) => (told.isEvent(line, version) ? change(line) : [line]));

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
  told = await tellStory(system);
}, 60_000);
afterAll(() => system.close());

describe('log replay', () => {
  it('finds every document as the journal makes it, while the service runs', async () => {
    const { code, stdout } = await runScript('log', ['replay'], { env: { DATA_DIR: system.folder } });
    // The platform, the tenant and two addresses.
    expect(stdout).toMatch(/^equal +4\n.*no difference\n$/);
    expect(code).toBe(0);
  });

  it('compares a dump with the store, one subject alone if it is asked to', async () => {
    const { code, stdout } = await replayDump(told.dump, '--subject', told.subject);
    expect(stdout).toMatch(/^equal +1\n/);
    expect(code).toBe(0);
  });

  it('takes into account what is decided while it reads', async () => {
    const other = await startSystem({ kind: 'embedded' });
    onTestFinished(() => other.close());
    const reading = runScript('log', ['replay'], { env: { DATA_DIR: other.folder } });
    const state = { reading: true };
    const busy = (async () => {
      while (state.reading) await obtainCode(other, {});
    })();
    const { code, stdout } = await reading.finally(() => (state.reading = false));
    await busy;
    expect(stdout).toContain('no difference');
    expect(code).toBe(0);
  });

  const differences: [string, RegExp, () => readonly Line[]][] = [
    ['a lost last event', /the store is at version \d+, the log's chain ends at/, () => changed(told.last, () => [])],
    [
      'an altered last event, which no chain shows',
      /is another event than the store's/,
      () => changed(told.last, (line) => [withHeader(line, 'ce_actor', 'key:somebody')]),
    ],
    ['a dropped event', /the log's chain ends at 1\n/, () => changed(2, () => [])],
    [
      'a forged event at the end',
      /the store is at version \d+, the log at/,
      () => changed(told.last, (line) => [line, oneMore(line)]),
    ],
    [
      'a forged life',
      /the store has life [\w-]{11}, the log ends in life0000000/,
      () => [...told.dump, lifeOf(told.subject, Date.now())],
    ],
  ];
  it.each(differences)('reports %s', async (_what, expected, lines) => {
    const { code, stdout } = await replayDump(lines());
    expect(stdout).toMatch(new RegExp(`^DIFFERENT +${told.subject}: .*${expected.source}`));
    expect(stdout).toMatch(/different +1\n.*: 1 difference\n$/);
    expect(code).toBe(1);
  });

  it('says that the store is ahead of a span that was asked for, and calls it no difference', async () => {
    const { code, stdout } = await replayDump(
      changed(told.last, () => []),
      '--to',
      '2999-01-01T00:00:00Z',
    );
    expect(stdout).toMatch(new RegExp(`^BEHIND +${told.subject}`));
    expect(code).toBe(0);
  });

  it('says of a chain without its beginning that only its head could be compared', async () => {
    const { code, stdout } = await replayDump(changed(1, () => []));
    expect(stdout).toMatch(new RegExp(`^INCOMPLETE +${told.subject}`));
    expect(code).toBe(0);
  });

  it('reports a document that somebody altered in the store', async () => {
    const other = await startSystem({ kind: 'embedded' });
    onTestFinished(() => other.close());
    const subject = `tenant:${other.tenant}`;
    const file = openBeside(join(other.folder, 'twofold.sqlite'), 'write');
    const alter = `UPDATE records SET document = replace(document, '"Example"', '"Rogue"') WHERE subject = ?`;
    expect(file.run(alter, subject)).toBe(1);
    file.close();
    const { code, stdout } = await runLog(other.folder, ['replay']);
    expect(stdout).toMatch(new RegExp(`^DIFFERENT +${subject}: the documents differ`));
    expect(code).toBe(1);
  });

  it('tells what the store has forgotten in time from what it should still have', async () => {
    const folder = tempFolder();
    await openSqlite({ file: join(folder, 'twofold.sqlite'), now: Date.now }).close();
    const lines = [lifeOf('O'.repeat(22), Date.parse('2020-01-01')), lifeOf('Y'.repeat(22), Date.now())];
    const file = join(folder, 'dump.ndjson');
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const { code, stdout } = await runLog(folder, ['replay', '--file', file]);
    expect(stdout).toMatch(/^ABSENT +Y{22}: the store has no record, and should have one until \d{4}-/);
    expect(stdout).toMatch(/\nexpired +1\nabsent +1\n/);
    expect(code).toBe(0);
  });

  it('works while no service runs', async () => {
    const folder = tempFolder();
    const sqlite = openSqlite({ file: join(folder, 'twofold.sqlite'), now: Date.now });
    const { topic, key, payload, ...rest } = lifeOf(told.subject, Date.now());
    await sqlite.log.publish([{ topic, key, value: payload, headers: headersOf({ topic, key, payload, ...rest }) }]);
    await sqlite.close();
    const { code, stdout } = await runLog(folder, ['replay']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('absent      1')]);
  });
});

/** One more event, made by somebody who knows the last one: no chain shows it. */
function oneMore(line: Line): Line {
  const headers = headersOf(line);
  const [, life = ''] = headers.ce_id?.split('.') ?? [];
  const about = headers.ce_subject ?? '';
  const draft: Draft = { type: 'challenge-canceled', about, data: { challengeId: about, reason: 'requested' } };
  const head = chainHash(headers, line.payload ?? '');
  return lineOf(draft, {
    subject: told.subject,
    life,
    version: told.last,
    head,
    tenant: system.tenant,
    time: Date.now(),
  });
}

/** The first event of a life that began at `time`. */
function lifeOf(subject: string, time: number): Line {
  const challengeId = `${subject}.c${'C'.repeat(22)}`;
  const data = {
    challengeId,
    channel: 'sms',
    purpose: 'verification',
    to: `kid.${'a'.repeat(40)}`,
    send: { number: 1, nonce: 'n'.repeat(22), kid: 'kid', expiresAt: time, resendAvailableAt: time, sendsLeft: 4 },
    counted: { destination: 'destination-digest' },
    settingsVersion: 'p0.t0',
    digits: 6,
    attemptsMax: 5,
    sendsMax: 5,
    endsAtMax: time,
  };
  const draft: Draft = { type: 'challenge-requested', about: challengeId, data };
  return lineOf(draft, { subject, life: 'life0000000', version: 0, head: '', tenant: 'acme', time });
}
