import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, waitUntilReady, type Child } from '../scripts/infra/child.ts';

const root = join(import.meta.dirname, '..');
const readyMsMax = 60_000;
/** Of our own environment a measured process gets these only: whatever else is set here must not turn it into another system. */
const passedOn = new Set(['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'NODE_COMPILE_CACHE']);

export type Env = Readonly<Record<string, string>>;

/** A folder of its own for what is started, gone with `remove`. */
export async function makeFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'twofold-bench-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Starts one of our programs and resolves when `readyUrl` answers 200. */
export async function startNode(options: {
  readonly name: string;
  readonly entry: string;
  readonly args?: readonly string[];
  readonly folder: string;
  readonly env: Env;
  readonly readyUrl: string;
  readonly profile: string | undefined;
}): Promise<Child> {
  const { name, entry, args = [], folder, readyUrl, profile } = options;
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile, '--cpu-prof-name', name];
  const preload = ['--import', join(root, 'scripts/preload.ts'), '--disable-warning=TimeoutNegativeWarning'];
  return startServer({
    ...options,
    command: process.execPath,
    args: [...preload, ...profiling, join(root, entry), ...args],
    isReady: async () => (await fetch(readyUrl).catch(() => undefined))?.ok === true,
    logFile: join(folder, `${name}.log`),
  });
}

/** Starts a program with nothing of our own settings in its environment and waits until it is ready. */
export async function startServer(options: {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Env;
  readonly logFile: string;
  readonly folder: string;
  readonly isReady: () => Promise<boolean>;
}): Promise<Child> {
  const { name, command, args, logFile, folder, isReady } = options;
  const foreign = Object.keys(process.env).filter((variable) => !passedOn.has(variable));
  const env = { ...Object.fromEntries(foreign.map((variable) => [variable, undefined])), ...options.env };
  const child = startChild({ command, args: [...args], logFile, temporaryFolder: folder, env });
  await waitUntilReady(name, readyMsMax, logFile, child.running, isReady).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  return child;
}
