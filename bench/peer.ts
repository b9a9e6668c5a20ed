import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../scripts/infra/child.ts';
import { makeFolder, startServer } from './node-process.ts';
import type { Servers } from './servers.ts';

/** A running otpgateway (github.com/knadh/otpgateway, version 3), with its Redis store and a webhook as its provider. */
export type Peer = {
  readonly port: number;
  readonly authorization: string;
  readonly pid: number;
  stop(): Promise<void>;
};

const namespace = 'bench';
const secret = 'bench-secret';

/** @param binary an executable otpgateway; what it needs beside it must be in its own folder */
export async function startPeer(binary: string, servers: Servers, providerPort: number): Promise<Peer> {
  const [folder, port] = [await makeFolder(), await findFreePort()];
  const config = join(folder.path, 'config.toml');
  await writeFile(config, configOf(port, new URL(servers.redisUrl), providerPort));
  const authorization = `Basic ${Buffer.from(`${namespace}:${secret}`).toString('base64')}`;
  const isReady = async () => {
    const headers = { authorization };
    const answer = await fetch(`http://127.0.0.1:${port}/api/providers`, { headers }).catch(() => undefined);
    return answer?.ok === true;
  };
  const logFile = join(folder.path, 'otpgateway.log');
  const child = await startServer({
    name: 'otpgateway',
    command: binary,
    args: ['--config', config],
    env: {},
    logFile,
    folder: folder.path,
    isReady,
  }).catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  const stop = async () => {
    await child.stop();
    await folder.remove();
  };
  return { port, authorization, pid: child.pid, stop };
}

/** As its config.sample.toml names things. */
function configOf(port: number, redis: URL, providerPort: number): string {
  return `[app]
address = "127.0.0.1:${port}"
server_timeout = "5s"
otp_ttl = 300
otp_max_attempts = 5
otp_max_resends = 3
root_url = "http://127.0.0.1:${port}"

[store.redis]
host = "${redis.hostname}"
port = "${redis.port}"

[auth.bench]
namespace = "${namespace}"
secret = "${secret}"

[webhooks.bench]
enabled = true
url = "http://127.0.0.1:${providerPort}/messages"
max_conns = 64
request_timeout = "5s"
subject = ""
template = ""
channel_name = "SMS"
address_name = "Mobile number"
max_address_len = 20
max_otp_len = 6
`;
}
