import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchOnce } from '../../scripts/infra/cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-infra-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

describe('The cache of fetched servers', () => {
  it('is filled once, whoever asks at the same time', async () => {
    let fills = 0;
    const fill = async (temporary: string) => {
      fills += 1;
      await writeFile(join(temporary, 'jar'), 'bytes');
    };
    const target = join(folder, 'libs');
    await Promise.all([fetchOnce(target, fill), fetchOnce(target, fill)]);
    await fetchOnce(target, fill);
    expect(fills).toBe(1);
    expect(await readFile(join(target, 'jar'), 'utf8')).toBe('bytes');
  });

  it('shows nothing of a fetch that failed, and repeats it', async () => {
    const target = join(folder, 'libs');
    const interrupted = fetchOnce(target, async (temporary) => {
      await writeFile(join(temporary, 'half'), '');
      throw new Error('the network is gone');
    });
    await expect(interrupted).rejects.toThrow('the network is gone');
    expect(await readdir(folder)).toEqual([]);
    await fetchOnce(target, async (temporary) => await writeFile(join(temporary, 'whole'), ''));
    expect(await readdir(target)).toEqual(['whole']);
  });
});

describe('A server that was started here', () => {
  it('dies with its owner, even when the owner is killed, and its temporary folder goes with it', async () => {
    const data = join(folder, 'data');
    await mkdir(data);
    const childModule = join(import.meta.dirname, '../../scripts/infra/child.ts');
    const script = `
      import { startChild } from ${JSON.stringify(childModule)};
      const logFile = ${JSON.stringify(join(folder, 'log'))};
      const child = startChild({ command: 'sleep', args: ['600'], logFile, temporaryFolder: ${JSON.stringify(data)} });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const [firstLine] = await once(owner.stdout, 'data');
    const pid = Number(String(firstLine));
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
    await vi.waitFor(() => expect(existsSync(data)).toBe(false), { timeout: 10_000 });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
