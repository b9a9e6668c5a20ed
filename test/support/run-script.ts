import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Terminal } from '../../scripts/log/terminal.ts';

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

const timeoutMs = 60_000;

/** Runs a script of `scripts/` to its end, with nothing of this process' own settings in its environment. */
export async function runScript(
  name: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ran> {
  const script = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
  const flags = ['--disable-warning=TimeoutNegativeWarning', script];
  const child = spawn(process.execPath, [...flags, ...args], {
    env: { PATH: process.env.PATH, ...options.env },
    stdio: 'pipe',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A script that refuses its arguments reads nothing.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Runs a command in this process, which takes no time to start, with a terminal of its own. */
export async function runHere(
  command: (terminal: Terminal) => Promise<number>,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const print = (line: string) => (stdout += `${line}\n`);
  const complain = (line: string) => (stderr += `${line}\n`);
  const code = await command({ env, print, complain });
  return { code, stdout, stderr };
}
