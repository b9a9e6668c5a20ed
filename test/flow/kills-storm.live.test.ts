import { expect, it, onTestFinished } from 'vitest';
import { createPersistentCaller } from '../support/persistent-caller.ts';
import { startProcesses } from '../support/processes.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { describeLive } from '../support/services.ts';
import { storm } from '../support/storm.ts';
import { expectKept } from '../support/storm-checks.ts';

const kills = 20;

describeLive('Eight processes under a steady load', ['own-kafka', 'own-redis'], () => {
  it('keep every promise through 20 kills', { timeout: 300_000 }, async () => {
    const servers = await startOwnServers();
    onTestFinished(servers.stop);
    const two = { gateway: 2, verifier: 2, 'template-worker': 2, 'delivery-worker': 2 };
    const system = await startProcesses({ ...two, servers });
    onTestFinished(system.close);
    const { sms, call, foundation, tenant } = system;
    const textsTo = (to: string) => sms.received.filter((one) => one.to === to);
    const promised = await storm({
      persist: createPersistentCaller([system.callOf(0), system.callOf(1)]),
      victims: system.all,
      kills,
      textsTo,
      call,
    });
    expect(promised.length).toBeGreaterThan(kills);
    await expectKept(foundation.log, tenant, promised, textsTo);
  });
});
