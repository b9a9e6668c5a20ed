import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runImport } from '../../scripts/import/run.ts';
import { readRows } from '../../scripts/import/csv.ts';
import { runHere } from '../support/run-script.ts';
import { startSystem, type System } from '../support/system.ts';

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const uri = (label: string, of = secret) => `otpauth://totp/${label}?secret=${of}&issuer=Old`;

describe('a file of secrets', () => {
  it('is read with quotes, commas and line breaks in its fields', () => {
    const { rows, faults } = readRows(
      'userId,uri,label\r\n"a ""b"", c",otpauth://x,"two\nlines"\n\nlast,otpauth://y,\n',
    );
    expect(faults).toEqual([]);
    expect(rows).toEqual([
      { line: 2, userId: 'a "b", c', uri: 'otpauth://x', label: 'two\nlines' },
      { line: 5, userId: 'last', uri: 'otpauth://y' },
    ]);
  });

  it('has rows that lack something told by their lines, and the others kept', () => {
    const { rows, faults } = readRows('userId,uri\nu1,otpauth://x\n,otpauth://y\nu3\n');
    expect(rows.map(({ line }) => line)).toEqual([2]);
    expect(faults).toEqual([
      { line: 3, reason: 'lacks userId or uri' },
      { line: 4, reason: 'has 1 fields instead of 2' },
    ]);
  });

  it.each(['uri\nx', 'userId,uri,password\na,b,c', 'userId,uri\n"never ends'])(
    'is refused whole where it can only be read wrongly: %j',
    (text) => {
      expect(() => readRows(text)).toThrow(/columns|never ends/);
    },
  );
});

describe('npm run import', () => {
  let system: System;
  let folder: string;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
    folder = mkdtempSync(join(tmpdir(), 'twofold-import-'));
  });
  afterAll(async () => {
    await system.close();
    rmSync(folder, { recursive: true });
  });

  const run = (file: string, ...args: string[]) =>
    runHere((terminal) => runImport([file, '--url', system.url, ...args], terminal), {
      TWOFOLD_API_KEY: system.apiKey,
    });

  const methodsOf = async (userId: string) => (await system.call('POST', '/v1/accounts', { userId })).json.methods;

  it('enrols each row once, names the lines that fail, and repeats nothing on a second run', async () => {
    const file = join(folder, 'secrets.csv');
    const report = join(folder, 'report.json');
    const rows = [
      'userId,uri,label',
      `u1,${uri('one')},Phone`,
      `u2,${uri('two')},`,
      'u3,otpauth://hotp/x?secret=ABCDEFGHIJKLMNOP&counter=1,',
      'u4,,',
    ];
    writeFileSync(file, rows.join('\n'));
    const first = await run(file, '--report', report);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('2 imported, 0 there already, 2 failed');
    expect(first.stdout).toContain('line 4: uri must be an otpauth URI of type totp');
    expect(first.stderr).toMatch(/3 of 3 rows, \d+ a second\n$/);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject([
      { line: 2, outcome: 'imported' },
      { line: 3, outcome: 'imported' },
      { line: 4, outcome: 'failed' },
      { line: 5, outcome: 'failed', reason: 'lacks userId or uri' },
    ]);
    for (const text of [first.stdout, first.stderr, readFileSync(report, 'utf8')]) expect(text).not.toContain(secret);
    await run(file);
    expect(await methodsOf('u1')).toMatchObject([{ type: 'totp', label: 'Phone', default: true }]);
    expect(await methodsOf('u2')).toHaveLength(1);
  });

  it('finds a secret that is there already, whatever run brought it', async () => {
    const file = join(folder, 'again.csv');
    writeFileSync(file, `userId,uri\nu5,${uri('five')}\nu5,${uri('other name')}\n`);
    const { code, stdout } = await run(file, '--concurrency', '1');
    expect([code, stdout]).toEqual([0, '1 imported, 1 there already, 0 failed\n']);
    expect(await methodsOf('u5')).toHaveLength(1);
  });

  it('takes short secrets only where that is asked for', async () => {
    const file = join(folder, 'short.csv');
    writeFileSync(file, `userId,uri\nu6,${uri('six', 'JBSWY3DPEHPK3PXP')}\n`);
    const refused = await run(file);
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('16 to 64 bytes')]);
    expect(await run(file, '--allow-short-secrets')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 imp/),
    });
  });

  it('says what is wrong with its arguments, and ends with 2', async () => {
    const noKey = await runHere((terminal) => runImport(['x.csv'], terminal), {});
    expect(noKey).toMatchObject({ code: 2, stderr: expect.stringContaining('TWOFOLD_API_KEY is not set') });
    expect(await run('x.csv', '--concurrency', '0')).toMatchObject({ code: 2 });
    expect(await run('x.csv', '--nonsense')).toMatchObject({ code: 2 });
  });
});
