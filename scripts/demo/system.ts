import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, startChild, waitUntilReady } from '../infra/child.ts';

/** A running system of the demo's own, and how to talk to it. */
export type DemoSystem = {
  readonly url: string;
  readonly apiKey: string;
  readonly tenant: string;
  /** The one file with store and log. */
  readonly file: string;
  /** Ends the process and removes its folder. Idempotent. */
  stop(): Promise<void>;
};

const root = join(import.meta.dirname, '../..');
const startMsMax = 15_000;
/** Of our own environment the system gets these only: whatever else is set there must not turn it into another system. */
const passedOn = new Set(['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'NODE_COMPILE_CACHE']);

/** Starts a development system in a new folder on a free port: what `npm start` starts. */
export async function startSystem(): Promise<DemoSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'twofold-demo-'));
  const port = await findFreePort();
  const foreign = Object.keys(process.env).filter((name) => !passedOn.has(name));
  const logFile = join(folder, 'output.log');
  const child = startChild({
    command: process.execPath,
    args: [
      '--import',
      join(root, 'scripts/preload.ts'),
      '--disable-warning=TimeoutNegativeWarning',
      join(root, 'services/standalone/main.ts'),
    ],
    logFile,
    temporaryFolder: folder,
    env: {
      ...Object.fromEntries(foreign.map((name) => [name, undefined])),
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    },
  });
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ready = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
      return answer?.ok === true && (await readDevFile(folder)) !== undefined;
    };
    await waitUntilReady('Twofold', startMsMax, logFile, child.running, ready);
    const dev = await readDevFile(folder);
    if (!dev) throw new Error('dev.json vanished');
    return { ...dev, file: join(folder, 'twofold.sqlite'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readDevFile(folder: string) {
  const text = await readFile(join(folder, 'dev.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { url: string; apiKey: string; tenant: string });
}
