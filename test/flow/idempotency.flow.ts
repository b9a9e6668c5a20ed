import { describe, expect, it } from 'vitest';
import { anEmail, wrong } from '../support/installation.ts';
import { uniqueName } from '../support/services.ts';
import { claimsOf, guess, journalOf, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const withKey = (key = uniqueName('key')) => ({ 'idempotency-key': key });

/** Repeating a call with its Idempotency-Key: the same answer, and nothing happens twice. */
export function describeIdempotency(given: () => System): void {
  const typesOf = async (id: string) =>
    (await journalOf(given().foundation, id.split('.')[0] ?? '')).map(({ type }) => type);

  describe('a call repeated with its Idempotency-Key', () => {
    it('requests one challenge and answers the same bytes, whatever has become of it', async () => {
      const system = given();
      const to = anEmail();
      const headers = withKey();
      const { id, code, made } = await obtainCode(system, { to, purpose: 'login' }, headers);
      const repeat = () => system.call('POST', '/v1/challenges', { purpose: 'login', to, channel: 'email' }, headers);
      expect(await repeat()).toMatchObject({ status: 202, text: made.text });
      await guess(system.call, id, wrong(code));
      await guess(system.call, id, code);
      system.clock.advance(61_000);
      expect(await repeat()).toMatchObject({ status: 202, text: made.text });
      expect(await typesOf(id)).toEqual(['challenge-requested', 'attempt-rejected', 'challenge-approved']);
      expect(system.inbox.list({ to })).toHaveLength(1);
    });

    it('resends once and answers the same bytes', async () => {
      const system = given();
      const asked = await obtainCode(system);
      const headers = withKey();
      const resend = () => system.call('POST', `/v1/challenges/${asked.id}/resend`, {}, headers);
      const first = await resend();
      expect(first).toMatchObject({ status: 202, json: { sendsLeft: 3 } });
      await system.messagesTo(asked.to, 2);
      await guess(system.call, asked.id, wrong(asked.code));
      expect(await resend()).toMatchObject({ status: 202, text: first.text });
      expect(await typesOf(asked.id)).toEqual([
        'challenge-requested',
        'challenge-resend-requested',
        'attempt-rejected',
      ]);
    });

    it('cancels once and answers the same bytes', async () => {
      const system = given();
      const { id } = await obtainCode(system);
      const headers = withKey();
      const cancel = () => system.call('POST', `/v1/challenges/${id}/cancel`, {}, headers);
      const first = await cancel();
      expect(first).toMatchObject({ status: 200, json: { status: 'canceled' } });
      expect(await cancel()).toMatchObject({ status: 200, text: first.text });
      expect(await typesOf(id)).toEqual(['challenge-requested', 'challenge-canceled']);
    });

    it('counts a wrong code once', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const headers = withKey();
      const verify = (body: object, more = headers) => system.call('POST', `/v1/challenges/${id}/verify`, body, more);
      const first = await verify({ code: wrong(code) });
      await guess(system.call, id, wrong(code));
      expect(await verify({ code: wrong(code) })).toMatchObject({ status: 200, text: first.text });
      expect(first.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
      expect((await verify({ code: wrong(code) }, withKey())).json.attemptsLeft).toBe(2);
    });

    it('approves again with the same claims in its proof', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const headers = withKey();
      const verify = () => system.call('POST', `/v1/challenges/${id}/verify`, { code }, headers);
      const first = (await verify()).json;
      system.clock.advance(61_000);
      const second = (await verify()).json;
      expect(second).toEqual({ ...first, proof: expect.any(String) });
      expect(claimsOf(second.proof)).toEqual(claimsOf(first.proof));
      expect(await guess(system.call, id, code)).toMatchObject({ reason: 'already-approved' });
      expect(await typesOf(id)).toEqual(['challenge-requested', 'challenge-approved']);
    });

    it('is refused with another body', async () => {
      const system = given();
      const headers = withKey();
      const { id, code } = await obtainCode(system, {}, headers);
      const reused = { status: 422, json: { code: 'idempotency-key-reused' } };
      const other = { channel: 'email', to: anEmail() };
      expect(await system.call('POST', '/v1/challenges', other, headers)).toMatchObject(reused);
      const verify = (guessed: string) =>
        system.call('POST', `/v1/challenges/${id}/verify`, { code: guessed }, headers);
      expect(await verify(wrong(code))).toMatchObject({ status: 200, json: { reason: 'wrong-code' } });
      expect(await verify(code)).toMatchObject(reused);
    });

    it('means nothing to another key or tenant', async () => {
      const system = given();
      const other = await system.newTenant();
      const headers = withKey();
      const { to, id } = await obtainCode(system, {}, headers);
      const theirs = await other.call('POST', '/v1/challenges', { channel: 'email', to }, headers);
      expect(theirs.status).toBe(202);
      expect(theirs.json.id).not.toBe(id);
      const { key } = (await system.call('POST', '/v1/keys', { label: 'second', scopes: ['challenges'] })).json;
      const second = await system.call(
        'POST',
        '/v1/challenges',
        { channel: 'email', to },
        {
          ...headers,
          authorization: `Bearer ${key}`,
        },
      );
      expect(second.status).toBe(202);
      expect(second.json.id).not.toBe(id);
    });

    it('is carried out once when its repetitions race', async () => {
      const system = given();
      const body = { channel: 'email', to: anEmail() };
      const headers = withKey();
      const race = (path: string, what: object) =>
        Promise.all(Array.from({ length: 8 }, () => system.call('POST', path, what, headers)));
      const made = await race('/v1/challenges', body);
      expect(made.map(({ status }) => status)).toEqual(made.map(() => 202));
      expect(new Set(made.map(({ text }) => text)).size).toBe(1);
      const id = made[0]?.json.id;
      expect(await typesOf(id)).toEqual(['challenge-requested']);
      const wrongs = await race(`/v1/challenges/${id}/verify`, { code: '0000' });
      expect(new Set(wrongs.map(({ text }) => text)).size).toBe(1);
      expect(wrongs[0]?.json).toMatchObject({ reason: 'wrong-code', attemptsLeft: 4 });
      const resent = await race(`/v1/challenges/${id}/resend`, {});
      expect(new Set(resent.map(({ text }) => text)).size).toBe(1);
      expect(resent[0]?.json).toMatchObject({ sendsLeft: 3 });
    });

    it('gives one proof when right codes race', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      const headers = withKey();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => system.call('POST', `/v1/challenges/${id}/verify`, { code }, headers)),
      );
      expect(answers.map(({ json }) => json.result)).toEqual(answers.map(() => 'approved'));
      expect(new Set(answers.map(({ json }) => claimsOf(json.proof).jti)).size).toBe(1);
      expect(await typesOf(id)).toEqual(['challenge-requested', 'challenge-approved']);
    });

    it('decides a refusal anew, but carries nothing out a minute later', async () => {
      const system = given();
      const { call } = await system.newTenant({});
      const asked = await obtainCode({ ...system, call });
      const headers = withKey();
      const resend = () => call('POST', `/v1/challenges/${asked.id}/resend`, {}, headers);
      expect(await resend()).toMatchObject({ status: 429, json: { code: 'resend-too-early' } });
      system.clock.advance(31_000);
      expect(await resend()).toMatchObject({ status: 202 });

      const late = withKey();
      const ask = () => call('POST', '/v1/challenges', { channel: 'email', to: asked.to }, late);
      expect(await ask()).toMatchObject({ status: 429, json: { code: 'rate-limited', limit: 'destination' } });
      system.clock.advance(61_000);
      expect(await ask()).toMatchObject({ status: 409, json: { code: 'idempotency-key-spent' } });
    });

    it('carries nothing out a minute later, whatever the call', async () => {
      const system = given();
      const { call } = await system.newTenant({});
      const spent = { status: 409, json: { code: 'idempotency-key-spent' } };
      const to = anEmail();
      const [saving, making, resetting] = [withKey(), withKey(), withKey()];
      const save = (more = {}) => call('PUT', '/v1/settings', { resendMinSeconds: 7 }, { ...saving, ...more });
      const make = () => system.platform('POST', `/v1/platform/tenants/${name}/keys`, key, making);
      const [name, key] = [uniqueName('t').toLowerCase(), { label: 'late', scopes: ['support'] }];
      const reset = () => call('POST', '/v1/addresses/reset', { channel: 'email', to }, resetting);
      const request = () => call('POST', '/v1/challenges', { channel: 'email', to });
      expect(await save({ 'if-match': '"9"' })).toMatchObject({ status: 412 });
      expect(await make()).toMatchObject({ status: 404 });
      expect(await reset()).toMatchObject({ status: 200 });
      system.clock.advance(61_000);
      expect(await system.platform('POST', '/v1/platform/tenants', { id: name })).toMatchObject({ status: 201 });
      expect(await request()).toMatchObject({ status: 202 });

      expect(await save()).toMatchObject(spent);
      expect(await make()).toMatchObject(spent);
      expect(await reset()).toMatchObject(spent);
      expect(await request()).toMatchObject({ status: 429, json: { limit: 'destination' } });
      expect((await call('GET', '/v1/settings')).json.settings).toEqual({});
    });

    it('must be visible ASCII of at most 255 characters', async () => {
      const system = given();
      for (const key of ['k'.repeat(256), 'with space']) {
        const answer = await system.call('POST', '/v1/challenges', { channel: 'email', to: anEmail() }, withKey(key));
        expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'Idempotency-Key' }] } });
      }
      const longest = withKey('k'.repeat(255));
      expect((await system.call('POST', '/v1/challenges', { channel: 'email', to: anEmail() }, longest)).status).toBe(
        202,
      );
    });
  });
}
