import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const script = join(import.meta.dirname, '../../support/stopping-child.ts');

async function endOf(stop: string): Promise<{ code: number | null; signal: string | null }> {
  const child = spawn(process.execPath, [script, stop], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const [code, signal] = await exited;
  return { code, signal };
}

describe('a process that is asked to end', () => {
  it('ends with 0 when it has stopped', async () => {
    expect(await endOf('orderly')).toEqual({ code: 0, signal: null });
  });

  it('ends with 1 when its stop hangs', async () => {
    expect(await endOf('hangs')).toEqual({ code: 1, signal: null });
  });

  it('is killed when its stop never waits for anything, so that no time-out can fire', async () => {
    expect(await endOf('starves')).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
