import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLogger } from '#runtime/logger.ts';
import { openStorage, type Storage } from '#storage/open.ts';
import { createCall, type Call } from './call.ts';
import { eventually } from './installation.ts';
import { createProcess, type ServiceProcess } from './processes.ts';

/** A standalone as a process of its own, its folder, and its demo tenant. */
export type Standing = {
  readonly process: ServiceProcess;
  readonly folder: string;
  readonly tenant: string;
  readonly call: Call;
};

/** Starts one in development mode, as `npm start` does; it ends with the test. */
export async function startStandalone(env: Readonly<Record<string, string>>): Promise<Standing> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-standalone-'));
  const process = await createProcess('standalone', { ...env, DATA_DIR: folder, LOG_LEVEL: 'warn' }, folder);
  onTestFinished(async () => {
    await process.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await process.start();
  const file = await eventually('dev.json', () => readDevelopment(folder));
  return { process, folder, tenant: file.tenant, call: createCall(process.url, file.apiKey) };
}

/** What a standalone in development mode leaves for whoever calls it; undefined until it has. */
export function readDevelopment(folder: string): { apiKey: string; tenant: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'dev.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Opens the store and the log in the folder of a standalone that is gone. */
export const openEmbedded = (folder: string): Promise<Storage> =>
  openStorage({
    kind: 'embedded',
    file: join(folder, 'twofold.sqlite'),
    now: Date.now,
    logger: silentLogger,
    onFatal: () => {},
    clientId: 'test',
  });
