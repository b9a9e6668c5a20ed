import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { isFull, report } from '../support/drill-length.ts';
import { allHaveFates, expectReceived } from '../support/load-checks.ts';
import { expectFlat, smallHeap, watchMemory } from '../support/memory.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { startProcesses } from '../support/processes.ts';
import { describeLive } from '../support/services.ts';
import { quantile, startLoad, statusesOf } from '../support/steady-load.ts';

const perSecond = isFull ? 200 : 50;
const lastsMs = isFull ? 600_000 : 20_000;
/** Code is compiled and caches are filled in the first seconds. */
const warmUpMs = isFull ? 20_000 : 5_000;
const endMsMax = 120_000;

describeLive('A steady load', ['own-kafka', 'own-redis'], () => {
  it('leaves memory as it was, and no send without a fate', { timeout: lastsMs + 2 * endMsMax }, async () => {
    const servers = await startOwnServers();
    onTestFinished(servers.stop);
    const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1 };
    const system = await startProcesses({ ...one, servers, env: smallHeap });
    onTestFinished(system.close);
    const load = startLoad('sms', perSecond, [system.call]);
    await pause(warmUpMs);
    const memory = watchMemory(system.all);
    await pause(lastsMs);
    const memories = await memory.stop();
    const asked = await load.stop();
    const accepted = asked.filter(({ status }) => status === 202);
    const fates = await allHaveFates(system, accepted, endMsMax);
    const times = asked.map(({ tookMs }) => tookMs);
    report('soak', {
      perSecond,
      seconds: lastsMs / 1000,
      statuses: statusesOf(asked),
      answerMs: { p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: quantile(times, 1) },
      memories,
    });
    expect(accepted.length).toBe(asked.length);
    expectReceived(system, accepted, fates);
    expectFlat(memories);
  });
});
