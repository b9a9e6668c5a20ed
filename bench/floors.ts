import { join } from 'node:path';
import { findFreePort } from '../scripts/infra/child.ts';
import { makeFolder, startNode } from './node-process.ts';
import type { Servers } from './servers.ts';

export type Floor = { readonly port: number; readonly pid: number; stop(): Promise<void> };

/** @param on 'nothing': fastify alone; else with the calls that one challenge needs, on that pair */
export async function startFloor(on: 'nothing' | 'embedded' | Servers): Promise<Floor> {
  const [folder, port] = [await makeFolder(), await findFreePort()];
  const place =
    on === 'nothing'
      ? undefined
      : on === 'embedded'
        ? { kind: 'embedded', file: join(folder.path, 'floor.sqlite') }
        : { kind: 'distributed', redisUrl: on.redisUrl, brokers: on.brokers };
  const child = await startNode({
    name: 'floor',
    entry: 'bench/floor/main.ts',
    folder: folder.path,
    env: { FLOOR_PORT: String(port), ...(place && { FLOOR_STORAGE: JSON.stringify(place) }) },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
    profile: undefined,
  }).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  const stop = async () => {
    await child.stop();
    await folder.remove();
  };
  return { port, pid: child.pid, stop };
}
