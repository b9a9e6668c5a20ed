import { randomUUID } from 'node:crypto';
import { run } from './cache.ts';
import { findFreePort, guard, waitUntilReady } from './child.ts';
import { answers } from './kafka.ts';
import { responds } from './redis.ts';

/** A server in a container: `address` is what KAFKA_BROKERS or REDIS_URL takes. `stop` removes the container with its data. */
export type Container = { address: string; name: string; stop: () => Promise<void> };

/** Without `port` a free one is taken; `detached` containers outlive this process. */
export type ContainerOptions = { port?: number; detached?: boolean };

const engineTimeoutMs = 3000;
const readyTimeoutMs = 180_000;
const kafkaImage = 'apache/kafka:4.3.1';
const redisImage = 'redis:7';

/** Whether a Docker engine really answers: a command-line client alone, or a dead socket, does not count. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['info'], engineTimeoutMs);
    return true;
  } catch {
    return false;
  }
}

/** Starts one Kafka broker in a container, published on loopback only. */
export async function startKafkaContainer(options: ContainerOptions = {}): Promise<Container> {
  const port = options.port ?? (await findFreePort());
  const address = `127.0.0.1:${port}`;
  const environment = {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${address}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
  const flags = Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const args = ['-p', `${address}:9092`, ...flags, kafkaImage];
  return await startContainer('kafka', address, args, options, () => answers(address));
}

/** Starts Redis in a container with the settings of `startRedis`, published on loopback only. */
export async function startRedisContainer(options: ContainerOptions = {}): Promise<Container> {
  const port = options.port ?? (await findFreePort());
  const settings = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  const args = ['-p', `127.0.0.1:${port}:6379`, redisImage, 'redis-server', ...settings];
  return await startContainer('redis', `redis://127.0.0.1:${port}`, args, options, () => responds(port));
}

async function startContainer(
  kind: string,
  address: string,
  args: string[],
  options: ContainerOptions,
  ready: () => Promise<boolean>,
): Promise<Container> {
  const name = `twofold-${kind}-${randomUUID().slice(0, 8)}`;
  const remove = ['rm', '-f', '-v', name];
  const release = options.detached ? () => {} : guard(['docker', ...remove]);
  const stop = async () => {
    await run('docker', remove, readyTimeoutMs).catch(() => {});
    release();
  };
  try {
    await run('docker', ['run', '-d', '--name', name, ...args], readyTimeoutMs);
    await waitUntilReady(`${kind} in Docker`, readyTimeoutMs, '', () => true, ready);
    return { address, name, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
