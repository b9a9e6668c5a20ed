import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const config = `
  import { defineConfig } from 'vitest/config';
  export default defineConfig({ test: {
    reporters: [${JSON.stringify(join(root, 'test/support/ci-reporter.ts'))}],
    experimental: { viteModuleRunner: false },
  } });`;

let folder: string;
beforeEach(async () => {
  // Inside the repository, so that the inner run finds vitest.
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache/reporter-'));
  await writeFile(join(folder, 'vitest.config.ts'), config);
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

/** Runs vitest on one file and gives the last line and the exit code. */
async function run(file: string): Promise<{ line: string | undefined; code: number }> {
  await writeFile(join(folder, 'inner.test.ts'), `import { beforeAll, describe, expect, it } from 'vitest';\n${file}`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--root', folder], { env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.resume();
  const [code] = await once(child, 'close');
  return { line: output.trimEnd().split('\n').at(-1), code: Number(code) };
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
