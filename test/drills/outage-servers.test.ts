import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isFull, report } from '../support/drill-length.ts';
import { eventually } from '../support/installation.ts';
import { allHaveFates, expectReceived, expectTold } from '../support/load-checks.ts';
import { expectFlat, smallHeap, watchMemory } from '../support/memory.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { startProcesses, type Processes, type ServiceProcess } from '../support/processes.ts';
import { describeLive } from '../support/services.ts';
import { quantile, startLoad, statusesOf } from '../support/steady-load.ts';

const perSecond = isFull ? 100 : 50;
const outageMs = isFull ? 120_000 : 20_000;
const aroundMs = 5_000;
const backMsMax = 90_000;

describeLive('A deployment under load', ['own-kafka', 'own-redis'], () => {
  let servers: OwnServers;
  let system: Processes;
  beforeAll(async () => {
    servers = await startOwnServers();
    const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1 };
    system = await startProcesses({ ...one, servers, env: smallHeap });
  });
  afterAll(async () => {
    await system?.close();
    await servers?.stop();
  });

  const allReady = async () => (await Promise.all(system.all.map((one) => one.isReady()))).every(Boolean);

  /** Gives the processes that did not live through it. */
  async function drill(
    name: string,
    away: () => Promise<void>,
    back: () => Promise<void>,
  ): Promise<readonly ServiceProcess[]> {
    const tenant = await system.newTenant();
    const pids = system.all.map((one) => one.pid());
    const memory = watchMemory(system.all);
    const load = startLoad('sms', perSecond, [tenant.call]);
    await pause(aroundMs);
    const goneAt = Date.now();
    await away();
    await pause(outageMs);
    const backAt = Date.now();
    await back();
    await eventually('all processes ready', allReady, backMsMax);
    const readyMs = Date.now() - backAt;
    await eventually('a challenge accepted again', () =>
      load.asked.some(({ status, at }) => status === 202 && at > backAt),
    );
    await pause(aroundMs);
    const asked = await load.stop();
    const inOutage = asked.filter(({ at, tookMs }) => at > goneAt && at + tookMs < backAt);
    const accepted = asked.filter(({ status }) => status === 202);
    const fates = await allHaveFates(system, accepted, backMsMax);
    await eventually(
      'nothing untold',
      async () => (await system.foundation.store.unlogged(Date.now(), 1)).length === 0,
      backMsMax,
    );
    const decided = await expectTold(system, tenant, asked);
    const memories = await memory.stop();
    report(name, {
      outageSeconds: outageMs / 1000,
      asked: asked.length,
      statuses: statusesOf(asked),
      decidedUnanswered: decided - accepted.length,
      outageAnswerMs: {
        p50: quantile(
          inOutage.map(({ tookMs }) => tookMs),
          0.5,
        ),
        max: quantile(
          inOutage.map(({ tookMs }) => tookMs),
          1,
        ),
      },
      readyMs,
      memories,
    });
    expect(inOutage.filter(({ status }) => status === 503).length).toBeGreaterThan((perSecond * outageMs) / 2000);
    expect(Object.keys(statusesOf(asked)).toSorted()).toEqual(['202', '503']);
    expectReceived(system, accepted, fates);
    expectFlat(memories);
    return system.all.filter((one, index) => !one.running() || one.pid() !== pids[index]);
  }

  const timeout = outageMs + 3 * backMsMax;

  it('whose Kafka goes away decides nothing that is not told in the end', { timeout }, async () => {
    const [broker] = servers.kafka.nodes;
    const ended = await drill(
      'kafka away',
      async () => await broker?.kill('SIGKILL'),
      async () => await broker?.start(),
    );
    expect(ended).toEqual([]);
  });

  it('whose Redis goes away decides nothing that is not told in the end', { timeout }, async () => {
    const ended = await drill(
      'redis away',
      () => servers.redis.kill('SIGKILL'),
      () => servers.redis.start(),
    );
    expect(ended).toEqual([]);
  });
});
