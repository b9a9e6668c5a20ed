import { findRunning, startInBackground, stopBackground } from './infra/background.ts';
import type { Background, Kind } from './infra/background.ts';
import { fetchKafkaJars } from './infra/kafka-jars.ts';
import { findRedis } from './infra/redis-binary.ts';

const usage = `npm run infra              start Kafka and Redis and leave them running; prints what to export
npm run infra -- status    say what is running
npm run infra -- stop      stop both and drop their data
npm run infra -- fetch     only fetch what they need, for a later start without a network`;

const kinds: Kind[] = ['kafka', 'redis'];
const variables = { kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL' };

/** Only the export line goes to stdout, so that `eval "$(npm run -s infra)"` sets both variables. */
async function start(): Promise<void> {
  const servers = await Promise.all(kinds.map(async (kind) => [variables[kind], await ensureRunning(kind)]));
  console.log(`export ${servers.map(([name, address]) => `${name}=${address}`).join(' ')}`);
  console.error('Stop them with: npm run infra -- stop');
}

async function ensureRunning(kind: Kind): Promise<string> {
  const configured = process.env[variables[kind]];
  if (configured) return configured;
  const running: Background = (await findRunning(kind)) ?? (await startInBackground(kind));
  return running.address;
}

async function showStatus(): Promise<void> {
  for (const kind of kinds) {
    const server = await findRunning(kind);
    const owner = server?.container ?? `process ${server?.pid}`;
    console.log(server === undefined ? `${kind}: not running` : `${kind}: ${server.address} (${owner})`);
  }
}

async function stop(): Promise<void> {
  await Promise.all(kinds.map(stopBackground));
}

async function fetchAll(): Promise<void> {
  const [jars, redis] = await Promise.all([fetchKafkaJars(), findRedis()]);
  console.log(`Kafka: ${jars}\nRedis: ${redis.command}`);
}

const commands: Record<string, () => Promise<void>> = { start, status: showStatus, stop, fetch: fetchAll };

const command = commands[process.argv[2] ?? 'start'];
if (command === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await command().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
