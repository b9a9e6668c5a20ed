import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { readAddress } from '#runtime/address-request.ts';
import type { Answer } from '../support/call.ts';
import { aPhone, codeIn, eventually, wrong } from '../support/installation.ts';
import { chainFaults, firstOnes, hashOf, readEvents } from '../support/journal.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { startProcesses, type Processes } from '../support/processes.ts';
import { describeLive, uniqueName } from '../support/services.ts';

const outageMsMax = 60_000;
const unavailable = {
  status: 503,
  headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
  json: { code: 'unavailable' },
};

describeLive('A deployment whose Kafka or Redis goes away and comes back', ['own-kafka', 'own-redis'], () => {
  let servers: OwnServers;
  let system: Processes;
  beforeAll(async () => {
    servers = await startOwnServers();
    // Door 0 is a gateway with a verifier behind it, door 1 does everything by itself.
    const one = { gateway: 1, verifier: 1, 'template-worker': 1, 'delivery-worker': 1, standalone: 1 };
    system = await startProcesses({ ...one, servers });
  });
  afterAll(async () => {
    await system?.close();
    await servers?.stop();
  });

  const request = (door: number, to: string, key = uniqueName('request')): Promise<Answer> =>
    system.callOf(door)('POST', '/v1/challenges', { channel: 'sms', to }, { 'idempotency-key': key });
  const guess = (door: number, id: string, code: string, key = uniqueName('guess')): Promise<Answer> =>
    system.callOf(door)('POST', `/v1/challenges/${id}/verify`, { code }, { 'idempotency-key': key });
  const subjectOf = (to: string) => readAddress(system.foundation.keys, system.tenant, { channel: 'sms', to }).subject;
  const recordOf = (subject: string) => system.foundation.store.load(subject);
  const readyOnes = async () => (await Promise.all(system.all.map((one) => one.isReady()))).filter(Boolean).length;
  const allNotReady = () => eventually('no process ready', async () => (await readyOnes()) === 0, outageMsMax);
  const allReady = () =>
    eventually('all processes ready', async () => (await readyOnes()) === system.all.length, outageMsMax);

  async function receive(): Promise<{ id: string; subject: string; code: string }> {
    const to = aPhone();
    const { json } = await request(0, to);
    return { id: json.id, subject: json.subject, code: codeIn((await system.messagesTo(to))[0]) };
  }

  /** What the store decided is what the log tells. */
  async function expectTold(subject: string): Promise<void> {
    const record = await eventually('a told record', async () => {
      const found = await recordOf(subject);
      return found?.unlogged.length === 0 && found;
    });
    const told = await readEvents(system.foundation.log, (event) => event.subject === subject);
    expect(chainFaults(told)).toEqual([]);
    expect(
      firstOnes(told)
        .map(({ record: one }) => hashOf(one))
        .at(-1),
    ).toBe(record.head);
  }

  it('decides nothing while Kafka is away, and goes on without a restart', { timeout: 180_000 }, async () => {
    const [open, guessed] = [await receive(), await receive()];
    await servers.kafka.nodes[0]?.kill('SIGKILL');
    // The first to come at each process is decided before that knows; its answer waits for the log in vain.
    const firsts = [0, 1].map((door) => ({ door, to: aPhone(), key: uniqueName('request') }));
    const key = uniqueName('guess');
    const inVain = await Promise.all([
      ...firsts.map((one) => request(one.door, one.to, one.key)),
      guess(0, guessed.id, wrong(guessed.code), key),
    ]);
    for (const answer of inVain) expect(answer).toMatchObject(unavailable);
    await allNotReady();
    for (const door of [0, 1, 0, 1]) {
      const to = aPhone();
      expect(await request(door, to)).toMatchObject(unavailable);
      expect(await recordOf(subjectOf(to))).toBeUndefined();
      expect(await guess(door, open.id, wrong(open.code))).toMatchObject(unavailable);
      expect(await guess(door, open.id, open.code)).toMatchObject(unavailable);
    }
    expect((await recordOf(open.subject))?.version).toBe(1);

    await servers.kafka.nodes[0]?.start();
    await allReady();
    expect((await guess(1, open.id, open.code)).json).toMatchObject({ result: 'approved', attemptsLeft: 5 });
    const repeated = await guess(0, guessed.id, wrong(guessed.code), key);
    expect(repeated.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
    expect((await guess(0, guessed.id, guessed.code)).json).toMatchObject({ result: 'approved', attemptsLeft: 4 });
    for (const one of firsts) {
      const again = await request(one.door, one.to, one.key);
      expect(again.status).toBe(202);
      const code = codeIn((await system.messagesTo(one.to))[0]);
      expect((await guess(one.door, again.json.id, code)).json.result).toBe('approved');
      await expectTold(again.json.subject);
    }
    for (const { subject } of [open, guessed]) await expectTold(subject);
  });

  it('refuses while Redis is away, and goes on without a restart', { timeout: 180_000 }, async () => {
    const [open, other] = [await receive(), await receive()];
    await servers.redis.kill('SIGKILL');
    const lost = { to: aPhone(), key: uniqueName('request') };
    expect(await request(0, lost.to, lost.key)).toMatchObject(unavailable);
    await allNotReady();
    for (const door of [0, 1]) {
      expect(await request(door, aPhone())).toMatchObject(unavailable);
      expect(await guess(door, open.id, wrong(open.code))).toMatchObject(unavailable);
      expect(await system.callOf(door)('GET', `/v1/challenges/${open.id}`)).toMatchObject(unavailable);
    }

    await servers.redis.start();
    await allReady();
    expect((await guess(0, open.id, open.code)).json).toMatchObject({ result: 'approved', attemptsLeft: 5 });
    expect((await guess(1, other.id, other.code)).json.result).toBe('approved');
    expect((await request(1, lost.to, lost.key)).status).toBe(202);
    expect(await system.messagesTo(lost.to)).toHaveLength(1);
    for (const subject of [open.subject, other.subject, subjectOf(lost.to)]) await expectTold(subject);
  });

  it('outlives servers that hang, and counts once what they did when they woke', { timeout: 180_000 }, async () => {
    const { id, subject, code } = await receive();
    const redisPid = servers.redis.pid();
    const key = uniqueName('guess');
    process.kill(redisPid, 'SIGSTOP');
    onTestFinished(() => void process.kill(redisPid, 'SIGCONT'));
    expect(await guess(0, id, wrong(code), key)).toMatchObject(unavailable);
    await allNotReady();
    process.kill(redisPid, 'SIGCONT');
    await allReady();
    expect((await guess(0, id, wrong(code), key)).json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });

    const kafkaPid = servers.kafka.nodes[0]?.pid() ?? 0;
    process.kill(kafkaPid, 'SIGSTOP');
    onTestFinished(() => void process.kill(kafkaPid, 'SIGCONT'));
    const keys = [uniqueName('guess'), uniqueName('guess')];
    const inVain = await Promise.all(keys.map((one, door) => guess(door, id, wrong(code), one)));
    for (const answer of inVain) expect(answer).toMatchObject(unavailable);
    await allNotReady();
    const before = await recordOf(subject);
    for (const door of [0, 1]) expect(await guess(door, id, code)).toMatchObject(unavailable);
    expect(await recordOf(subject)).toEqual(before);
    process.kill(kafkaPid, 'SIGCONT');
    await allReady();
    const verdicts = await Promise.all(keys.map((one, door) => guess(door, id, wrong(code), one)));
    expect(verdicts.map(({ json }) => json.reason)).toEqual(['wrong-code', 'wrong-code']);
    expect(verdicts.map(({ json }) => json.attemptsLeft).toSorted((a, b) => a - b)).toEqual([2, 3]);
    expect((await guess(1, id, code)).json.result).toBe('approved');
    await expectTold(subject);
  });
});
