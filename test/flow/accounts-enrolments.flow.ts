import { describe, expect, it } from 'vitest';
import { aPhone, anEmail, wrong } from '../support/installation.ts';
import { createPeople, must, newTown, type Town } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

/** How methods come to an account: apps by a secret that is shown once, addresses by a code that reaches them. */
export function describeAccountEnrolments(given: () => System): void {
  const begin = (town: Town, accountId: string, body: object, headers = {}) =>
    town.post(`/v1/accounts/${accountId}/methods`, body, headers);
  const confirm = (town: Town, accountId: string, enrolmentId: string, code: string, headers = {}) =>
    town.post(`/v1/accounts/${accountId}/enrolments/${enrolmentId}/confirm`, { code }, headers);

  describe('an authenticator app', () => {
    it('is given a secret of 20 bytes, as text, URI and QR code, for 15 minutes', async () => {
      const town = await newTown(given());
      const id = await town.account({ accountName: 'Ada Lovelace', email: 'ada@example.com' });
      const { status, json } = await begin(town, id, { type: 'totp' });
      expect(status).toBe(201);
      expect(json.secret).toMatch(/^[A-Z2-7]{32}$/);
      const uri = new URL(json.uri);
      expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
        'otpauth:',
        'totp',
        '/Example:Ada Lovelace',
      ]);
      expect(uri.searchParams.get('secret')).toBe(json.secret);
      expect(uri.searchParams.get('issuer')).toBe('Example');
      expect(json.qrSvg).toMatch(/^<svg[^>]*>.*<\/svg>$/s);
      expect(Date.parse(json.expiresAt) - given().clock.now()).toBeGreaterThan(14 * 60_000);
    });

    it('shows its secret once: a repeated request is told so, and none is ever read again', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const headers = { 'idempotency-key': uniqueName('enrol') };
      const first = await begin(town, id, { type: 'totp' }, headers);
      const again = await begin(town, id, { type: 'totp' }, headers);
      const { enrolmentId, expiresAt } = first.json;
      expect(again).toMatchObject({ status: 201, json: { enrolmentId, secretShown: true, expiresAt } });
      expect(again.text).not.toContain(first.json.secret);
      const read = await town.call('GET', `/v1/accounts/${id}`);
      expect(read.text).not.toContain(first.json.secret);
    });

    it('is confirmed by its first code, and by no wrong one', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { secret, enrolmentId } = await must(begin(town, id, { type: 'totp', label: 'Pocket' }));
      const code = town.codesOf({ secret })();
      expect(await confirm(town, id, enrolmentId, wrong(code))).toMatchObject({
        status: 200,
        json: { result: 'rejected', reason: 'wrong-code', attemptsLeft: 4 },
      });
      const confirmed = await confirm(town, id, enrolmentId, code);
      expect(confirmed.json).toMatchObject({
        result: 'approved',
        method: { type: 'totp', label: 'Pocket', default: true, state: 'active' },
      });
      expect(await confirm(town, id, enrolmentId, code)).toMatchObject({ status: 404 });
    });

    it('is confirmed once by requests with one idempotency key, and answers them alike', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { secret, enrolmentId } = await must(begin(town, id, { type: 'totp' }));
      const headers = { 'idempotency-key': uniqueName('confirm') };
      const code = town.codesOf({ secret })();
      const answers = [];
      for (let time = 0; time < 3; time += 1) answers.push(await confirm(town, id, enrolmentId, code, headers));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await town.read(id)).methods).toHaveLength(1);
      expect(await confirm(town, id, enrolmentId, wrong(code), headers)).toMatchObject({ status: 422 });
    });

    it('has the digits and the hash that settings say when it is enrolled', async () => {
      const town = await newTown(given(), { methods: { totp: { digits: 8, algorithm: 'sha512', issuer: 'Acme' } } });
      const id = await town.account();
      const { json } = await begin(town, id, { type: 'totp' });
      expect(json.uri).toMatch(/[?&]digits=8/);
      expect(json.uri).toMatch(/[?&]algorithm=SHA512/);
      expect(json.uri).toMatch(/[?&]issuer=Acme/);
      const code = town.codesOf({ secret: json.secret, digits: 8, algorithm: 'sha512' })();
      expect(await confirm(town, id, json.enrolmentId, code)).toMatchObject({ json: { result: 'approved' } });
      await must(town.call('PUT', '/v1/settings', { methods: { totp: { digits: 6, algorithm: 'sha1' } } }));
      expect((await town.app(id)).secret).not.toBe(json.secret);
      expect((await town.read(id)).methods).toHaveLength(2);
    });

    it('ends after five wrong codes, and after 15 minutes', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { secret, enrolmentId } = await must(begin(town, id, { type: 'totp' }));
      const code = town.codesOf({ secret })();
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        expect((await confirm(town, id, enrolmentId, wrong(code))).json).toMatchObject({ attemptsLeft });
      }
      expect(await confirm(town, id, enrolmentId, code)).toMatchObject({ status: 404 });
      const late = await must(begin(town, id, { type: 'totp' }));
      given().clock.advance(15 * 60_000);
      const lateCode = town.codesOf({ secret: late.secret })();
      expect(await confirm(town, id, late.enrolmentId, lateCode)).toMatchObject({
        json: { result: 'rejected', reason: 'expired' },
      });
    });
  });

  describe('an address', () => {
    it.each([
      ['sms', '+4915112345678', /^\+49.*\*.*78$/],
      ['email', 'ada.lovelace@example.com', /^a[^@]*\*[^@]*@example\.com$/],
    ] as const)('by %s is masked in every answer to the application', async (type, to, masked) => {
      const town = await newTown(given());
      const id = await town.account();
      const begun = await begin(town, id, { type, to });
      expect(begun).toMatchObject({ status: 201, json: { to: expect.stringMatching(masked) } });
      const code = await town.codeTo(to);
      const confirmed = await confirm(town, id, begun.json.enrolmentId, code);
      expect(confirmed.json.method).toMatchObject({ type, label: expect.stringMatching(masked) });
      const login = await town.call('POST', '/v1/logins', { accountId: id });
      for (const answer of [begun, confirmed, login, await town.call('GET', `/v1/accounts/${id}`)])
        expect(answer.text).not.toContain(to);
    });

    it("is the account's own where none is named, and a fault where it has none", async () => {
      const town = await newTown(given());
      const [email, phone] = [anEmail(), aPhone()];
      const id = await town.account({ email, phone });
      for (const [type, to] of [
        ['email', email],
        ['sms', phone],
      ] as const) {
        const { enrolmentId } = await must(begin(town, id, { type }));
        const { json } = await confirm(town, id, enrolmentId, await town.codeTo(to));
        expect(json.result).toBe('approved');
      }
      const nobody = await town.account();
      expect(await begin(town, nobody, { type: 'sms' })).toMatchObject({
        status: 400,
        json: { errors: [{ field: 'to' }] },
      });
    });

    it('takes the newest code, and attempts go on', async () => {
      const town = await newTown(given());
      const [id, to] = [await town.account(), anEmail()];
      const { enrolmentId, sendsLeft } = await must(begin(town, id, { type: 'email', to }));
      const first = await town.codeTo(to);
      await confirm(town, id, enrolmentId, wrong(first));
      const resent = await town.post(`/v1/accounts/${id}/enrolments/${enrolmentId}/resend`);
      expect(resent).toMatchObject({
        status: 202,
        json: { sendsLeft: sendsLeft - 1, to: expect.stringContaining('*') },
      });
      const second = await town.codeTo(to);
      expect((await confirm(town, id, enrolmentId, first)).json).toMatchObject({
        reason: 'wrong-code',
        attemptsLeft: 3,
      });
      expect((await confirm(town, id, enrolmentId, second)).json).toMatchObject({ result: 'approved' });
    });

    it('is begun and resent once by requests with one idempotency key', async () => {
      const town = await newTown(given());
      const [id, to] = [await town.account(), anEmail()];
      const twice = async (path: string, body: object) => {
        const headers = { 'idempotency-key': uniqueName('key') };
        const [one, two] = [await town.post(path, body, headers), await town.post(path, body, headers)];
        expect(two).toMatchObject({ status: one.status, text: one.text });
        return one.json;
      };
      const { enrolmentId } = await twice(`/v1/accounts/${id}/methods`, { type: 'email', to });
      await town.codeTo(to);
      await twice(`/v1/accounts/${id}/enrolments/${enrolmentId}/resend`, {});
      const code = await town.codeTo(to);
      expect(given().inbox.list({ to })).toHaveLength(2);
      expect((await confirm(town, id, enrolmentId, code)).json.result).toBe('approved');
    });

    it('expires with its code, and can be given up', async () => {
      const town = await newTown(given());
      const [id, to] = [await town.account(), anEmail()];
      const { enrolmentId } = await must(begin(town, id, { type: 'email', to }));
      const code = await town.codeTo(to);
      given().clock.advance(300_000);
      expect((await confirm(town, id, enrolmentId, code)).json).toMatchObject({
        result: 'rejected',
        reason: 'expired',
      });
      const path = `/v1/accounts/${id}/enrolments/${enrolmentId}`;
      expect(await town.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
      expect(await town.call('DELETE', path)).toMatchObject({ status: 404 });
      expect(await town.post(`${path}/resend`)).toMatchObject({ status: 404 });
    });

    it('is bound to its own enrolment: a code of another opens nothing', async () => {
      const town = await newTown(given());
      const [id, mine, other] = [await town.account(), anEmail(), anEmail()];
      const own = await must(begin(town, id, { type: 'email', to: mine }));
      const foreign = await must(begin(town, id, { type: 'email', to: other }));
      const [ownCode, foreignCode] = [await town.codeTo(mine), await town.codeTo(other)];
      expect((await confirm(town, id, own.enrolmentId, foreignCode)).json.result).toBe(
        ownCode === foreignCode ? 'approved' : 'rejected',
      );
      expect((await confirm(town, id, foreign.enrolmentId, foreignCode)).json.result).toBe('approved');
    });

    it('is enrolled once, however it is written', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { to } = await town.address(id, 'email');
      expect(await begin(town, id, { type: 'email', to: to.toUpperCase() })).toMatchObject({
        status: 409,
        json: { code: 'already-enrolled' },
      });
      const phone = await town.address(id, 'sms');
      expect(await begin(town, id, { type: 'sms', to: phone.to.replace(/(\d{3})/, '$1 ') })).toMatchObject({
        json: { code: 'already-enrolled' },
      });
    });

    it('may be one of several', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const all = [await town.app(id, {}, 'Pocket'), await town.app(id, {}, 'Tablet')];
      for (const type of ['sms', 'sms', 'email'] as const) all.push((await town.address(id, type)) as never);
      const { methods } = await town.read(id);
      expect(methods.map((one: { type: string }) => one.type)).toEqual(['totp', 'totp', 'sms', 'sms', 'email']);
      expect(methods.map((one: { default: boolean }) => one.default)).toEqual([true, false, false, false, false]);
    });
  });

  describe('enrolments', () => {
    it('are at most three at a time and ten in all', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const begun = [];
      for (let count = 0; count < 4; count += 1) begun.push(await must(begin(town, id, { type: 'totp' })));
      const [oldest, next] = begun;
      const codeOf = (secret: string) => town.codesOf({ secret })();
      expect(await confirm(town, id, oldest.enrolmentId, codeOf(oldest.secret))).toMatchObject({ status: 404 });
      expect((await confirm(town, id, next.enrolmentId, codeOf(next.secret))).json.result).toBe('approved');
      for (let count = 1; count < 10; count += 1) await town.app(id);
      expect(await begin(town, id, { type: 'totp' })).toMatchObject({
        status: 409,
        json: { code: 'too-many-methods' },
      });
    });

    it('are of methods that settings offer', async () => {
      const town = await newTown(given(), { methods: { sms: { offered: false } } });
      const id = await town.account();
      expect((await town.read(id)).offered.toSorted()).toEqual(['backup-codes', 'email', 'totp']);
      expect(await begin(town, id, { type: 'sms', to: aPhone() })).toMatchObject({
        json: { code: 'method-not-offered' },
      });
    });

    it('go to countries that settings allow', async () => {
      const town = await newTown(given(), { countries: ['FR'] });
      const id = await town.account();
      expect(await begin(town, id, { type: 'sms', to: aPhone() })).toMatchObject({
        status: 403,
        json: { code: 'country-not-allowed' },
      });
    });

    it('meet the limits of their destination, so that nobody is flooded by them', async () => {
      const system = given();
      const tenant = await system.newTenant({});
      const town = { ...tenant, ...createPeople({ ...system, call: tenant.call }) };
      const [id, to] = [await town.account(), aPhone()];
      await must(begin(town, id, { type: 'sms', to }));
      const again = await begin(town, id, { type: 'sms', to });
      expect(again).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^(29|30)$/) } });
    });
  });
}
