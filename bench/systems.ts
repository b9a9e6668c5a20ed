import { randomBytes } from 'node:crypto';
import { findFreePort, type Child } from '../scripts/infra/child.ts';
import { makeFolder, startNode, type Env } from './node-process.ts';
import type { SystemName } from './options.ts';
import type { Processes } from './processes.ts';
import type { Servers } from './servers.ts';
import { makeTenant } from './tenant.ts';

/** A running Twofold in production mode, with a tenant whose limits the load does not meet. */
export type System = {
  readonly port: number;
  readonly apiKey: string;
  readonly processes: Processes;
  stop(): Promise<void>;
};

type Part = { readonly name: string; readonly port: number; readonly args?: readonly string[]; readonly env?: Env };

/** @param servers for all but an embedded one */
export async function startSystem(
  kind: SystemName,
  options: {
    readonly servers: Servers | undefined;
    readonly providerPort: number;
    readonly profile: string | undefined;
  },
): Promise<System> {
  const folder = await makeFolder();
  const platformKey = randomBytes(32).toString('base64url');
  const env = {
    ...environmentOf(options.servers, options.providerPort),
    DATA_DIR: folder.path,
    PLATFORM_KEY: platformKey,
  };
  const children: Record<string, Child> = {};
  const stop = async () => {
    await Promise.all(Object.values(children).map((child) => child.stop()));
    await folder.remove();
  };
  try {
    const parts = await partsOf(kind);
    const start = async ({ name, port, args, env: own }: Part) => {
      const opsPort = await findFreePort();
      children[name] = await startNode({
        name,
        entry: `services/${name}/main.ts`,
        args,
        folder: folder.path,
        env: { ...env, ...own, PORT: String(port), OPS_PORT: String(opsPort) },
        readyUrl: `http://127.0.0.1:${opsPort}/health/ready`,
        profile: options.profile,
      });
    };
    await Promise.all(parts.map(start));
    const port = parts[0]?.port ?? 0;
    const apiKey = await makeTenant(`http://127.0.0.1:${port}`, platformKey);
    const processes = Object.fromEntries(Object.entries(children).map(([name, { pid }]) => [name, pid]));
    return { port, apiKey, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first one takes the calls. */
async function partsOf(kind: SystemName): Promise<Part[]> {
  const port = await findFreePort();
  if (kind !== 'distributed') return [{ name: 'standalone', port, args: ['serve'] }];
  const verifierPort = await findFreePort();
  return [
    { name: 'gateway', port, env: { VERIFIER_URL: `http://127.0.0.1:${verifierPort}` } },
    { name: 'verifier', port: verifierPort },
    { name: 'template-worker', port: 0 },
    { name: 'delivery-worker', port: 0 },
  ];
}

function environmentOf(servers: Servers | undefined, providerPort: number): Env {
  return {
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1',
    MASTER_KEY: randomBytes(32).toString('base64'),
    CHANNELS: 'sms',
    SMS_PROVIDERS: 'webhook',
    SMS_WEBHOOK_URL: `http://127.0.0.1:${providerPort}/messages`,
    SMS_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    ...(servers && { KAFKA_BROKERS: servers.brokers.join(','), REDIS_URL: servers.redisUrl }),
  };
}
