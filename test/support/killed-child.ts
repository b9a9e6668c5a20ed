import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export type ChildRole = 'commit' | 'consume';

/** Starts a process that writes to the file (sqlite-child.ts); it ends with the test at the latest. */
export function startChild(role: ChildRole, file: string) {
  const script = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));
  const running = spawn(process.execPath, [script, role, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void running.kill('SIGKILL'));
  return running;
}

/** Kills such a process by SIGKILL once it has told `count` numbers, and answers all that it told. */
export async function killAfter(count: number, role: ChildRole, file: string): Promise<number[]> {
  const running = startChild(role, file);
  const ended = new Promise((resolve) => running.once('exit', resolve));
  const told: number[] = [];
  for await (const line of createInterface(running.stdout)) {
    told.push(Number(line));
    if (told.length === count) running.kill('SIGKILL');
  }
  await ended;
  return told;
}
