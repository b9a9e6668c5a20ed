import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { aPhone } from '../support/installation.ts';
import { must, newTown } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { journalOf } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** The weaknesses that were found in the model of this product, each by its number, and what is so here instead (14, 16 to 28). */
export function describeOtherWeaknesses(given: () => System): void {
  /** What the server says to a request to change the protocol. */
  const upgrade = (path: string) =>
    new Promise<number | 'switched'>((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const asked = request({ port: given().port, host: '127.0.0.1', path, headers });
      asked.on('upgrade', () => resolve('switched')).on('error', reject);
      asked.on('response', (answer) => resolve(answer.resume().statusCode ?? 0)).end();
    });

  describe('where the model is weak', () => {
    it('14. half a login opens a WebSocket: here there is none, and a page’s token opens its own thing alone', async () => {
      for (const path of ['/', '/v1/logins', '/ws', '/v1/pages/sessions']) expect(await upgrade(path)).toBe(404);
    });

    it('16. a lock is for ever, silent and locks the owner out: here it ends by itself, is told, and leaves other ways open', async () => {
      const town = await newTown(given(), { failuresBeforeLock: 3 });
      const id = await town.account();
      const [app, mail] = [await town.app(id), await town.address(id, 'email')];
      const login = await town.login(id);
      for (let count = 0; count < 3; count += 1) await town.verify(login.id, app.id, town.wrongFor(app));
      const events = await journalOf(given().foundation, id);
      expect(events.filter(({ type }) => type === 'method-locked')).toMatchObject([
        { data: { methodId: app.id, loginId: login.id } },
      ]);
      expect(events.at(-1)).toMatchObject({
        type: 'notice-requested',
        data: { kind: 'method-locked', targets: [{ methodId: mail.id }] },
      });
      expect(await town.verify(login.id, mail.id, await town.sent(login.id, mail))).toMatchObject({
        result: 'approved',
      });
      given().clock.advance(1_800_000);
      const next = await town.login(id);
      expect(await town.verify(next.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('17. reading deletes methods that are withdrawn: here it changes nothing, and lets nobody in', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const head = (await given().foundation.store.load(id))?.head;
      await must(
        town.call('PUT', '/v1/settings', { methods: { totp: { offered: false }, backupCodes: { offered: false } } }),
      );
      await town.read(id);
      await must(town.call('GET', `/v1/accounts/${id}`));
      expect((await given().foundation.store.load(id))?.head).toBe(head);
      expect(await town.login(id)).toMatchObject({ status: 'locked', reason: 'no-usable-method' });
      await must(town.call('PUT', '/v1/settings', {}));
      const login = await town.login(id);
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('18. other ways in skip the second factor: here whoever asks gets a proof for a passed login and for nothing else', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const free = await town.login(id);
      expect(free.status).toBe('not-required');
      await town.app(id);
      const login = await town.login(id);
      for (const one of [free, login]) {
        expect(one).not.toHaveProperty('proof');
        expect(await must(town.call('GET', `/v1/logins/${one.id}`))).not.toHaveProperty('proof');
        expect(await town.post(`/v1/logins/${one.id}/result`, { code: 'none' })).toMatchObject({ status: 409 });
      }
    });

    it('19. codes travel in URLs: here they are read from bodies alone, and no log line has one', async () => {
      const town = await newTown(given());
      const userId = uniqueName('user');
      const { id } = await must(town.post('/v1/accounts', { userId }));
      const [app, phone] = [await town.app(id), await town.address(id, 'sms')];
      const login = await town.login(id);
      const code = await town.sent(login.id, phone);
      const path = `/v1/logins/${login.id}/verify?methodId=${phone.id}&code=${code}`;
      expect(await town.post(path)).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
      await town.verify(login.id, phone.id, code);
      const lines = given().logLines.join('\n');
      for (const secret of [app.secret, userId, phone.to]) expect(lines).not.toContain(secret);
      expect(lines).not.toMatch(new RegExp(`(?<![\\d])${code}(?![\\d])`));
    });

    it('20. sends to the locked cost money and time: here they are refused before they count', async () => {
      const town = await newTown(given(), { failuresBeforeLock: 3 });
      const id = await town.account();
      const [phone] = [await town.address(id, 'sms'), await town.app(id)];
      const login = await town.login(id);
      await town.sent(login.id, phone);
      for (let count = 0; count < 3; count += 1) await town.verify(login.id, phone.id, '000000');
      const codes = () =>
        given()
          .inbox.list({ to: phone.to })
          .filter(({ challengeId }) => challengeId !== undefined).length;
      const before = codes();
      const send = async () => town.post(`/v1/logins/${(await town.login(id)).id}/send`, { methodId: phone.id });
      for (let count = 0; count < 5; count += 1)
        expect(await send()).toMatchObject({ status: 409, json: { code: 'method-locked' } });
      await must(town.post(`/v1/accounts/${id}/unlock`));
      given().clock.advance(60_000);
      expect(await send()).toMatchObject({ status: 202, json: { sendsLeft: expect.any(Number) } });
      await town.codeTo(phone.to);
      expect(codes()).toBe(before + 1);
    });

    it('21. a lifetime is read when a code is checked: here it is fixed when the code is sent', async () => {
      const town = await newTown(given(), { methods: { sms: { codeLifetimeSeconds: 600 } } });
      const id = await town.account();
      const phone = await town.address(id, 'sms');
      const login = await town.login(id);
      const code = await town.sent(login.id, phone);
      await must(town.call('PUT', '/v1/settings', { methods: { sms: { codeLifetimeSeconds: 30 } } }));
      given().clock.advance(599_000);
      expect(await town.verify(login.id, phone.id, code)).toMatchObject({ result: 'approved' });
      expect((await town.call('PUT', '/v1/settings', { methods: { sms: { codeLifetimeSeconds: 601 } } })).status).toBe(
        400,
      );
    });

    it('22. numbers have no upper bound: here each has one', async () => {
      const town = await newTown(given());
      const settings = {
        methods: { backupCodes: { quantity: 1_000 }, email: { codeLifetimeSeconds: 86_400 } },
        loginLifetimeSeconds: 1_000_000,
        checkRate: { attempts: 1_000, windowSeconds: 10_000_000 },
        failuresBeforeLock: 1_000,
        lockSeconds: 1_000_000,
      };
      const { status, json } = await town.call('PUT', '/v1/settings', settings);
      expect(status).toBe(400);
      expect(json.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual([
        'checkRate.attempts',
        'checkRate.windowSeconds',
        'failuresBeforeLock',
        'lockSeconds',
        'loginLifetimeSeconds',
        'methods.backupCodes.quantity',
        'methods.email.codeLifetimeSeconds',
      ]);
    });

    it('23. backup codes alone can be offered: here that is refused, by whatever door settings come', async () => {
      const town = await newTown(given());
      const nothing = { offered: false };
      const methods = { totp: nothing, sms: nothing, email: nothing, backupCodes: { offered: true } };
      const fault = { status: 400, json: { errors: [{ field: 'methods.backupCodes.offered' }] } };
      expect(await town.call('PUT', '/v1/settings', { methods })).toMatchObject(fault);
      expect(await given().platform('PUT', '/v1/platform/settings', { methods })).toMatchObject(fault);
    });

    it('24. backup codes are short, unordered and may be the default: here none of it, and an empty set is no way in', async () => {
      const town = await newTown(given(), { methods: { backupCodes: { quantity: 5 } } });
      const id = await town.account();
      await town.app(id);
      const { id: codesId, codes } = await town.backupCodes(id);
      for (const code of codes) expect(code.replaceAll('-', '')).toMatch(/^[0-9A-HJKMNP-TV-Z]{13}$/);
      expect(await town.call('PATCH', `/v1/accounts/${id}/methods/${codesId}`, { default: true })).toMatchObject({
        status: 409,
      });
      for (const code of codes) {
        const login = await town.login(id);
        expect(await town.verify(login.id, codesId, code)).toMatchObject({ result: 'approved' });
      }
      expect((await town.login(id)).methods.map(({ type }: { type: string }) => type)).toEqual(['totp']);
    });

    it('25. a forced person cannot change a device, and logs in twice: here the new one comes first, or support resets', async () => {
      const town = await newTown(given(), { enforcement: { mode: 'all' }, resendMinSeconds: 0 });
      const id = await town.account();
      const login = await town.login(id);
      const to = aPhone();
      const { enrolmentId } = await must(town.post(`/v1/logins/${login.id}/methods`, { type: 'sms', to }));
      await town.codeTo(to);
      await must(town.post(`/v1/logins/${login.id}/enrolments/${enrolmentId}/resend`));
      const code = await town.codeTo(to);
      const passed = await must(town.post(`/v1/logins/${login.id}/enrolments/${enrolmentId}/confirm`, { code }));
      expect(passed).toMatchObject({ status: 'approved', proof: expect.any(String) });
      await town.app(id);
      expect(await town.call('DELETE', `/v1/accounts/${id}/methods/${passed.method.id}`)).toMatchObject({
        status: 204,
      });
      await must(town.post(`/v1/accounts/${id}/reset`));
      expect((await town.login(id)).status).toBe('enrolment-required');
    });

    it('26. a masked contact tells its length: here it does not, and texts are the tenant’s', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const number = uniqueName('ada');
      const [short, long] = [`x${number}@example.com`, `x${number}${'y'.repeat(30)}@example.com`];
      for (const to of [short, long]) await town.address(id, 'email', to);
      const [one, two] = (await town.read(id)).methods;
      expect(one.label).toBe('x***@example.com');
      expect(two.label).toBe(one.label);
      const template = { text: 'Our own words: {{code}}' };
      await must(
        town.call('PUT', '/v1/settings', { resendMinSeconds: 0, methods: { email: { template: { en: template } } } }),
      );
      const login = await town.login(id);
      const methodId = one.id;
      await must(town.post(`/v1/logins/${login.id}/send`, { methodId }));
      await town.codeTo(short);
      expect(given().inbox.list({ to: short })[0]?.text).toMatch(/^Our own words: \d{6}/);
    });

    it('27. enforcement has no grace and few groups: here settings name both, and the application the person’s', async () => {
      const enforcement = { mode: 'groups', groups: ['customers'], graceSeconds: 86_400 };
      const town = await newTown(given(), { enforcement });
      const id = await town.account({ groups: ['customers'] });
      expect(await town.login(id)).toMatchObject({ status: 'not-required', enrolmentDueAt: expect.any(String) });
      given().clock.advance(86_400_000);
      expect(await town.login(id)).toMatchObject({ status: 'enrolment-required' });
      expect(await town.login(await town.account())).toMatchObject({ status: 'not-required' });
    });

    it('28. garbled input is a server error, and long codes are not counted: here it is refused before any comparison', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id);
      for (const body of [
        {},
        { methodId: app.id },
        { code: '1' },
        { methodId: app.id, code: '9'.repeat(60) },
        { methodId: 7, code: [] },
        'no json',
        [1],
      ])
        expect(await town.call('POST', `/v1/logins/${login.id}/verify`, body)).toMatchObject({ status: 400 });
      for (const methodId of ['none', '../..', 'bypass'])
        expect(await town.post(`/v1/logins/${login.id}/verify`, { methodId, code: '0000-0000-00000' })).toMatchObject({
          status: 200,
          json: { reason: 'method-unavailable' },
        });
      expect(await must(town.call('GET', `/v1/logins/${login.id}`))).toMatchObject({ attemptsLeft: 10 });
    });
  });
}
