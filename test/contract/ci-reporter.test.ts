import { describe, expect, it } from 'vitest';
import { runInner } from '../support/inner-run.ts';

/** The last line and the exit code of a run on this file. */
async function run(file: string): Promise<{ line: string | undefined; code: number }> {
  const { line, code } = await runInner(`import { beforeAll, describe, expect, it } from 'vitest';\n${file}`);
  return { line, code };
}

describe('The closing line of a test run', () => {
  it('counts what passed', async () => {
    expect(await run(`it('a', () => {}); it('b', () => {});`)).toEqual({ line: '2 passed, 0 failed', code: 0 });
  });

  it('counts what failed and what was skipped', async () => {
    const file = `it('a', () => {}); it('b', () => expect(1).toBe(2)); it('c', (context) => context.skip('why'));`;
    expect(await run(file)).toEqual({ line: '1 passed, 1 failed, 1 skipped', code: 1 });
  });

  it('counts a file that cannot be loaded as failed', async () => {
    expect(await run(`import './missing.ts';`)).toEqual({ line: '0 passed, 1 failed', code: 1 });
  });

  it('counts a hook that throws as failed', async () => {
    const file = `it('a', () => {}); describe('s', () => { beforeAll(() => { throw new Error('x'); }); it('b', () => {}); });`;
    expect(await run(file)).toEqual({ line: '1 passed, 1 failed, 1 skipped', code: 1 });
  });

  it('counts an error outside every test as failed', async () => {
    const file = `it('a', () => { setTimeout(() => { throw new Error('late'); }, 5); return new Promise((resolve) => setTimeout(resolve, 50)); });`;
    expect(await run(file)).toEqual({ line: '1 passed, 1 failed', code: 1 });
  });

  it('is never green when a process dies under its tests', async () => {
    const { line, code } = await run(
      `it('a', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}); });`,
    );
    expect(line).toMatch(/^0 passed, [1-9]\d* failed$/);
    expect(code).toBe(1);
  });
});
