import { describe, expect, it } from 'vitest';
import type { Call } from '../support/call.ts';
import {
  accountSettings,
  altered,
  asPage,
  handleIn,
  must,
  newTown,
  returnUrl,
  unsigned,
  type Town,
} from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

/** Pages of ours: a handle that opens once, a token for one thing, and a result that only the application can take. */
export function describeAccountPages(given: () => System): void {
  /** Opens the page of a login; its token in place of a key. */
  async function openLogin(town: Town, accountId: string, more: object = {}) {
    const login = await town.login(accountId, { returnUrl, state: 's 1&x', ...more });
    const session = await must(town.post('/v1/pages/sessions', { handle: handleIn(login.pageUrl) }));
    return { login, session, page: asPage(town.call, session.token) };
  }
  const verify = (page: Call, loginId: string, methodId: string, code: string) =>
    must(page('POST', `/v1/logins/${loginId}/verify`, { methodId, code }));
  const backOf = (redirectTo: string) => {
    const url = new URL(redirectTo);
    return { to: `${url.origin}${url.pathname}`, ...Object.fromEntries(url.searchParams) };
  };

  describe('the page of a login', () => {
    it('exists only with a returnUrl, and only while there is something to do', async () => {
      const town = await newTown(given());
      const id = await town.account();
      expect(await town.login(id, { returnUrl })).not.toHaveProperty('pageUrl');
      await town.app(id);
      expect(await town.login(id)).not.toHaveProperty('pageUrl');
      expect((await town.login(id, { returnUrl })).pageUrl).toMatch(/^http:\/\/localhost:8080\/login\/\S+$/);
    });

    it('is opened by its handle, once, within five minutes', async () => {
      const town = await newTown(given());
      const id = await town.account({ locale: 'de' });
      await town.app(id);
      const { pageUrl, id: loginId, expiresAt } = await town.login(id, { returnUrl });
      const handle = handleIn(pageUrl);
      const open = (headers = {}) => town.post('/v1/pages/sessions', { handle }, { authorization: '', ...headers });
      const headers = { 'idempotency-key': uniqueName('open') };
      const opened = await open(headers);
      expect(opened).toMatchObject({
        status: 201,
        json: { kind: 'login', id: loginId, branding: { name: 'Example' }, locale: 'de', expiresAt, returnUrl },
      });
      expect((await open(headers)).text).toBe(opened.text);
      expect(await open()).toMatchObject({ status: 404 });
      const late = await town.login(id, { returnUrl });
      given().clock.advance(300_000);
      const tooLate = await town.post('/v1/pages/sessions', { handle: handleIn(late.pageUrl) });
      expect(tooLate).toMatchObject({ status: 404 });
      for (const wrong of [altered(handle), 'nothing', `${'A'.repeat(22)}~${'B'.repeat(22)}~${'C'.repeat(43)}`])
        expect(await town.post('/v1/pages/sessions', { handle: wrong })).toMatchObject({ status: 404 });
    });

    it('is told how its tenant appears, where it leads back to and in which language, by each call that shows it', async () => {
      const branding = {
        name: 'Acme',
        logo: 'https://cdn.example.com/logo.svg',
        colour: '#1a7f37',
        supportUrl: 'mailto:help@example.com',
      };
      const town = await newTown(given(), { ...accountSettings, branding });
      const id = await town.account({ locale: 'pt-BR' });
      await town.app(id);
      const { login, session, page } = await openLogin(town, id);
      expect(session.branding).toEqual(branding);
      const told = { branding, returnUrl, locale: 'pt-BR' };
      expect((await must(page('GET', `/v1/logins/${login.id}`))).page).toEqual(told);
      expect(await must(town.call('GET', `/v1/logins/${login.id}`))).not.toHaveProperty('page');
      const { pageUrl } = await must(town.post(`/v1/accounts/${id}/pages`, { returnUrl }));
      const tab = await must(town.post('/v1/pages/sessions', { handle: handleIn(pageUrl) }));
      expect(tab.branding).toEqual(branding);
      expect((await must(asPage(town.call, tab.token)('GET', `/v1/accounts/${id}`))).page).toEqual(told);
      expect(await town.read(id)).not.toHaveProperty('page');
    });

    it('is told what became of the message that went out last', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const phone = await town.address(id, 'sms');
      const { login, page } = await openLogin(town, id);
      expect(await must(page('GET', `/v1/logins/${login.id}`))).not.toHaveProperty('sending');
      await town.sent(login.id, phone);
      const fate = async () => (await must(page('GET', `/v1/logins/${login.id}`))).sending.status;
      await expect.poll(fate, { timeout: 30_000 }).toBe('sent');
    });

    it('opens its own login and nothing else', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const { login, page } = await openLogin(town, id);
      const other = await town.login(id);
      expect(await page('GET', `/v1/logins/${login.id}`)).toMatchObject({ status: 200, json: { id: login.id } });
      for (const [method, path, body] of [
        ['GET', `/v1/logins/${other.id}`],
        ['POST', `/v1/logins/${other.id}/verify`, { methodId: app.id, code: app.next() }],
        ['POST', `/v1/logins/${other.id}/cancel`, {}],
        ['GET', `/v1/accounts/${id}`],
        ['POST', `/v1/accounts/${id}/methods`, { type: 'totp' }],
        ['DELETE', `/v1/accounts/${id}/methods/${app.id}`],
        ['POST', `/v1/accounts/${id}/step-up`, { methodId: app.id }],
      ] as const)
        expect([path, await page(method, path, body)]).toMatchObject([
          path,
          { status: 404, json: { code: 'not-found' } },
        ]);
      for (const path of ['reset', 'unlock', 'bypass-code'])
        expect(await page('POST', `/v1/accounts/${id}/${path}`, {})).toMatchObject({ status: 403 });
      expect(await page('POST', `/v1/logins/${login.id}/result`, { code: 'x' })).toMatchObject({ status: 403 });
      for (const [method, path, body] of [
        ['POST', '/v1/accounts', { userId: 'ada' }],
        ['POST', '/v1/logins', { accountId: id }],
        ['GET', '/v1/settings'],
        ['GET', '/v1/keys'],
      ] as const)
        expect([path, await page(method, path, body)]).toMatchObject([path, { status: 401 }]);
    });

    it('dies with its login, five minutes after', async () => {
      const town = await newTown(given());
      const id = await town.account();
      await town.app(id);
      const { login, page, session } = await openLogin(town, id);
      given().clock.advance(600_000);
      expect(await page('GET', `/v1/logins/${login.id}`)).toMatchObject({
        status: 200,
        json: { status: 'expired', redirectTo: expect.stringContaining('twofold_error=expired') },
      });
      given().clock.advance(300_000);
      expect(await page('GET', `/v1/logins/${login.id}`)).toMatchObject({ status: 401 });
      const forged = altered(session.token);
      expect(await asPage(town.call, forged)('GET', `/v1/logins/${login.id}`)).toMatchObject({ status: 401 });
    });
  });

  describe('a login that is passed on a page', () => {
    it('is approved for nobody until the application takes the result, once', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const { login, page } = await openLogin(town, id);
      const passed = await verify(page, login.id, app.id, app.next());
      expect(passed).toMatchObject({ result: 'approved', status: 'awaiting-result' });
      expect(passed).not.toHaveProperty('proof');
      const { twofold_code: code, ...back } = backOf(passed.redirectTo) as Record<string, string>;
      expect(back).toEqual({ to: returnUrl, twofold_login: login.id, state: 's 1&x' });
      expect((await must(town.call('GET', `/v1/logins/${login.id}`))).status).toBe('awaiting-result');
      const take = (body: object, headers = {}) => town.post(`/v1/logins/${login.id}/result`, body, headers);
      expect(await take({ code: altered(code ?? '') })).toMatchObject({
        status: 409,
        json: { code: 'login-not-open' },
      });
      const headers = { 'idempotency-key': uniqueName('result') };
      const taken = await take({ code }, headers);
      expect(taken).toMatchObject({ status: 200, json: { status: 'approved', proof: expect.any(String) } });
      expect(unsigned(await take({ code }, headers))).toEqual(unsigned(taken));
      expect(await take({ code })).toMatchObject({ status: 409 });
      expect((await must(town.call('GET', `/v1/logins/${login.id}`))).status).toBe('approved');
    });

    it('gives its result to its own login and tenant, and for five minutes', async () => {
      const [town, other] = [await newTown(given()), await newTown(given())];
      const id = await town.account();
      const app = await town.app(id);
      const [one, two] = [await openLogin(town, id), await openLogin(town, id)];
      const codeOf = async ({ login, page }: typeof one) =>
        (backOf((await verify(page, login.id, app.id, app.next())).redirectTo) as Record<string, string>).twofold_code;
      const [first, second] = [await codeOf(one), await codeOf(two)];
      const take = (town_: Town, loginId: string, code?: string) =>
        town_.post(`/v1/logins/${loginId}/result`, { code });
      expect(await take(town, one.login.id, second)).toMatchObject({ status: 409 });
      expect(await take(other, one.login.id, first)).toMatchObject({ status: 404 });
      given().clock.advance(300_000);
      expect(await take(town, one.login.id, first)).toMatchObject({ status: 409 });
      expect((await must(town.call('GET', `/v1/logins/${one.login.id}`))).status).toBe('expired');
    });

    it('may be one that demanded an enrolment', async () => {
      const town = await newTown(given(), { enforcement: { mode: 'all' }, returnUrls: [returnUrl] });
      const id = await town.account();
      const { login, page } = await openLogin(town, id);
      const begun = await must(page('POST', `/v1/logins/${login.id}/methods`, { type: 'totp' }));
      const path = `/v1/logins/${login.id}/enrolments/${begun.enrolmentId}/confirm`;
      const passed = await must(page('POST', path, { code: town.codesOf({ secret: begun.secret })() }));
      expect(passed).toMatchObject({ result: 'approved', status: 'awaiting-result', redirectTo: expect.any(String) });
      expect(passed).not.toHaveProperty('proof');
      const { codes } = await must(page('POST', `/v1/logins/${login.id}/backup-codes`, {}));
      expect(codes).toHaveLength(10);
    });
  });

  describe('the way back', () => {
    it('says how a login ended that was not passed', async () => {
      const town = await newTown(given(), { returnUrls: [returnUrl], failuresBeforeLock: 3 });
      const id = await town.account();
      const app = await town.app(id);
      const canceled = await openLogin(town, id);
      const { redirectTo } = await must(canceled.page('POST', `/v1/logins/${canceled.login.id}/cancel`, {}));
      expect(backOf(redirectTo)).toEqual({
        to: returnUrl,
        twofold_login: canceled.login.id,
        twofold_error: 'canceled',
        state: 's 1&x',
      });
      const locked = await openLogin(town, id);
      let last;
      for (let count = 0; count < 3; count += 1)
        last = await verify(locked.page, locked.login.id, app.id, town.wrongFor(app));
      expect(last).toMatchObject({ status: 'locked', redirectTo: expect.stringContaining('twofold_error=locked') });
      const { methods } = await town.read(id);
      expect((await must(locked.page('GET', `/v1/logins/${locked.login.id}`))).lockedUntil).toBe(
        methods[0].lockedUntil,
      );
    });

    it('says so after too many wrong codes', async () => {
      const town = await newTown(given(), { returnUrls: [returnUrl], attemptsPerLogin: 1 });
      const id = await town.account();
      const app = await town.app(id);
      const { login, page } = await openLogin(town, id, { state: undefined });
      const failed = await verify(page, login.id, app.id, town.wrongFor(app));
      expect(failed).toMatchObject({ status: 'failed', attemptsLeft: 0 });
      expect(backOf(failed.redirectTo)).toEqual({ to: returnUrl, twofold_login: login.id, twofold_error: 'failed' });
    });
  });

  describe('a lock', () => {
    it('is told apart to the application, and to a page only where it arose in its own login', async () => {
      const town = await newTown(given(), { returnUrls: [returnUrl], failuresBeforeLock: 3, resendMinSeconds: 0 });
      const id = await town.account();
      const [phone, app] = [await town.address(id, 'sms'), await town.app(id)];
      const own = await openLogin(town, id);
      const other = await openLogin(town, id);
      for (let count = 0; count < 3; count += 1) await verify(own.page, own.login.id, app.id, town.wrongFor(app));
      expect(await verify(own.page, own.login.id, app.id, app.next())).toMatchObject({ reason: 'locked' });
      expect(await verify(other.page, other.login.id, app.id, app.next())).toMatchObject({
        reason: 'method-unavailable',
      });
      expect(await town.verify(other.login.id, app.id, app.next())).toMatchObject({ reason: 'locked' });
      const stateIn = async (page: Call, loginId: string) =>
        (await must(page('GET', `/v1/logins/${loginId}`))).methods.find((one: { id: string }) => one.id === app.id)
          ?.state;
      expect(await stateIn(own.page, own.login.id)).toBe('locked');
      expect(await stateIn(other.page, other.login.id)).toBeUndefined();
      expect(await stateIn(town.call, other.login.id)).toBe('locked');
      const endsIn = async (page: Call, loginId: string) =>
        (await must(page('GET', `/v1/logins/${loginId}`))).methods.find((one: { id: string }) => one.id === app.id)
          ?.lockedUntil;
      expect(await endsIn(own.page, own.login.id)).toBe(await endsIn(town.call, other.login.id));
      expect(await endsIn(other.page, other.login.id)).toBeUndefined();
      const locking = await openLogin(town, id);
      await must(locking.page('POST', `/v1/logins/${locking.login.id}/send`, { methodId: phone.id }));
      for (let count = 0; count < 3; count += 1) await verify(locking.page, locking.login.id, phone.id, '000000');
      const send = (page: Call, loginId: string) => page('POST', `/v1/logins/${loginId}/send`, { methodId: phone.id });
      expect(await send(other.page, other.login.id)).toMatchObject({
        status: 409,
        json: { code: 'method-unavailable' },
      });
      expect(await send(town.call, other.login.id)).toMatchObject({ status: 409, json: { code: 'method-locked' } });
    });
  });
}
