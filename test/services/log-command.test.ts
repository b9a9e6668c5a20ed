import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { linesIn, runLog, tellStory, textOf, withHeader, type Line, type Told } from '../support/dump.ts';
import { runScript } from '../support/run-script.ts';
import { startSystem, type System } from '../support/system.ts';

let system: System;
let told: Told;

const log = (...args: string[]) => runLog(system.folder, args);
const faultsIn = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('FAULT'));

beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
  told = await tellStory(system);
}, 60_000);
afterAll(() => system.close());

describe('log show', () => {
  it('prints what happened, an event a line, while the service runs', async () => {
    const args = ['show', '--subject', told.asked.id];
    const { code, stdout } = await runScript('log', args, { env: { DATA_DIR: system.folder } });
    const types = stdout.split('\n').map((line) => line.split(/ {2,}/)[1]);
    expect(code).toBe(0);
    expect(types.slice(0, 3)).toEqual(['challenge-requested', 'message-rendered', 'delivery-sent']);
    expect(types).toContain('challenge-approved');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}challenge-requested .*"to":"\(sealed [\w-]+\)"/);
  });

  it('shows nothing that is sealed', async () => {
    const { stdout } = await log('show');
    for (const clear of [told.asked.to, 'Ada', '12.50', told.asked.code]) expect(stdout).not.toContain(clear);
  });

  it('narrows to topics', async () => {
    const { stdout } = await log('show', '--json', '--topic', 'deliveries', '--topic', 'twofold.messages.sms');
    const wanted = told.dump.filter(({ topic }) => /deliveries|sms/.test(topic));
    expect(linesIn(stdout)).toEqual(wanted);
    expect(new Set(wanted.map(({ topic }) => topic)).size).toBe(2);
  });

  it('narrows to a span', async () => {
    const middle = told.dump[Math.floor(told.dump.length / 2)]?.ts ?? 0;
    const at = new Date(middle).toISOString();
    const [before, after] = [await log('show', '--json', '--to', at), await log('show', '--json', '--from', at)];
    const [early, late] = [before, after].map(({ stdout }) => linesIn(stdout));
    expect(early?.every(({ ts }) => ts < middle)).toBe(true);
    expect(late?.every(({ ts }) => ts >= middle)).toBe(true);
    expect([...(early ?? []), ...(late ?? [])]).toEqual(told.dump);
  });

  it('lets a forged event not play with the terminal', async () => {
    const [line] = told.dump;
    if (!line) throw new Error('the dump is empty');
    const forged = withHeader({ ...line, payload: '{"name":"\u009b2J\u202e"}' }, 'ce_actor', 'key:\u001b[2J');
    const noEvent = withHeader(line, 'ce_type', '\u001b[2J');
    const { stdout } = await runLog(system.folder, ['show'], [forged, noEvent]);
    expect(stdout).toContain('key:\\u001b[2J');
    expect(stdout).toContain('(no event)');
    const json = await runLog(system.folder, ['show', '--json'], [forged, noEvent]);
    expect(linesIn(json.stdout)).toEqual([forged, noEvent]);
    // oxlint-disable-next-line no-control-regex
    expect(stdout + json.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('log verify', () => {
  it('finds nothing in what the service wrote, while it runs', async () => {
    const { code, stdout } = await runScript('log', ['verify'], { env: { DATA_DIR: system.folder } });
    expect(faultsIn(stdout)).toEqual([]);
    expect(stdout).toContain('no fault');
    expect(code).toBe(0);
  });

  it('reads its own dump, and one whose records come again', async () => {
    for (const lines of [told.dump, [...told.dump, ...told.dump]]) {
      const { code, stdout } = await runLog(system.folder, ['verify'], lines);
      expect([code, faultsIn(stdout)]).toEqual([0, []]);
    }
  });

  /** What becomes of the subject's second event. */
  const cases: [string, RegExp, (event: Line) => readonly Line[]][] = [
    [
      'an altered value',
      /broken-link .* version 3: /,
      (line) => [{ ...line, payload: String(line.payload).replace('"attemptsLeft":4', '"attemptsLeft":5') }],
    ],
    ['an altered envelope', /broken-link .* version 3: /, (line) => [forge(line)]],
    ['a dropped event', /missing .* version 2: /, () => []],
    ['a forged event beside the true one', /fork .* version 2: /, (line) => [line, forge(line)]],
    ['a forged event before the true one', /fork .* version 2: /, (line) => [forge(line), line]],
    ['an unknown type', /unknown-type +twofold\.journal/, (line) => [withHeader(line, 'ce_type', 'twofold.paid.v1')]],
    ['data that is none of its type', /malformed-data/, (line) => [{ ...line, payload: '{"challengeId":7}' }]],
    [
      'a topic that is not its own',
      /wrong-topic +twofold\.deliv/,
      (line) => [{ ...line, topic: 'twofold.deliveries' }],
    ],
    ['another key', /wrong-id/, (line) => [{ ...line, key: 'platform' }]],
    ['a record without an envelope', /not-a-cloudevent/, (line) => [{ ...line, headers: [] }]],
  ];
  const forge = (line: Line) => withHeader(line, 'ce_actor', 'key:somebody');

  it.each(cases)('reports %s', async (_what, expected, change) => {
    const lines = told.dump.flatMap((line) => (told.isEvent(line, 2) ? change(line) : [line]));
    const { code, stdout } = await runLog(system.folder, ['verify'], lines);
    expect(faultsIn(stdout).join('\n')).toMatch(expected);
    expect(stdout).toMatch(/: \d+ faults?\n$/);
    expect(code).toBe(1);
  });

  it('reports poison in the running log, and where it lies', async () => {
    const other = await startSystem({ kind: 'embedded' });
    onTestFinished(() => other.close());
    const poison = { topic: 'twofold.journal', key: 'k', headers: {}, value: Buffer.from([0xff]) };
    await other.foundation.log.publish([poison]);
    const { code, stdout } = await runLog(other.folder, ['verify']);
    expect(faultsIn(stdout)).toEqual([expect.stringMatching(/^FAULT {2}not-utf8 +twofold\.journal\/0@\d+$/)]);
    expect(code).toBe(1);
  });
});

describe('the log command', () => {
  it.each<[string, readonly string[]]>([
    ['no command', []],
    ['an unknown command', ['explode']],
    ['an unknown option', ['show', '--colour']],
    ['a surplus word', ['show', 'me']],
    ['a topic that is none', ['show', '--topic', 'gossip']],
    ['a time that is none', ['verify', '--from', 'yesterday']],
    ['a topic for replay', ['replay', '--topic', 'journal']],
    ['json of verify', ['verify', '--json']],
  ])('answers %s with its usage and 2', async (_what, args) => {
    const { code, stdout, stderr } = await log(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm run log -- show');
  });

  it('reads a dump from its standard input, and hands its exit code on', async () => {
    const whole = await runScript('log', ['verify', '--file', '-'], { input: textOf(told.dump) });
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('the dump: no fault')]);
    const input = textOf(told.dump.filter((line) => !told.isEvent(line, 2)));
    expect(await runScript('log', ['verify', '--file', '-'], { input })).toMatchObject({ code: 1 });
    expect(await runScript('log', ['verify', '--files'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('explains itself', async () => {
    const { code, stdout } = await log('--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('npm run log -- verify')]);
  });

  it('says what it cannot read, and ends with 1', async () => {
    const folder = await runLog(join(system.folder, 'nowhere'), ['show']);
    expect([folder.code, folder.stderr]).toEqual([1, expect.stringContaining('no such file')]);
    const file = await log('verify', '--file', join(system.folder, 'no-dump'));
    expect([file.code, file.stderr]).toEqual([1, expect.stringContaining('no-dump')]);
    const input = `${JSON.stringify(told.dump[0])}\n{"topic":"twofold.jou`;
    const cut = await runScript('log', ['verify', '--file', '-'], { input });
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining('line 2 is no record')]);
  });
});
