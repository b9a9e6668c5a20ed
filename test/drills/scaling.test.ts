import { expect, it, onTestFinished } from 'vitest';
import { report } from '../support/drill-length.ts';
import { eventually } from '../support/installation.ts';
import { allHaveFates, expectReceived, expectTold } from '../support/load-checks.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { createProcess, startProcesses, type ServiceProcess } from '../support/processes.ts';
import { describeLive } from '../support/services.ts';
import { startLoad, statusesOf, type Asked } from '../support/steady-load.ts';

const perSecond = 30;
const workersMost = 6;
const progressMsMax = 90_000;

describeLive('Delivery workers on three brokers', ['own-kafka', 'own-redis'], () => {
  it(
    'go from one to six and back under load while brokers restart: nothing is lost, nothing sent twice unless it says so',
    {
      timeout: 6 * progressMsMax,
    },
    async () => {
      const servers = await startOwnServers(3);
      onTestFinished(servers.stop);
      const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1 };
      const system = await startProcesses({ ...one, servers });
      onTestFinished(system.close);
      const first = system.of('delivery-worker', 0);
      const folder = first.env['DATA_DIR'] ?? '';
      const more: ServiceProcess[] = [];
      onTestFinished(async () => void (await Promise.all(more.map((worker) => worker.kill()))));
      const join = async () => {
        const worker = await createProcess('delivery-worker', first.env, folder);
        more.push(worker);
        await worker.start();
      };
      const exits: (number | null)[] = [];
      const leave = async () => {
        const worker = more.shift();
        // One that hangs ends after 10 s with 1.
        await worker?.kill('SIGTERM');
        exits.push(worker?.exitCode() ?? null);
      };

      const load = startLoad('sms', perSecond, [system.call]);
      const wasAccepted = ({ status }: Asked) => status === 202;
      const progress = async (what: string) => {
        const from = load.asked.length;
        const received = () => new Set(system.sms.received.map(({ to }) => to));
        const isDone = () => {
          const later = load.asked.slice(from).filter(wasAccepted).slice(0, perSecond);
          return later.length === perSecond && later.every(({ to }) => received().has(to));
        };
        await eventually(`deliveries after ${what}`, isDone, progressMsMax);
      };
      await progress('the start');
      for (let count = 2; count <= workersMost; count += 1) await join();
      await progress('six workers');
      const [, second, third] = servers.kafka.nodes;
      await second?.kill('SIGKILL');
      await Promise.all([leave(), progress('the death of a broker')]);
      await Promise.all([second?.start(), join()]);
      await progress('its return');
      await third?.kill('SIGTERM');
      await third?.start();
      await progress('the restart of another');
      while (more.length > 0) await leave();
      await progress('one worker');

      const asked = await load.stop();
      const accepted = asked.filter(wasAccepted);
      const fates = await allHaveFates(system, accepted, progressMsMax);
      const untold = async () => (await system.foundation.store.unlogged(Date.now(), 1)).length > 0;
      await eventually('nothing untold', async () => !(await untold()), progressMsMax);
      await expectTold(system, system, asked);
      report('scaling', {
        statuses: statusesOf(asked),
        flagged: [...fates.values()].filter((fate) => fate.possibleDuplicate).length,
        exits,
      });
      expectReceived(system, accepted, fates);
      for (const fate of fates.values()) expect(fate).not.toHaveProperty('reason');
      expect(exits).toEqual(exits.map(() => 0));
      expect(exits).toHaveLength(workersMost);
    },
  );
});
