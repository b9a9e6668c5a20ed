import { describe, expect, it } from 'vitest';
import { must, newTown, type Town } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

const all = { enforcement: { mode: 'all' } };

/** Settings that force people to have a second factor, and what a forced login does. */
export function describeAccountEnforcement(given: () => System): void {
  const change = (town: Town, settings: object) => must(town.call('PUT', '/v1/settings', settings));

  describe('enforcement', () => {
    it('is for the groups that settings name, given with the account or with the login', async () => {
      const town = await newTown(given(), { enforcement: { mode: 'groups', groups: ['staff'] } });
      const [staff, guest] = [
        await town.account({ groups: ['staff', 'unheard-of'] }),
        await town.account({ groups: ['guests'] }),
      ];
      const statusOf = async (id: string, groups?: string[]) => (await town.login(id, groups && { groups })).status;
      expect(await statusOf(staff)).toBe('enrolment-required');
      expect(await statusOf(guest)).toBe('not-required');
      expect(await statusOf(guest, ['staff'])).toBe('enrolment-required');
      expect(await statusOf(staff, ['guests', 'unheard-of'])).toBe('not-required');
      expect((await town.read(staff)).enforced).toBe(true);
      expect((await town.read(guest)).enforced).toBe(false);
      await must(town.post('/v1/accounts', { userId: uniqueName('user'), groups: ['staff'] }));
    });

    it('gives a grace that begins with the first login that meets it', async () => {
      const { clock } = given();
      const town = await newTown(given(), { enforcement: { mode: 'all', graceSeconds: 3_600 } });
      const id = await town.account();
      const first = await town.login(id);
      expect(first).toMatchObject({ status: 'not-required', enrolmentDueAt: expect.any(String) });
      expect(Math.abs(Date.parse(first.enrolmentDueAt) - clock.now() - 3_600_000)).toBeLessThan(5_000);
      clock.advance(1_800_000);
      expect(await town.login(id)).toMatchObject({ status: 'not-required', enrolmentDueAt: first.enrolmentDueAt });
      expect(await town.read(id)).toMatchObject({ enforced: true, enrolmentDueAt: first.enrolmentDueAt });
      clock.advance(1_800_000);
      expect(await town.login(id)).toMatchObject({
        status: 'enrolment-required',
        enrolmentDueAt: first.enrolmentDueAt,
      });
    });

    it('lets go of whom support exempts, until then', async () => {
      const { clock } = given();
      const town = await newTown(given(), all);
      const id = await town.account();
      const until = new Date(clock.now() + 60_000).toISOString();
      expect(await must(town.post(`/v1/accounts/${id}/exempt`, { until }))).toMatchObject({
        enforced: false,
        exemptUntil: until,
      });
      expect((await town.login(id)).status).toBe('not-required');
      clock.advance(60_000);
      expect((await town.login(id)).status).toBe('enrolment-required');
      await must(town.post(`/v1/accounts/${id}/exempt`, { until: new Date(clock.now() + 86_400_000).toISOString() }));
      const lifted = await must(town.post(`/v1/accounts/${id}/exempt`, { until: null }));
      expect(lifted).toMatchObject({ enforced: true });
      expect(lifted).not.toHaveProperty('exemptUntil');
    });

    it('leads neither past nor around a method that is withdrawn, and gives it back', async () => {
      const town = await newTown(given(), all);
      const id = await town.account();
      const app = await town.app(id);
      await change(town, { ...all, methods: { totp: { offered: false } } });
      expect(await town.login(id)).toMatchObject({ status: 'locked', reason: 'no-usable-method', methods: [] });
      await change(town, { methods: { totp: { offered: false } } });
      expect(await town.login(id)).toMatchObject({ status: 'locked', reason: 'no-usable-method' });
      expect((await town.read(id)).methods).toMatchObject([{ id: app.id, state: 'active' }]);
      await change(town, all);
      const login = await town.login(id);
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('lets whom support resets enrol anew', async () => {
      const town = await newTown(given(), all);
      const id = await town.account();
      await town.app(id);
      await change(town, { ...all, methods: { totp: { offered: false } } });
      const open = await town.login(id);
      expect(open.status).toBe('locked');
      await must(town.post(`/v1/accounts/${id}/reset`));
      const login = await town.login(id);
      expect(login).toMatchObject({
        status: 'enrolment-required',
        offered: expect.not.arrayContaining(['totp', 'backup-codes']),
      });
    });
  });

  describe('a forced login', () => {
    const begin = async (town: Town, loginId: string) =>
      must(town.post(`/v1/logins/${loginId}/methods`, { type: 'totp' }));
    const confirm = (town: Town, loginId: string, enrolment: { enrolmentId: string; secret: string }) =>
      town.post(`/v1/logins/${loginId}/enrolments/${enrolment.enrolmentId}/confirm`, {
        code: town.codesOf({ secret: enrolment.secret })(),
      });

    it('is passed by the method that is enrolled in it, and gives its first backup codes', async () => {
      const town = await newTown(given(), all);
      const id = await town.account();
      const login = await town.login(id);
      expect(login).toMatchObject({ status: 'enrolment-required', methods: [], offered: ['totp', 'sms', 'email'] });
      expect(await town.post(`/v1/logins/${login.id}/backup-codes`)).toMatchObject({
        status: 409,
        json: { code: 'login-not-open' },
      });
      const enrolment = await begin(town, login.id);
      const passed = await confirm(town, login.id, enrolment);
      expect(passed.json).toMatchObject({
        result: 'approved',
        status: 'approved',
        proof: expect.any(String),
        method: { type: 'totp', default: true },
      });
      expect(await town.post(`/v1/logins/${login.id}/backup-codes`)).toMatchObject({
        status: 201,
        json: { codes: expect.any(Array) },
      });
      expect(await town.post(`/v1/logins/${login.id}/backup-codes`)).toMatchObject({ status: 409 });
      expect((await town.login(id)).status).toBe('second-factor-required');
    });

    it('is passed by an address as well, with resends', async () => {
      const town = await newTown(given(), { ...all, resendMinSeconds: 0 });
      const id = await town.account();
      const login = await town.login(id);
      const to = `${uniqueName('ada')}@example.com`;
      const { enrolmentId } = await must(town.post(`/v1/logins/${login.id}/methods`, { type: 'email', to }));
      await town.codeTo(to);
      await must(town.post(`/v1/logins/${login.id}/enrolments/${enrolmentId}/resend`));
      const code = await town.codeTo(to);
      const passed = await must(town.post(`/v1/logins/${login.id}/enrolments/${enrolmentId}/confirm`, { code }));
      expect(passed).toMatchObject({ result: 'approved', status: 'approved' });
    });

    it('is passed by nothing else', async () => {
      const town = await newTown(given(), all);
      const id = await town.account();
      const [login, other] = [await town.login(id), await town.login(id)];
      const enrolment = await begin(town, login.id);
      const code = { code: town.codesOf({ secret: enrolment.secret })() };
      const path = `enrolments/${enrolment.enrolmentId}`;
      expect(await town.post(`/v1/logins/${other.id}/${path}/confirm`, code)).toMatchObject({ status: 404 });
      expect(await town.post(`/v1/accounts/${id}/${path}/confirm`, code)).toMatchObject({ status: 404 });
      expect(await town.call('DELETE', `/v1/accounts/${id}/${path}`)).toMatchObject({ status: 404 });
      const verdict = await town.verify(login.id, 'bypass', '0000-0000-00000');
      expect(verdict).toMatchObject({ result: 'rejected', reason: 'method-unavailable', status: 'enrolment-required' });
      expect((await must(town.post(`/v1/logins/${login.id}/${path}/confirm`, code))).status).toBe('approved');
    });

    it.each(['by the API', 'by an import', 'by another login'])('fails as soon as a method appears %s', async (how) => {
      const town = await newTown(given(), all);
      const id = await town.account();
      const login = await town.login(id);
      const early = await begin(town, login.id);
      if (how === 'by the API') await town.app(id);
      else if (how === 'by an import') {
        const uri = 'otpauth://totp/old?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
        await must(town.post(`/v1/accounts/${id}/methods`, { type: 'totp', uri, confirmed: true }));
      } else {
        const second = await town.login(id);
        await must(confirm(town, second.id, await begin(town, second.id)));
      }
      expect(await must(town.call('GET', `/v1/logins/${login.id}`))).toMatchObject({
        status: 'failed',
        reason: 'superseded',
      });
      expect(await confirm(town, login.id, early)).toMatchObject({ status: 409, json: { code: 'login-not-open' } });
      expect(await town.post(`/v1/logins/${login.id}/methods`, { type: 'totp' })).toMatchObject({ status: 409 });
      expect((await town.read(id)).methods).toHaveLength(1);
      expect((await town.login(id)).status).toBe('second-factor-required');
    });

    it('is over with its time, though its enrolment is not', async () => {
      const town = await newTown(given(), all);
      const id = await town.account();
      const login = await town.login(id);
      const enrolment = await begin(town, login.id);
      given().clock.advance(600_000);
      expect(await confirm(town, login.id, enrolment)).toMatchObject({ status: 409, json: { code: 'login-not-open' } });
      expect((await town.read(id)).methods).toEqual([]);
    });
  });
}
