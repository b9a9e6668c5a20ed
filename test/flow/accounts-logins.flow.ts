import { describe, expect, it } from 'vitest';
import { wrong } from '../support/installation.ts';
import { must, newTown, unsigned } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

/** The second step of a login, as an application goes through it with its key. */
export function describeAccountLogins(given: () => System): void {
  const unknown = `${'A'.repeat(22)}.l${'B'.repeat(22)}`;

  describe('a login', () => {
    it('is not required of whom nothing forces and who has no method', async () => {
      const town = await newTown(given());
      const login = await town.login(await town.account());
      expect(login).toMatchObject({ status: 'not-required', methods: [] });
      expect(
        await town.post(`/v1/logins/${login.id}/verify`, { methodId: 'bypass', code: '0000-0000-00000' }),
      ).toMatchObject({
        json: { result: 'rejected', reason: 'already-approved', status: 'not-required' },
      });
    });

    it('lists what it can be passed with, addresses masked, the default first named', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const phone = await town.address(id, 'sms');
      const app = await town.app(id, {}, 'Pocket');
      await town.backupCodes(id);
      const login = await town.login(id);
      expect(login).toMatchObject({
        status: 'second-factor-required',
        defaultMethodId: phone.id,
        attemptsLeft: 10,
        methods: [
          { id: phone.id, type: 'sms', label: expect.stringMatching(/\*/), state: 'active' },
          { id: app.id, type: 'totp', label: 'Pocket', state: 'active' },
          { type: 'backup-codes', codesLeft: 10 },
        ],
      });
      expect(Date.parse(login.expiresAt) - given().clock.now()).toBeGreaterThan(590_000);
      expect(await must(town.call('GET', `/v1/logins/${login.id}`))).toEqual(login);
    });

    it('is passed by an app, an SMS, an email or a backup code', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app, phone, mail] = [await town.app(id), await town.address(id, 'sms'), await town.address(id, 'email')];
      const { id: codesId, codes } = await town.backupCodes(id);
      const ways: readonly (readonly [string, (login: string) => Promise<string> | string])[] = [
        [app.id, () => app.next()],
        [phone.id, (login) => town.sent(login, phone)],
        [mail.id, (login) => town.sent(login, mail)],
        [codesId, () => codes[0] ?? ''],
      ];
      for (const [methodId, codeFor] of ways) {
        const login = await town.login(id);
        const passed = await town.verify(login.id, methodId, await codeFor(login.id));
        expect(passed).toMatchObject({
          result: 'approved',
          status: 'approved',
          attemptsLeft: 10,
          proof: expect.any(String),
        });
        expect(passed).not.toHaveProperty('redirectTo');
      }
    });

    it('sends codes with resend times, and tells a reload of the newest', async () => {
      const town = await newTown(given(), { quotas: { destinationPerHour: 50, destinationPerDay: 50 } });
      const { clock } = given();
      const id = await town.account();
      const phone = await town.address(id, 'sms');
      const login = await town.login(id);
      const send = () => town.post(`/v1/logins/${login.id}/send`, { methodId: phone.id });
      const sent = await send();
      expect(sent).toMatchObject({ status: 202, json: { sendsLeft: 4, to: expect.stringMatching(/\*/) } });
      expect(Date.parse(sent.json.resendAvailableAt) - clock.now()).toBeGreaterThan(25_000);
      const first = await town.codeTo(phone.to);
      const early = await send();
      expect(early).toMatchObject({ status: 429, json: { code: 'resend-too-early' } });
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(25);
      clock.advance(30_000);
      const again = await send();
      expect(again.json.sendsLeft).toBe(3);
      const { sending } = await must(town.call('GET', `/v1/logins/${login.id}`));
      expect(sending).toMatchObject({ methodId: phone.id, ...again.json });
      expect(['queued', 'sent']).toContain(sending.status);
      const second = await town.codeTo(phone.to);
      expect(await town.verify(login.id, phone.id, first)).toMatchObject({ reason: 'wrong-code', attemptsLeft: 9 });
      expect(await town.verify(login.id, phone.id, second)).toMatchObject({ result: 'approved' });
    });

    it('keeps the code of one way good while another is tried', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [phone, mail] = [await town.address(id, 'sms'), await town.address(id, 'email')];
      const login = await town.login(id);
      const byPhone = await town.sent(login.id, phone);
      const byMail = await town.sent(login.id, mail);
      expect(await town.verify(login.id, phone.id, byMail === byPhone ? wrong(byMail) : byMail)).toMatchObject({
        reason: 'wrong-code',
      });
      expect(await town.verify(login.id, phone.id, byPhone)).toMatchObject({ result: 'approved' });
    });

    it('takes the code of no other login', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const phone = await town.address(id, 'sms');
      const [one, two] = [await town.login(id), await town.login(id)];
      const code = await town.sent(one.id, phone);
      expect(await town.verify(two.id, phone.id, code)).toMatchObject({ result: 'rejected', reason: 'expired' });
      await town.sent(two.id, phone);
      expect(await town.verify(one.id, phone.id, code)).toMatchObject({ result: 'approved' });
    });

    it('ends by success, by cancel, by time, and after ten wrong codes', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app] = [await town.app(id), await town.address(id, 'email')];
      const { id: codesId } = await town.backupCodes(id);
      const won = await town.login(id);
      await town.verify(won.id, app.id, app.next());
      expect(await town.verify(won.id, app.id, app.next())).toMatchObject({
        reason: 'already-approved',
        status: 'approved',
      });

      const canceled = await town.login(id);
      expect(await must(town.post(`/v1/logins/${canceled.id}/cancel`))).toMatchObject({ status: 'canceled' });
      expect(await must(town.post(`/v1/logins/${canceled.id}/cancel`))).toMatchObject({ status: 'canceled' });
      expect(await town.verify(canceled.id, app.id, app.next())).toMatchObject({
        reason: 'canceled',
        status: 'canceled',
      });
      expect(await town.post(`/v1/logins/${canceled.id}/send`, { methodId: app.id })).toMatchObject({ status: 409 });

      const exhausted = await town.login(id);
      for (let left = 9; left >= 0; left -= 1) {
        const by = left % 2 ? { id: app.id, code: town.wrongFor(app) } : { id: codesId, code: '0000-0000-00000' };
        expect(await town.verify(exhausted.id, by.id, by.code)).toMatchObject({
          reason: 'wrong-code',
          attemptsLeft: left,
        });
      }
      expect(await must(town.call('GET', `/v1/logins/${exhausted.id}`))).toMatchObject({
        status: 'failed',
        reason: 'attempts',
      });
      expect(await town.verify(exhausted.id, app.id, app.next())).toMatchObject({
        reason: 'exhausted',
        status: 'failed',
      });

      const late = await town.login(id);
      given().clock.advance(600_000);
      expect(await town.verify(late.id, app.id, app.next())).toMatchObject({ reason: 'expired', status: 'expired' });
    });

    it('is one of five that are open: a sixth ends the oldest', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const logins = [];
      for (let count = 0; count < 6; count += 1) logins.push(await town.login(id));
      const states = await Promise.all(logins.map((login) => must(town.call('GET', `/v1/logins/${login.id}`))));
      expect(states.map(({ status }) => status)).toEqual([
        'canceled',
        ...Array.from({ length: 5 }, () => 'second-factor-required'),
      ]);
      expect(states[0]).toMatchObject({ reason: 'superseded' });
      expect(await town.verify(logins[1].id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('answers a repeated request alike, and counts and sends nothing twice', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app, phone] = [await town.app(id), await town.address(id, 'sms')];
      const twice = async (path: string, body: object) => {
        const headers = { 'idempotency-key': uniqueName('key') };
        const [one, two] = [await town.post(path, body, headers), await town.post(path, body, headers)];
        expect(unsigned(two)).toEqual(unsigned(one));
        return one.json;
      };
      const login = await twice('/v1/logins', { accountId: id });
      await twice(`/v1/logins/${login.id}/send`, { methodId: phone.id });
      await town.codeTo(phone.to);
      const messages = given().inbox.list({ to: phone.to });
      expect(messages.filter(({ challengeId }) => challengeId !== undefined)).toHaveLength(2);
      expect(
        await twice(`/v1/logins/${login.id}/verify`, { methodId: app.id, code: town.wrongFor(app) }),
      ).toMatchObject({ attemptsLeft: 9 });
      const passed = await twice(`/v1/logins/${login.id}/verify`, { methodId: app.id, code: app.next() });
      expect(passed).toMatchObject({ result: 'approved', attemptsLeft: 9 });
      expect((await town.read(id)).methods[0]).toMatchObject({ state: 'active' });
    });

    it('counts what it sends at the network that the application names', async () => {
      const quotas = { clientIpPerHour: 2, destinationPerHour: 50, destinationPerDay: 50 };
      const town = await newTown(given(), { resendMinSeconds: 0, quotas });
      const id = await town.account();
      const phones = [];
      for (let count = 0; count < 3; count += 1) phones.push(await town.address(id, 'sms'));
      const answers = [];
      for (const { id: methodId } of phones) {
        const login = await town.login(id, { clientIp: '2001:db8:0:1::7' });
        answers.push(await town.post(`/v1/logins/${login.id}/send`, { methodId }));
      }
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
      expect(answers[2]?.json).toMatchObject({ code: 'rate-limited', limit: 'client-ip' });
      const elsewhere = await town.login(id, { clientIp: '2001:db8:0:2::7' });
      expect(await town.post(`/v1/logins/${elsewhere.id}/send`, { methodId: phones[2]?.id })).toMatchObject({
        status: 202,
      });
    });

    it('is its own tenant’s alone', async () => {
      const [town, other] = [await newTown(given()), await newTown(given())];
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id);
      for (const answer of [
        await other.call('GET', `/v1/logins/${login.id}`),
        await other.post(`/v1/logins/${login.id}/verify`, { methodId: app.id, code: app.next() }),
        await other.post(`/v1/logins/${login.id}/cancel`),
        await other.post('/v1/logins', { accountId: id }),
        await other.call('GET', `/v1/accounts/${id}`),
        await town.call('GET', `/v1/logins/${unknown}`),
        await town.call('GET', '/v1/logins/nothing'),
      ])
        expect(answer).toMatchObject({ status: 404, json: { code: 'not-found' } });
    });
  });

  describe('a code of an app', () => {
    it('is good in one login and in no other, nor are older ones', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const code = app.next();
      const [one, two] = [await town.login(id), await town.login(id)];
      expect(await town.verify(one.id, app.id, code)).toMatchObject({ result: 'approved' });
      expect(await town.verify(two.id, app.id, code)).toMatchObject({
        result: 'rejected',
        reason: 'replayed',
        attemptsLeft: 10,
      });
      given().clock.advance(30_000);
      expect(await town.verify(two.id, app.id, code)).toMatchObject({ result: 'rejected', reason: 'replayed' });
      expect(await town.verify(two.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('that confirmed the app opens no login', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { secret, enrolmentId } = await must(town.post(`/v1/accounts/${id}/methods`, { type: 'totp' }));
      const code = town.codesOf({ secret })();
      const { method } = await must(town.post(`/v1/accounts/${id}/enrolments/${enrolmentId}/confirm`, { code }));
      const login = await town.login(id);
      expect(await town.verify(login.id, method.id, code)).toMatchObject({ result: 'rejected', reason: 'replayed' });
    });
  });
}
