import { describe, expect, it } from 'vitest';
import { must, newTown, type OwnApp, type Town } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

/** What becomes of methods that are enrolled: the default, removal, backup codes, failures and locks. */
export function describeAccountMethods(given: () => System): void {
  const typesOf = async (town: Town, id: string) =>
    (await town.read(id)).methods.map(
      (one: { type: string; default: boolean }) => `${one.type}${one.default ? '*' : ''}`,
    );
  const patch = (town: Town, id: string, methodId: string, body: unknown = { default: true }) =>
    town.call('PATCH', `/v1/accounts/${id}/methods/${methodId}`, body);
  const remove = (town: Town, id: string, methodId: string, headers = {}) =>
    town.call('DELETE', `/v1/accounts/${id}/methods/${methodId}`, undefined, headers);

  describe('the default method', () => {
    it('is the first enrolled, can be changed, and is elected anew when it goes', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const mail = await town.address(id, 'email');
      const phone = await town.address(id, 'sms');
      const app = await town.app(id);
      expect(await typesOf(town, id)).toEqual(['email*', 'sms', 'totp']);
      const changed = await patch(town, id, phone.id);
      expect(changed).toMatchObject({ status: 200, json: { id: phone.id, default: true } });
      expect(await typesOf(town, id)).toEqual(['email', 'sms*', 'totp']);
      expect((await town.login(id)).defaultMethodId).toBe(phone.id);
      await must(remove(town, id, phone.id));
      expect(await typesOf(town, id)).toEqual(['email', 'totp*']);
      await must(remove(town, id, app.id));
      expect(await typesOf(town, id)).toEqual(['email*']);
      await must(remove(town, id, mail.id));
      expect(await typesOf(town, id)).toEqual([]);
      expect((await town.login(id)).status).toBe('not-required');
    });

    it('is never backup codes, nor a method of somebody else', async () => {
      const town = await newTown(given());
      const [id, other] = [await town.account(), await town.account()];
      const [app, foreign] = [await town.app(id), await town.app(other)];
      const codes = await town.backupCodes(id);
      expect(await patch(town, id, codes.id)).toMatchObject({ status: 409, json: { code: 'not-a-default' } });
      expect(await patch(town, id, foreign.id)).toMatchObject({ status: 404 });
      expect(await patch(town, id, app.id, { default: false })).toMatchObject({ status: 400 });
      expect(await remove(town, id, foreign.id)).toMatchObject({ status: 404 });
    });
  });

  describe('a removed method', () => {
    it('is gone once, whoever repeats the call with its key', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [first] = [await town.app(id), await town.app(id)];
      const headers = { 'idempotency-key': uniqueName('remove') };
      expect(await remove(town, id, first.id, headers)).toMatchObject({ status: 204, text: '' });
      expect(await remove(town, id, first.id, headers)).toMatchObject({ status: 204, text: '' });
      expect(await remove(town, id, first.id)).toMatchObject({ status: 404 });
      expect(await typesOf(town, id)).toEqual(['totp*']);
    });

    it('passes no login that was open', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app] = [await town.app(id), await town.address(id, 'email')];
      const login = await town.login(id);
      await must(remove(town, id, app.id));
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({
        result: 'rejected',
        reason: 'method-unavailable',
        status: 'second-factor-required',
      });
    });

    it('cannot be the last one while settings force its owner', async () => {
      const settings = { enforcement: { mode: 'groups', groups: ['staff'] }, resendMinSeconds: 0 };
      const town = await newTown(given(), settings);
      const [staff, guest] = [await town.account({ groups: ['staff'] }), await town.account({ groups: ['guests'] })];
      const [forced, free] = [await town.app(staff), await town.app(guest)];
      await town.backupCodes(staff);
      expect(await remove(town, staff, forced.id)).toMatchObject({
        status: 409,
        json: { code: 'last-method-enforced' },
      });
      expect(await typesOf(town, staff)).toEqual(['totp*', 'backup-codes']);
      expect((await town.read(staff)).enforced).toBe(true);
      expect(await remove(town, guest, free.id)).toMatchObject({ status: 204 });
      const second = await town.app(staff);
      expect(await remove(town, staff, forced.id)).toMatchObject({ status: 204 });
      expect((await town.read(staff)).methods.map((one: { id: string }) => one.id)).toContain(second.id);
    });
  });

  describe('backup codes', () => {
    it('are ten of 13 signs, shown once, and counted', async () => {
      const town = await newTown(given());
      const id = await town.account();
      expect(await town.post(`/v1/accounts/${id}/backup-codes`)).toMatchObject({
        status: 409,
        json: { code: 'backup-codes-first' },
      });
      await town.app(id);
      const headers = { 'idempotency-key': uniqueName('codes') };
      const made = await town.post(`/v1/accounts/${id}/backup-codes`, {}, headers);
      expect(made.status).toBe(201);
      expect(made.json.codes).toHaveLength(10);
      expect(new Set(made.json.codes).size).toBe(10);
      for (const code of made.json.codes)
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(await town.post(`/v1/accounts/${id}/backup-codes`, {}, headers)).toMatchObject({
        status: 201,
        json: { secretShown: true },
      });
      const { methods } = await town.read(id);
      expect(methods).toMatchObject([
        { type: 'totp' },
        { type: 'backup-codes', codesLeft: 10, default: false, label: '' },
      ]);
    });

    it('are each good once, however they are typed, and tell how many are left', async () => {
      const town = await newTown(given());
      const id = await town.account();
      await town.app(id);
      const { id: methodId, codes } = await town.backupCodes(id);
      const [first = '', second = ''] = codes;
      const login = await town.login(id);
      expect(await town.verify(login.id, methodId, first.toLowerCase().replaceAll('-', ' '))).toMatchObject({
        result: 'approved',
      });
      expect((await town.read(id)).methods[1]).toMatchObject({ codesLeft: 9, lastUsedAt: expect.any(String) });
      const next = await town.login(id);
      expect(next.methods[1]).toMatchObject({ type: 'backup-codes', codesLeft: 9 });
      expect(await town.verify(next.id, methodId, first)).toMatchObject({ result: 'rejected', reason: 'wrong-code' });
      expect(await town.verify(next.id, methodId, second.replaceAll('-', ''))).toMatchObject({ result: 'approved' });
    });

    it('are void with the next set, and gone with the last other method', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const old = await town.backupCodes(id);
      const fresh = await town.backupCodes(id);
      expect(fresh.id).not.toBe(old.id);
      const login = await town.login(id);
      expect(await town.verify(login.id, old.id, old.codes[0] ?? '')).toMatchObject({ reason: 'method-unavailable' });
      expect(await town.verify(login.id, fresh.id, old.codes[0] ?? '')).toMatchObject({ reason: 'wrong-code' });
      expect(await town.verify(login.id, fresh.id, fresh.codes[0] ?? '')).toMatchObject({ result: 'approved' });
      await must(remove(town, id, app.id));
      expect(await typesOf(town, id)).toEqual([]);
    });

    it('are no way to log in once all are used, and as many as settings say', async () => {
      const town = await newTown(given(), { methods: { backupCodes: { quantity: 5 } } });
      const id = await town.account();
      await town.app(id);
      const { id: methodId, codes } = await town.backupCodes(id);
      expect(codes).toHaveLength(5);
      for (const code of codes) {
        const login = await town.login(id);
        expect(await town.verify(login.id, methodId, code)).toMatchObject({ result: 'approved' });
      }
      const { methods } = await town.login(id);
      expect(methods.map((one: { type: string }) => one.type)).toEqual(['totp']);
      expect((await town.read(id)).methods[1]).toMatchObject({ type: 'backup-codes', codesLeft: 0 });
    });

    it('are told from what can be none before anything is counted', async () => {
      const town = await newTown(given());
      const id = await town.account();
      await town.app(id);
      const { id: methodId } = await town.backupCodes(id);
      const login = await town.login(id);
      for (const code of ['123456', '0123-4567-89ABU', 'x']) {
        expect(await town.post(`/v1/logins/${login.id}/verify`, { methodId, code })).toMatchObject({
          status: 400,
          json: { errors: [{ field: 'code' }] },
        });
      }
      expect((await must(town.call('GET', `/v1/logins/${login.id}`))).attemptsLeft).toBe(10);
    });
  });

  describe('wrong codes', () => {
    const fail = async (town: Town, id: string, app: OwnApp, count: number) => {
      const answers = [];
      let login = await town.login(id);
      for (let index = 0; index < count; index += 1) {
        const answer = await town.verify(login.id, app.id, town.wrongFor(app));
        answers.push(answer);
        if (answer.status !== 'second-factor-required') login = await town.login(id);
      }
      return answers;
    };

    it('lock a method at the tenth in a row, over logins, for half an hour and then twice as long', async () => {
      const { clock } = given();
      const town = await newTown(given());
      const id = await town.account();
      const [app, mail] = [await town.app(id), await town.address(id, 'email')];
      await fail(town, id, app, 4);
      await must(town.post(`/v1/logins/${(await town.login(id)).id}/cancel`));
      await fail(town, id, app, 6);
      const [locked, other] = (await town.read(id)).methods;
      expect(locked).toMatchObject({ id: app.id, state: 'locked' });
      expect(Math.round((Date.parse(locked.lockedUntil) - clock.now()) / 60_000)).toBe(30);
      expect(other).toMatchObject({ id: mail.id, state: 'active' });
      const login = await town.login(id);
      expect(login.methods[0]).toMatchObject({ state: 'locked' });
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'rejected', reason: 'locked' });
      expect(await town.verify(login.id, mail.id, await town.sent(login.id, mail))).toMatchObject({
        result: 'approved',
      });
      expect((await town.read(id)).methods[0].state).toBe('locked');
      clock.advance(30 * 60_000);
      expect((await town.read(id)).methods[0].state).toBe('active');
      await fail(town, id, app, 10);
      const again = (await town.read(id)).methods[0];
      expect(Math.round((Date.parse(again.lockedUntil) - clock.now()) / 60_000)).toBe(60);
    });

    it('end a login whose last way they lock, and lock the next one out', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const answers = await fail(town, id, app, 10);
      expect(answers.at(-1)).toMatchObject({ result: 'rejected', reason: 'wrong-code', status: 'locked' });
      expect(await town.login(id)).toMatchObject({ status: 'locked', reason: 'locked', methods: [] });
      given().clock.advance(30 * 60_000);
      const login = await town.login(id);
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'approved' });
      expect((await town.read(id)).methods[0]).toMatchObject({ state: 'active' });
    });

    it('are forgotten by its own success alone', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      await fail(town, id, app, 9);
      const login = await town.login(id);
      await town.verify(login.id, app.id, app.next());
      await fail(town, id, app, 9);
      expect((await town.read(id)).methods[0].state).toBe('active');
      await fail(town, id, app, 1);
      expect((await town.read(id)).methods[0].state).toBe('locked');
    });

    it('disable a method at the hundredth, until support resets or unlocks it', async () => {
      const settings = {
        failuresBeforeLock: 100,
        checkRate: { attempts: 100, windowSeconds: 30 },
        attemptsPerLogin: 30,
      };
      const town = await newTown(given(), settings);
      const id = await town.account();
      const app = await town.app(id);
      await fail(town, id, app, 100);
      expect((await town.read(id)).methods[0]).toMatchObject({ state: 'disabled' });
      given().clock.advance(100 * 86_400_000);
      expect(await town.login(id)).toMatchObject({ status: 'locked', reason: 'no-usable-method' });
      await must(town.post(`/v1/accounts/${id}/unlock`));
      const login = await town.login(id);
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('wait for the rate of checks where it is reached before a lock', async () => {
      const town = await newTown(given(), { failuresBeforeLock: 50, attemptsPerLogin: 30 });
      const id = await town.account();
      const app = await town.app(id);
      await fail(town, id, app, 10);
      const login = await town.login(id);
      const refused = await town.post(`/v1/logins/${login.id}/verify`, { methodId: app.id, code: app.next() });
      expect(refused).toMatchObject({ status: 429, json: { code: 'rate-limited' } });
      given().clock.advance(Number(refused.headers['retry-after']) * 1_000);
      const later = await town.login(id);
      expect(await town.verify(later.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });
  });
}
