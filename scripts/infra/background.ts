import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheFolder, run } from './cache.ts';
import { findFreePort, isPortFree } from './child.ts';
import { dockerAnswers, startKafkaContainer, startRedisContainer } from './docker.ts';
import { answers, startKafka } from './kafka.ts';
import { responds, startRedis } from './redis.ts';

/** A server left running: where it listens, and the process or container that `stop` has to end. */
export type Background = { address: string; pid?: number; container?: string };

/** The two servers that can be left running. */
export type Kind = 'kafka' | 'redis';

const stopTimeoutMs = 20_000;
const fixedPorts = { kafka: 19_092, redis: 16_379 };
const commands = { kafka: 'kafka.Kafka', redis: 'redis-server' };

/** What was started before, if it still answers. */
export async function findRunning(kind: Kind): Promise<Background | undefined> {
  const server = await readState(kind);
  if (server === undefined) return undefined;
  const port = Number(server.address.split(':').at(-1));
  return (await (kind === 'kafka' ? answers(server.address) : responds(port))) ? server : undefined;
}

/** Starts a server that outlives this process, in Docker where an engine answers, else on this machine. */
export async function startInBackground(kind: Kind): Promise<Background> {
  await stopBackground(kind);
  const port = (await isPortFree(fixedPorts[kind])) ? fixedPorts[kind] : await findFreePort();
  const server = (await dockerAnswers()) ? await startContainer(kind, port) : await startProcess(kind, port);
  await mkdir(cacheFolder('infra'), { recursive: true });
  await writeFile(stateFile(kind), JSON.stringify(server));
  return server;
}

/** Ends what `startInBackground` started and removes its data; does nothing if nothing is left of it. */
export async function stopBackground(kind: Kind): Promise<void> {
  const server = await readState(kind);
  if (server?.container !== undefined) await run('docker', ['rm', '-f', '-v', server.container], stopTimeoutMs);
  if (server?.pid !== undefined) await endProcess(server.pid, commands[kind]);
  await rm(dataFolder(kind), { recursive: true, force: true });
  await rm(stateFile(kind), { force: true });
}

async function startContainer(kind: Kind, port: number): Promise<Background> {
  const start = kind === 'kafka' ? startKafkaContainer : startRedisContainer;
  const { address, name } = await start({ port, detached: true });
  return { address, container: name };
}

async function startProcess(kind: Kind, port: number): Promise<Background> {
  const options = { folder: dataFolder(kind), detached: true };
  if (kind === 'redis') {
    const redis = await startRedis({ ...options, port });
    return { address: redis.url, pid: redis.pid() };
  }
  const kafka = await startKafka({ ...options, ports: [port] });
  return { address: kafka.brokers.join(','), pid: kafka.nodes[0]?.pid() };
}

/** Ends a process only if it still is what we started: after a reboot its number may be somebody else's. */
async function endProcess(pid: number, command: string): Promise<void> {
  const isOurs = async () => (await run('ps', ['-o', 'args=', '-p', `${pid}`], 5000).catch(() => '')).includes(command);
  const deadline = Date.now() + stopTimeoutMs;
  if (await isOurs()) process.kill(pid, 'SIGTERM');
  while (await isOurs()) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await pause(100);
  }
}

async function readState(kind: Kind): Promise<Background | undefined> {
  const text = await readFile(stateFile(kind), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

function stateFile(kind: Kind): string {
  return cacheFolder('infra', `${kind}.json`);
}

function dataFolder(kind: Kind): string {
  return join(cacheFolder('infra'), kind);
}
