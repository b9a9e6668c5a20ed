import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that can be filled to the last byte. */
export type SmallDisk = {
  readonly folder: string;
  /** Takes all that is free. */
  fill(): void;
  free(): void;
  remove(): void;
};

const sizeMib = 24;
const blockBytes = 4096;

/** Mounts a small file system in memory; undefined where this user may not mount. */
export function mountSmallDisk(): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-disk-'));
  const as = [
    'mount',
    '-t',
    'tmpfs',
    '-o',
    `size=${sizeMib}m,mode=0700,uid=${process.getuid?.() ?? 0}`,
    'tmpfs',
    folder,
  ];
  const privileged = [[], ['sudo', '-n']].find((before) => succeeds([...before, ...as]));
  if (!privileged) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'a');
      try {
        while (statfsSync(folder).bavail > 0) writeSync(file, Buffer.alloc(blockBytes, 'x'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      succeeds([...privileged, 'umount', '--lazy', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bounds how large the files of a running process may grow (bytes), or no more if nothing is given. */
export function limitFiles(pid: number, bytes?: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`]);
}

function succeeds([program = '', ...args]: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
