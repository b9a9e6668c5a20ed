import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { findFreePort, startChild, waitUntilReady } from './child.ts';
import type { Child, Died } from './child.ts';
import { run } from './cache.ts';
import { fetchKafkaJars } from './kafka-jars.ts';

/** One broker of a cluster. `kill` leaves its data, `start` brings it back on the same port. */
export type KafkaNode = {
  address: string;
  pid: () => number;
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  start: () => Promise<void>;
};

/** A running cluster. `stop` removes the data as well, so nothing is gained by a slow, orderly end. */
export type Kafka = {
  brokers: string[];
  nodes: KafkaNode[];
  stop: (signal?: NodeJS.Signals) => Promise<void>;
};

/**
 * `ports` are the brokers' client ports; without them free ones are taken. `folder` keeps data and logs. `died` is told of a
 * broker that was ready and is gone, though nobody killed or stopped it here.
 */
export type KafkaOptions = { brokers?: 1 | 3; ports?: number[]; folder?: string; detached?: boolean; died?: Died };

type NodeSettings = { id: number; folder: string; port: number; controllerPort: number };

const readyTimeoutMs = 60_000;
const clusterId = 'dHdvZm9sZC10ZXN0LWthZg';
const jvmFlags = '-Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData';
const logFlags = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.log.kafka.server=info';
const java = [...jvmFlags.split(' '), '-Djava.awt.headless=true', ...logFlags.split(' ')];

/** Starts Apache Kafka in KRaft mode on loopback and resolves when every broker answers. */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const size = options.brokers ?? 1;
  const libs = await fetchKafkaJars();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'twofold-kafka-')));
  const settings = await Promise.all(
    Array.from({ length: size }, async (_, index) => ({
      id: index + 1,
      folder: join(folder, `node-${index + 1}`),
      port: options.ports?.[index] ?? (await findFreePort()),
      controllerPort: await findFreePort(),
    })),
  );
  const voters = settings.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`);
  const temporaryFolder = options.folder === undefined ? folder : undefined;
  const classPath = join(libs, '*');
  const nodes = settings.map((node) => buildNode(node, classPath, temporaryFolder, options));
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    await Promise.all(nodes.map((node) => node.kill(signal)));
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await Promise.all(settings.map((node) => formatNode(node, voters, classPath)));
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { brokers: nodes.map((node) => node.address), nodes, stop };
}

/** Writes a node's settings and formats its data folder. */
async function formatNode(node: NodeSettings, voters: string[], classPath: string): Promise<void> {
  const common = await readFile(join(import.meta.dirname, '../kafka/server.properties'), 'utf8');
  const replicas = voters.length;
  const inSync = Math.max(1, replicas - 1);
  const own = {
    'node.id': node.id,
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'log.dirs': join(node.folder, 'data'),
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
  };
  const lines = Object.entries(own).map(([key, value]) => `${key}=${value}`);
  await mkdir(node.folder, { recursive: true });
  await writeFile(propertiesOf(node), `${common}${lines.join('\n')}\n`);
  const format = ['format', '-t', clusterId, '-c', propertiesOf(node), '--ignore-formatted'];
  await run('java', [...java, '-cp', classPath, 'kafka.tools.StorageTool', ...format], readyTimeoutMs);
}

function buildNode(
  node: NodeSettings,
  classPath: string,
  temporaryFolder: string | undefined,
  { detached, died }: KafkaOptions,
): KafkaNode {
  const address = `127.0.0.1:${node.port}`;
  const args = [...java, `-Dkafka.logs.dir=${node.folder}`, '-cp', classPath, 'kafka.Kafka', propertiesOf(node)];
  let child: Child | undefined;
  const start = async () => {
    const logFile = join(node.folder, `kafka-${Date.now()}.log`);
    const started = startChild({ command: 'java', args, logFile, detached, temporaryFolder });
    child = started;
    await waitUntilReady(`Kafka at ${address}`, readyTimeoutMs, logFile, started.running, async () => {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      return log.includes('Kafka Server started') && (await answers(address));
    });
    if (died) started.watch(`Kafka at ${address}`, died);
  };
  return {
    address,
    pid: () => child?.pid ?? -1,
    kill: async (signal) => await child?.stop(signal),
    start,
  };
}

/** Whether the broker answers a metadata request: its log line alone comes a little too early. */
export async function answers(address: string): Promise<boolean> {
  const client = new kafkajs.Kafka({
    brokers: [address],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.some((broker) => address.endsWith(`:${broker.port}`));
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

function propertiesOf(node: NodeSettings): string {
  return join(node.folder, 'server.properties');
}
