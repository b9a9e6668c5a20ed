import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Died } from './child.ts';
import { connectRedis, startRedis } from './redis.ts';
import type { RedisServer } from './redis.ts';

/** Three masters that share all slots. Joined by commas, `urls` are what REDIS_URL takes for a cluster. */
export type RedisCluster = { urls: string[]; nodes: RedisServer[]; stop: () => Promise<void> };

const slotCount = 16_384;
const joinTimeoutMs = 20_000;

/** Starts three Redis masters, spreads the slots over them and resolves when each of them calls the cluster whole. */
export async function startRedisCluster(died?: Died): Promise<RedisCluster> {
  const nodes = await Promise.all([1, 2, 3].map(async () => await startRedis({ cluster: true, died })));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    const clients = await Promise.all(nodes.map((node) => connectRedis(node.url)));
    await joinNodes(clients, nodes);
    clients.forEach((client) => client.disconnect());
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls: nodes.map((node) => node.url), nodes, stop };
}

async function joinNodes(clients: Redis[], nodes: RedisServer[]): Promise<void> {
  const share = Math.ceil(slotCount / clients.length);
  for (const [index, client] of clients.entries()) {
    const last = Math.min((index + 1) * share, slotCount) - 1;
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last);
  }
  for (const node of nodes.slice(1)) {
    const answer = await clients[nodes.indexOf(node)]?.config('GET', 'cluster-port');
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, Array.isArray(answer) ? String(answer[1]) : '');
  }
  const deadline = Date.now() + joinTimeoutMs;
  for (const client of clients) {
    while (!/cluster_state:ok[^]*cluster_known_nodes:3/.test(String(await client.call('CLUSTER', 'INFO')))) {
      if (Date.now() > deadline) throw new Error(`the Redis cluster is not whole after ${joinTimeoutMs} ms`);
      await pause(50);
    }
  }
}
