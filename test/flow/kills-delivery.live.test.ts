import type { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { leaseKey } from '#storage/redis/keys.ts';
import { scripts } from '#storage/redis/scripts.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import { aPhone, eventually } from '../support/installation.ts';
import { isProduce } from '../support/kafka-proxy.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { startProcesses } from '../support/processes.ts';
import { runs, wordsOf } from '../support/redis-proxy.ts';
import { describeLive } from '../support/services.ts';
import { startGates } from '../support/victim.ts';

const name = 'delivery-worker';

describeLive('A delivery worker killed at its work', ['own-kafka', 'own-redis'], () => {
  it('leaves nothing unsent to the next one, and no doubt untold', { timeout: 180_000 }, async () => {
    const servers = await startOwnServers();
    onTestFinished(servers.stop);
    const gates = await startGates(servers);
    onTestFinished(gates.close);
    const system = await startProcesses({
      gateway: 1,
      verifier: 1,
      'template-worker': 1,
      [name]: 2,
      servers,
      envOf: (service, index) => (service === name && index === 0 ? gates.env : {}),
    });
    onTestFinished(system.close);
    const redis: Redis = await connectRedis(servers.redisUrl);
    onTestFinished(() => redis.disconnect());
    const { sms } = system;

    const send = async (): Promise<{ id: string; to: string }> => {
      const to = aPhone();
      const { json } = await system.call('POST', '/v1/challenges', { channel: 'sms', to });
      return { id: json.id, to };
    };
    const received = (to: string) => sms.received.filter((one) => one.to === to);
    const keyOf = (id: string) => leaseKey(`${id}/1`);
    const leaseOf = async (id: string) => redis.hgetall(keyOf(id));

    // The second one goes in order, so that the victim has every partition.
    await system.kill(name, 1, 'SIGTERM');
    await eventually('a worker that has all', () => system.of(name, 0).isReady());

    // It can tell nobody what became of the first message.
    gates.kafka.gate((request) => (isProduce(request) ? 'swallow' : 'pass'));
    const handedOver = await send();
    await eventually('a fate in the lease', async () => (await leaseOf(handedOver.id)).done === '1');
    // The vendor takes the second one and says nothing.
    sms.misbehave('stalls');
    const inDoubt = await send();
    await eventually('a call', () => received(inDoubt.to).length === 1);
    // The third one is put off, with its lease given back.
    sms.misbehave(undefined);
    sms.script({ status: 503, headers: { 'retry-after': '60' }, body: '' });
    const putOff = await send();
    await eventually('a lease given back', async () => (await leaseOf(putOff.id)).owner === '');
    sms.script(undefined);
    // The fourth one is leased, and then the worker comes no further.
    const known = new Set([handedOver, inDoubt, putOff].map(({ id }) => keyOf(id)));
    let leased = false;
    gates.redis.gate((request) => {
      if (leased) return 'freeze';
      leased = runs(request, scripts.lease) && !known.has(wordsOf(request)[3] ?? '');
      return 'pass';
    });
    const onlyLeased = await send();
    await eventually('a stop after the lease', () => gates.redis.tripped());
    expect(received(onlyLeased.to)).toEqual([]);
    await system.kill(name, 0);

    // Its group waits for the dead one's session to end, and nobody can shorten that.
    await system.restart(name, 1);
    const fateOf = ({ id }: { id: string }) =>
      eventually('a fate', async () => {
        const { json } = await system.call('GET', `/v1/challenges/${id}`);
        return json.sends[0].status !== 'queued' && json.sends[0];
      });
    const plain = { number: 1, requestedAt: expect.any(String), status: 'sent', provider: 'webhook' };
    expect(await fateOf(handedOver)).toEqual(plain);
    expect(await fateOf(putOff)).toEqual(plain);
    expect(await fateOf(inDoubt)).toEqual({ ...plain, possibleDuplicate: true });
    expect(await fateOf(onlyLeased)).toEqual({ ...plain, possibleDuplicate: true });
    const counts = [handedOver, putOff, onlyLeased, inDoubt].map(({ to }) => received(to).length);
    expect(counts).toEqual([1, 1, 1, 2]);
    // A vendor can know the repetition by its id.
    expect(new Set(received(inDoubt.to).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});
