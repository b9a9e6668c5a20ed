import { afterAll, beforeAll, expect, it } from 'vitest';
import { scripts } from '#storage/redis/scripts.ts';
import type { Answer, Call } from '../support/call.ts';
import { aPhone, codeIn, eventually, wrong } from '../support/installation.ts';
import { chainFaults, firstOnes } from '../support/journal.ts';
import { isProduce } from '../support/kafka-proxy.ts';
import { expectSameBytes, killWhenStopped, revive, startKillable } from '../support/killable.ts';
import type { Killable, Victim } from '../support/killable.ts';
import { runs } from '../support/redis-proxy.ts';
import { describeLive, uniqueName } from '../support/services.ts';

/** More steps than any command takes: beyond them a test would go on for ever. */
const stepsMax = 20;
/** Of a command that decides: its caller, its claim, its record, its commit and its publication at least. */
const stepsMin = 5;

describeLive('A service killed between two of its steps', ['own-kafka', 'own-redis'], () => {
  let all: Killable;
  beforeAll(async () => {
    all = await startKillable();
  });
  afterAll(() => all?.close());

  const request = (call: Call, to: string, key = uniqueName('request')): Promise<Answer> =>
    call('POST', '/v1/challenges', { channel: 'sms', to }, { 'idempotency-key': key });
  const guess = (call: Call, id: string, code: string, key = uniqueName('guess')): Promise<Answer> =>
    call('POST', `/v1/challenges/${id}/verify`, { code }, { 'idempotency-key': key });
  const verdict = async (call: Call, id: string, code: string): Promise<string> => {
    const { json } = await guess(call, id, code);
    return json.reason ?? json.result;
  };
  const typesOf = async (subject: string) =>
    firstOnes(await all.journalOf(subject)).map(({ event }) => event.type as string);

  async function receive(): Promise<{ id: string; subject: string; code: string; to: string }> {
    const to = aPhone();
    const { json } = await request(all.system.call, to);
    const [message] = await all.system.messagesTo(to);
    return { id: json.id, subject: json.subject, code: codeIn(message), to };
  }

  const loseProduces = ({ gates }: Victim) => gates.kafka.gate((bytes) => (isProduce(bytes) ? 'swallow' : 'pass'));
  const atCommit = ({ gates }: Victim, what: 'cut' | 'sever') =>
    gates.redis.gate((bytes) => (runs(bytes, scripts.commit) ? what : 'pass'));

  it('has made one challenge when its caller asks again, wherever the gateway died', async () => {
    const { system, gateway } = all;
    let steps = 0;
    for (; steps < stepsMax; steps += 1) {
      const to = aPhone();
      const subject = all.subjectOf(to);
      const key = uniqueName('request');
      gateway.gates.stopAfter(steps);
      if (!(await killWhenStopped(gateway, request(gateway.call, to, key)))) break;
      const kept = await all.untold(subject);
      const restarted = gateway.process.start();
      const answer = await request(system.call, to, key);
      expect(answer.status).toBe(202);
      expect(await typesOf(subject)).toEqual(['challenge-requested']);
      const told = await all.journalOf(subject);
      expect(chainFaults(told)).toEqual([]);
      expectSameBytes(told, kept);
      const [message] = await system.messagesTo(to);
      expect(await verdict(system.call, answer.json.id, codeIn(message))).toBe('approved');
      expect(system.sms.received.filter((one) => one.to === to)).toHaveLength(1);
      await restarted;
    }
    expect(steps).toBeGreaterThanOrEqual(stepsMin);
    expect(steps).toBeLessThan(stepsMax);
  });

  it('leaves events that the next command tells before its own', async () => {
    const { system, gateway } = all;
    const to = aPhone();
    const subject = all.subjectOf(to);
    loseProduces(gateway);
    const lost = request(gateway.call, to);
    const kept = await eventually('a commit', async () => {
      const events = await all.untold(subject);
      return events.length > 0 && events;
    });
    expect(await killWhenStopped(gateway, lost)).toBe(true);
    expect(await typesOf(subject)).toEqual([]);
    expect((await request(system.call, to)).status).toBe(202);
    const told = await all.journalOf(subject);
    expect(await typesOf(subject)).toEqual(['challenge-requested', 'challenge-requested']);
    expect(chainFaults(told)).toEqual([]);
    expectSameBytes(told, kept);
    await gateway.process.start();
  });

  it('answers what it decided, though the answer of the commit was lost', async () => {
    const { system, gateway, verifier } = all;
    const to = aPhone();
    atCommit(gateway, 'cut');
    const made = await request(gateway.call, to);
    expect(gateway.gates.stopped()).toBe(true);
    expect(made.status).toBe(202);
    const [message] = await system.messagesTo(to);
    const code = codeIn(message);
    atCommit(verifier, 'cut');
    const rejected = { reason: 'wrong-code', attemptsLeft: 4 };
    expect((await guess(verifier.call, made.json.id, wrong(code))).json).toMatchObject(rejected);
    expect(verifier.gates.stopped()).toBe(true);
    for (const { gates } of [gateway, verifier]) gates.open();
    expect(await typesOf(made.json.subject)).toEqual(['challenge-requested', 'attempt-rejected']);
    expect(system.sms.received.filter((one) => one.to === to)).toHaveLength(1);
  });

  it('gives the verdict it decided to the caller who asks again after an outage at the commit', async () => {
    const { system, verifier } = all;
    const { id, subject, code } = await receive();
    const key = uniqueName('guess');
    atCommit(verifier, 'sever');
    const first = await guess(verifier.call, id, wrong(code), key);
    expect(first).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    verifier.gates.open();
    const second = await eventually('an answer', async () => {
      const answer = await guess(verifier.call, id, wrong(code), key);
      return answer.status !== 503 && answer;
    });
    expect(second.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
    expect(await typesOf(subject)).toEqual(['challenge-requested', 'attempt-rejected']);
    expect(await verdict(system.call, id, code)).toBe('approved');
  });

  it('has given one verdict when its caller asks again, wherever the verifier died', async () => {
    const { system, verifier } = all;
    let steps = 0;
    for (; steps < stepsMax; steps += 1) {
      const { id, subject, code } = await receive();
      const key = uniqueName('guess');
      verifier.gates.stopAfter(steps);
      if (!(await killWhenStopped(verifier, guess(verifier.call, id, code, key)))) break;
      const kept = await all.untold(subject);
      const answer = await guess(system.call, id, code, key);
      expect(answer).toMatchObject({ status: 200, json: { result: 'approved', proof: expect.any(String) } });
      const told = await all.journalOf(subject);
      const approvals = firstOnes(told).filter(({ event }) => event.type === 'challenge-approved');
      expect(approvals).toHaveLength(1);
      const claims = JSON.parse(Buffer.from(answer.json.proof.split('.')[1], 'base64url').toString());
      expect(approvals[0]?.event.data).toMatchObject({ proof: { jti: claims.jti, iat: claims.iat, exp: claims.exp } });
      expectSameBytes(told, kept);
      expect(await verdict(system.call, id, code)).toBe('already-approved');
      await revive(verifier);
    }
    expect(steps).toBeGreaterThanOrEqual(stepsMin);
    expect(steps).toBeLessThan(stepsMax);
  });

  it('leaves events that the relay of another verifier tells, the same bytes in the same order', async () => {
    const { gateway, verifier, system } = all;
    const { id, subject, code } = await receive();
    const broken = await all.spoil();
    for (let left = 4; left > 0; left -= 1) expect(await verdict(system.call, id, wrong(code))).toBe('wrong-code');
    const to = aPhone();
    for (const victim of [gateway, verifier]) loseProduces(victim);
    // The last guess makes two events: the rejection, and the end of the challenge.
    const calls = Promise.allSettled([guess(verifier.call, id, wrong(code)), request(gateway.call, to)]);
    const subjects = [subject, all.subjectOf(to)];
    const kept = await eventually('two commits', async () => {
      const events = await Promise.all(subjects.map(all.untold));
      return events[0]?.length === 2 && events[1]?.length === 1 && events.flat();
    });
    await Promise.all([verifier.process.kill(), gateway.process.kill()]);
    await calls;
    expect((await Promise.all(subjects.map(typesOf))).flat()).not.toContain('challenge-exhausted');
    const [guessed = [], requested = []] = await eventually('the relay', async () => {
      const journals = await Promise.all(subjects.map(all.journalOf));
      return journals[1]?.length === 1 && journals[0]?.at(-1)?.event.type === 'challenge-exhausted' && journals;
    });
    expectSameBytes([...guessed, ...requested], kept);
    expect(chainFaults([...guessed, ...requested])).toEqual([]);
    expect((await Promise.all(subjects.map(all.untold))).flat()).toEqual([]);
    // Those that nobody can tell were first in line and stopped nobody; of those without a record nothing stays.
    expect(await all.system.foundation.store.unlogged(Date.now(), 10)).toEqual([broken]);
    // And the person gets the code that the dead gateway could not even promise.
    expect(codeIn((await system.messagesTo(to))[0])).toMatch(/^\d{6}$/);
  });
});
