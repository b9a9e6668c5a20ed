import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, fetchOnce, findInPath, run } from './cache.ts';

/** A Redis server program and what its environment needs. */
export type RedisBinary = { command: string; env: NodeJS.ProcessEnv };

const installTimeoutMs = 180_000;
const missing = 'Redis is missing: install redis-server 7 or newer (apt, apk, dnf, brew) so that it is in PATH';

/**
 * Finds redis-server: in PATH, else from the package manager. Where that is apt, the packages are only unpacked into
 * the cache folder: that needs no root, starts no service and leaves the machine as it was. Throws a sentence that
 * says what to install when there is no way.
 */
export async function findRedis(): Promise<RedisBinary> {
  const installed = findInPath('redis-server');
  if (installed !== undefined) return { command: installed, env: {} };
  if (findInPath('apt-get') !== undefined && findInPath('dpkg-deb') !== undefined) return await unpackWithApt();
  const isRoot = process.getuid?.() === 0;
  for (const [manager, args] of isRoot ? Object.entries(installers) : []) {
    if (findInPath(manager) === undefined) continue;
    await run(manager, args, installTimeoutMs).catch(giveUp);
    const command = findInPath('redis-server');
    if (command !== undefined) return { command, env: {} };
  }
  throw new Error(missing);
}

const installers = { apk: ['add', '--no-cache', 'redis'], dnf: ['install', '-y', 'redis'] };

function giveUp(error: Error): never {
  throw new Error(`${missing}; ${error.message}`, { cause: error });
}

async function unpackWithApt(): Promise<RedisBinary> {
  const folder = await fetchOnce(cacheFolder('redis'), unpackPackages).catch(giveUp);
  const libraries = join(folder, 'usr/lib');
  const triplets = (await readdir(libraries)).filter((name) => name.includes('-linux-'));
  const paths = triplets.map((name) => join(libraries, name));
  return { command: join(folder, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: paths.join(':') } };
}

/** apt works in its own folders below `temporary`, so that its lists and locks are not the machine's. */
async function unpackPackages(temporary: string): Promise<void> {
  const apt = join(temporary, 'apt');
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true });
  const places = { 'Dir::State::lists': join(apt, 'lists'), 'Dir::Cache': join(apt, 'cache') };
  const settings = { ...places, 'APT::Sandbox::User': '', 'Acquire::Retries': '3' };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const aptGet = async (...args: string[]) => await run('apt-get', [...options, ...args], installTimeoutMs, apt);
  // A hook of the machine's own may fail here without root; if no list came, the plan fails and says so.
  await aptGet('-qq', 'update').catch(() => {});
  const plan = await aptGet('--print-uris', '--no-install-recommends', '-y', 'install', 'redis-server');
  const names = [...plan.matchAll(/^'\S+' (\S+?)_\S+\.deb /gm)].map((match) => String(match[1]));
  await aptGet('-qq', 'download', ...names);
  const packages = (await readdir(apt)).filter((name) => name.endsWith('.deb'));
  for (const name of packages) await run('dpkg-deb', ['-x', join(apt, name), temporary], installTimeoutMs);
  await rm(apt, { recursive: true, force: true });
}
