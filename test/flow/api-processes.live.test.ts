import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCall } from '../support/call.ts';
import { aPhone, anEmail, eventually, wrong } from '../support/installation.ts';
import { startProcesses, type Processes } from '../support/processes.ts';
import { describeLive, uniqueName } from '../support/services.ts';
import { guess, journalOf, obtainCode } from '../support/story.ts';
import { startSystem } from '../support/system.ts';

describeLive('Two of each service', ['kafka', 'redis'], () => {
  let system: Processes;
  beforeAll(async () => {
    system = await startProcesses({ gateway: 2, verifier: 2, 'template-worker': 2, 'delivery-worker': 2 });
  });
  afterAll(async () => await system?.close());

  for (const [channel, provider, anAddress] of [
    ['sms', 'webhook', aPhone],
    ['email', 'smtp', anEmail],
  ] as const) {
    it(`play one story by ${channel}, each call at the other gateway`, async () => {
      const [one, other] = [system.callOf(0), system.callOf(1)];
      const asked = await obtainCode({ ...system, call: one }, { channel, to: anAddress() });
      const resent = await other('POST', `/v1/challenges/${asked.id}/resend`, {});
      expect(resent).toMatchObject({ status: 202, json: { sendsLeft: 3 } });
      const [message] = await system.messagesTo(asked.to, 2);
      const code = /\d{6}/.exec(message?.text ?? '')?.[0] ?? '';
      expect(await guess(one, asked.id, asked.code)).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
      expect(await guess(other, asked.id, wrong(code))).toMatchObject({ reason: 'wrong-code', attemptsLeft: 3 });
      expect(await guess(one, asked.id, code)).toMatchObject({ result: 'approved', proof: expect.any(String) });
      expect(await guess(other, asked.id, code)).toMatchObject({ reason: 'already-approved' });
      for (const call of [one, other]) {
        const { json } = await eventually('both fates', async () => {
          const answer = await call('GET', `/v1/challenges/${asked.id}`);
          return answer.json.sends.every(({ status }: { status: string }) => status !== 'queued') && answer;
        });
        expect(json).toMatchObject({ status: 'approved', attemptsLeft: 3 });
        expect(json.sends).toMatchObject([
          { number: 1, status: 'sent', provider },
          { number: 2, status: 'sent', provider },
        ]);
      }
    });
  }

  it('carry a repeated request out once, wherever its repetitions arrive', async () => {
    const body = { channel: 'email', to: anEmail() };
    const headers = { 'idempotency-key': uniqueName('key') };
    const repeat = (path: string, what: object) =>
      Promise.all(Array.from({ length: 10 }, (_, i) => system.callOf(i % 2)('POST', path, what, headers)));
    const made = await repeat('/v1/challenges', body);
    expect(new Set(made.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    const { id, subject } = made[0]?.json ?? {};
    const wrongs = await repeat(`/v1/challenges/${id}/verify`, { code: '0000' });
    expect(new Set(wrongs.map(({ text }) => text)).size).toBe(1);
    expect(wrongs[0]?.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
    expect((await journalOf(system.foundation, subject)).map(({ type }) => type)).toEqual([
      'challenge-requested',
      'attempt-rejected',
    ]);
    expect(await system.messagesTo(body.to)).toHaveLength(1);
  });

  it('answer no more wrong codes than allowed, and approve once, when guesses race through both', async () => {
    const { id, code } = await obtainCode(system);
    const guesses = await Promise.all(
      Array.from({ length: 24 }, (_, i) => guess(system.callOf(i % 2), id, wrong(code))),
    );
    expect(guesses.filter(({ reason }) => reason === 'wrong-code')).toHaveLength(5);
    expect(guesses.filter(({ reason }) => reason === 'exhausted')).toHaveLength(19);
    const next = await obtainCode(system);
    const rights = await Promise.all(
      Array.from({ length: 24 }, (_, i) => guess(system.callOf(i % 2), next.id, next.code)),
    );
    expect(rights.filter(({ result }) => result === 'approved')).toHaveLength(1);
    expect(rights.filter(({ reason }) => reason === 'already-approved')).toHaveLength(23);
  });

  it('know a new key at once and a revoked one no more, all of them', async () => {
    const { key, keyId } = (await system.call('POST', '/v1/keys', { label: 'new', scopes: ['challenges'] })).json;
    const { id } = (await system.call('POST', '/v1/challenges', { channel: 'email', to: anEmail() })).json;
    const statuses = async () => {
      const calls = [0, 1].flatMap((gateway) => [
        system.callOf(gateway, key)('GET', `/v1/challenges/${id}`),
        system.callOf(gateway, key)('POST', `/v1/challenges/${id}/verify`, { code: '123456' }),
      ]);
      return (await Promise.all(calls)).map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    await system.callOf(1)('DELETE', `/v1/keys/${keyId}`);
    await eventually('all refuse the key', async () => (await statuses()).every((status) => status === 401));
  });

  it('take up settings that were saved at one of them', async () => {
    const { call, apiKey } = await system.newTenant();
    const other = system.callOf(1, apiKey);
    expect((await other('GET', '/v1/settings')).status).toBe(200);
    await call('PUT', '/v1/settings', { resendMinSeconds: 0, attemptsPerChallenge: 2 });
    await eventually('the other gateway knows', async () => {
      const { json } = await other('POST', '/v1/challenges', { channel: 'email', to: anEmail() });
      return json.attemptsLeft === 2;
    });
  });

  it('answer 503 with a wait where codes cannot be checked, and all else as ever, until a verifier is back', async () => {
    const { id, code } = await obtainCode(system);
    await system.kill('verifier', 0, 'SIGTERM');
    const verify = () => system.callOf(0)('POST', `/v1/challenges/${id}/verify`, { code: wrong(code) });
    const refused = await verify();
    expect(refused).toMatchObject({ status: 503, json: { code: 'unavailable' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await system.callOf(0)('GET', '/.well-known/jwks.json')).status).toBe(503);
    expect(await obtainCode({ ...system, call: system.callOf(0) })).toMatchObject({ made: { status: 202 } });
    expect(await guess(system.callOf(1), id, wrong(code))).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
    await system.restart('verifier', 0);
    expect((await verify()).json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 3 });
    expect(await guess(system.callOf(0), id, code)).toMatchObject({ result: 'approved' });
  });

  it('answer bad input to the verifier in the words of the gateway', async () => {
    const { id } = await obtainCode(system);
    const path = `/v1/challenges/${id}/verify`;
    const problem = (status: number, code: string) => ({
      status,
      headers: { 'content-type': 'application/problem+json' },
      json: { type: `urn:twofold:problem:${code}`, status, code },
    });
    const { call } = system;
    expect(await call('POST', path, '{"code')).toMatchObject(problem(400, 'malformed-json'));
    expect(await call('POST', path, '{"__proto__":{}}')).toMatchObject(problem(400, 'malformed-json'));
    expect(await call('POST', path, 'code=1', { 'content-type': 'text/plain' })).toMatchObject(
      problem(415, 'unsupported-media-type'),
    );
    expect(await call('POST', path, '1', { 'content-type': '' })).toMatchObject(problem(415, 'unsupported-media-type'));
    expect(await call('POST', path, { code: 'x'.repeat(100_000) })).toMatchObject(problem(413, 'body-too-large'));
    expect(await call('POST', path, '['.repeat(10_000))).toMatchObject(problem(400, 'malformed-json'));
    const wrongTypes = await call('POST', path, { code: 123_456, bindings: {}, binding: [] });
    expect(wrongTypes).toMatchObject(problem(400, 'malformed-request'));
    expect(wrongTypes.json.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual([
      'binding',
      'bindings',
      'code',
    ]);
    expect(await call('POST', path)).toMatchObject(problem(400, 'malformed-request'));
    expect(await call('POST', path, { code: '١٢٣٤٥٦' })).toMatchObject(problem(400, 'malformed-request'));
    expect(await call('POST', path, {}, { authorization: 'Bearer x' })).toMatchObject(problem(401, 'unauthenticated'));
    for (const odd of ['x', 'x'.repeat(5_000), '%00', '..%2f..%2fv1%2fkeys', `${id}%3fa=b`]) {
      const answer = await call('POST', `/v1/challenges/${odd}/verify`, { code: '123456' });
      expect([odd, answer]).toMatchObject([odd, problem(404, 'not-found')]);
    }
    expect(await call('POST', '/v1/challenges/%zz/verify', {})).toMatchObject(problem(400, 'malformed-request'));
    expect((await call('GET', `/v1/challenges/${id}`)).json.attemptsLeft).toBe(5);
  });

  it('show health and metrics to operators alone', async () => {
    for (const { name, url, opsUrl } of system.all) {
      const ops = createCall(opsUrl, '');
      expect([name, (await ops('GET', '/health/live')).status]).toEqual([name, 200]);
      expect([name, (await ops('GET', '/health/ready')).status]).toEqual([name, 200]);
      expect((await ops('GET', '/metrics')).text).toMatch(/^# TYPE twofold_/m);
      const reached = await createCall(url, '')('GET', '/metrics').catch(() => ({ status: 'nobody listens' }));
      expect([name, reached.status]).toEqual([name, name.endsWith('worker') ? 'nobody listens' : 404]);
    }
  });

  it('have the same reference as all services in one process', async () => {
    const standalone = await startSystem({ kind: 'embedded' });
    try {
      const [apart, together] = [
        await system.call('GET', '/openapi.json'),
        await standalone.call('GET', '/openapi.json'),
      ];
      expect(apart.json).toEqual(together.json);
    } finally {
      await standalone.close();
    }
  });
});
