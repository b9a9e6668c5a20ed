import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** Runs a program to its end and gives what it printed; its failure is an error with the first line of its complaint. */
export async function run(program: string, args: string[], timeoutMs: number, folder = '.'): Promise<string> {
  const limits = { cwd: folder, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await runFile(program, args, limits).catch(
    (error: Error & { stderr?: string; stdout?: string }) => {
      const complaint = [error.stderr, error.stdout, error.message].map((text) => text?.trim()).find(Boolean);
      throw new Error(`${program} failed: ${complaint?.split('\n')[0]}`, { cause: error });
    },
  );
  return stdout;
}

/** The folder for what is fetched once: `.cache` in the repository, or TWOFOLD_CACHE_DIR. */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.TWOFOLD_CACHE_DIR ?? join(import.meta.dirname, '../../.cache'), ...parts);
}

const underWay = new Map<string, Promise<string>>();

/**
 * Fills a cache folder once and gives its path. The work happens in a folder beside it that is renamed when complete,
 * so an interrupted fetch is repeated, and two processes at it cannot mix: the later one drops its own result. Within
 * this process, whoever comes while a fetch is under way waits for that one.
 */
export async function fetchOnce(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  const fetching = underWay.get(folder) ?? fillAndRename(folder, fill).finally(() => underWay.delete(folder));
  underWay.set(folder, fetching);
  return await fetching;
}

async function fillAndRename(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  const temporary = `${folder}.${randomUUID()}`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Whether a program of this name is in PATH; gives its path. */
export function findInPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
