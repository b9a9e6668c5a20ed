import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What became of a run of vitest inside a test. */
export type InnerRun = {
  /** Its last line. */
  readonly line: string | undefined;
  readonly code: number;
  /** All that it said, errors included. */
  readonly output: string;
};

/** Runs vitest, with our reporter, on one file of this text; `globalSetup` is a path in the repository. */
export async function runInner(file: string, globalSetup?: string, env: NodeJS.ProcessEnv = {}): Promise<InnerRun> {
  // Inside the repository, so that the inner run finds vitest.
  await mkdir(join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache/run-'));
  try {
    await writeFile(join(folder, 'vitest.config.ts'), configOf(globalSetup));
    await writeFile(join(folder, 'inner.test.ts'), file);
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const all = { ...process.env, ...env, NO_COLOR: '1' };
    const child = spawn(process.execPath, [vitest, 'run', '--root', folder], { env: all });
    let told = '';
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = await once(child, 'close');
    return { line: told.trimEnd().split('\n').at(-1), code: Number(code), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configOf(globalSetup: string | undefined): string {
  const setup = globalSetup && `globalSetup: ${JSON.stringify(join(root, globalSetup))},`;
  return `
    import { defineConfig } from 'vitest/config';
    export default defineConfig({ test: {
      reporters: [${JSON.stringify(join(root, 'test/support/ci-reporter.ts'))}],
      ${setup ?? ''}
      pool: 'forks',
      experimental: { viteModuleRunner: false },
    } });`;
}
