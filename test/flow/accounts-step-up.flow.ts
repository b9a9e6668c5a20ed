import { describe, expect, it } from 'vitest';
import { anEmail } from '../support/installation.ts';
import { asPage, handleIn, must, newTown, returnUrl, type Town } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { journalOf } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** The Security tab: what its owner sees and does there, and the fresh proof that it takes. */
export function describeAccountStepUp(given: () => System): void {
  async function openTab(town: Town, accountId: string) {
    const { pageUrl } = await must(town.post(`/v1/accounts/${accountId}/pages`, { returnUrl }));
    const session = await must(town.post('/v1/pages/sessions', { handle: handleIn(pageUrl) }));
    return { pageUrl, session, tab: asPage(town.call, session.token) };
  }
  const stepUpRequired = { status: 403, json: { code: 'step-up-required' } };

  describe('the Security tab', () => {
    it('is opened by its handle, once, within five minutes, and lives for half an hour', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const headers = { 'idempotency-key': uniqueName('page') };
      const made = await town.post(`/v1/accounts/${id}/pages`, { returnUrl }, headers);
      expect(made).toMatchObject({
        status: 201,
        json: { pageUrl: expect.stringMatching(/^http:\/\/localhost:8080\/security\//) },
      });
      expect((await town.post(`/v1/accounts/${id}/pages`, { returnUrl }, headers)).json).toEqual(made.json);
      const handle = handleIn(made.json.pageUrl);
      const opened = await town.post('/v1/pages/sessions', { handle });
      expect(opened).toMatchObject({ status: 201, json: { kind: 'account', id, returnUrl } });
      expect(await town.post('/v1/pages/sessions', { handle })).toMatchObject({ status: 404 });
      const tab = asPage(town.call, opened.json.token);
      expect(await tab('GET', `/v1/accounts/${id}`)).toMatchObject({ status: 200 });
      given().clock.advance(1_800_000);
      expect(await tab('GET', `/v1/accounts/${id}`)).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
      const late = await must(town.post(`/v1/accounts/${id}/pages`, { returnUrl }));
      given().clock.advance(300_000);
      expect(await town.post('/v1/pages/sessions', { handle: handleIn(late.pageUrl) })).toMatchObject({ status: 404 });
    });

    it('shows its owner what the application sees masked, and no lock', async () => {
      const town = await newTown(given(), { returnUrls: [returnUrl], failuresBeforeLock: 3 });
      const email = anEmail();
      const id = await town.account({ email });
      const [mail, app] = [await town.address(id, 'email'), await town.app(id)];
      const login = await town.login(id);
      for (let count = 0; count < 3; count += 1) await town.verify(login.id, app.id, town.wrongFor(app));
      const { tab } = await openTab(town, id);
      const seen = await must(tab('GET', `/v1/accounts/${id}`));
      expect(seen).toMatchObject({ email, methods: [{ label: mail.to }, { state: 'active' }] });
      const { email: masked, methods } = await town.read(id);
      expect([masked, methods[0].label]).toEqual([expect.stringMatching(/\*/), expect.stringMatching(/\*/)]);
      expect(methods[1]).toMatchObject({ state: 'locked', lockedUntil: expect.any(String) });
    });

    it('opens its own account and nothing else', async () => {
      const town = await newTown(given());
      const [id, other] = [await town.account(), await town.account()];
      const app = await town.app(id);
      const { tab } = await openTab(town, id);
      const login = await town.login(id);
      for (const [method, path, body] of [
        ['GET', `/v1/accounts/${other}`],
        ['POST', `/v1/accounts/${other}/methods`, { type: 'totp' }],
        ['GET', `/v1/logins/${login.id}`],
        ['POST', `/v1/logins/${login.id}/verify`, { methodId: app.id, code: app.next() }],
        ['POST', `/v1/logins/${login.id}/cancel`, {}],
      ] as const)
        expect([path, await tab(method, path, body)]).toMatchObject([path, { status: 404 }]);
      for (const path of ['pages', 'reset', 'unlock', 'bypass-code', 'exempt'])
        expect([path, (await tab('POST', `/v1/accounts/${id}/${path}`, {})).status]).toEqual([path, 403]);
      expect(await tab('DELETE', `/v1/accounts/${id}`)).toMatchObject({ status: 403 });
      expect(await tab('GET', '/v1/settings')).toMatchObject({ status: 401 });
    });

    it('lets its owner enrol a first method at once', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { tab } = await openTab(town, id);
      const begun = await must(tab('POST', `/v1/accounts/${id}/methods`, { type: 'totp' }));
      const code = town.codesOf({ secret: begun.secret })();
      const path = `/v1/accounts/${id}/enrolments/${begun.enrolmentId}/confirm`;
      expect(await must(tab('POST', path, { code }))).toMatchObject({ result: 'approved' });
    });
  });

  describe('a step-up', () => {
    it('is demanded of a page for removal, default, codes and further methods, and not of a key', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app, mail] = [await town.app(id), await town.address(id, 'email')];
      const { tab } = await openTab(town, id);
      const changes = [
        ['PATCH', `/v1/accounts/${id}/methods/${mail.id}`, { default: true }],
        ['POST', `/v1/accounts/${id}/methods`, { type: 'totp' }],
        ['POST', `/v1/accounts/${id}/methods`, { type: 'email', to: anEmail() }],
        ['POST', `/v1/accounts/${id}/backup-codes`, {}],
        ['DELETE', `/v1/accounts/${id}/methods/${app.id}`, undefined],
      ] as const;
      for (const [method, path, body] of changes) {
        expect([path, await tab(method, path, body)]).toMatchObject([path, stepUpRequired]);
      }
      const passed = await must(
        tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code: app.next() }),
      );
      expect(passed).toMatchObject({ result: 'approved', stepUpUntil: expect.any(String) });
      expect(await must(tab('GET', `/v1/accounts/${id}`))).toMatchObject({ stepUpUntil: passed.stepUpUntil });
      for (const [method, path, body] of changes)
        expect([path, (await tab(method, path, body)).status]).not.toEqual([path, 403]);
      const other = await town.account();
      const [first] = [await town.app(other), await town.app(other)];
      expect(await town.call('DELETE', `/v1/accounts/${other}/methods/${first.id}`)).toMatchObject({ status: 204 });
    });

    it('lasts five minutes and opens its own page alone', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const [own, other] = [await openTab(town, id), await openTab(town, id)];
      await must(own.tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code: app.next() }));
      const change = (tab: typeof own.tab) => tab('POST', `/v1/accounts/${id}/backup-codes`, {});
      expect(await change(other.tab)).toMatchObject(stepUpRequired);
      expect(await change(own.tab)).toMatchObject({ status: 201 });
      given().clock.advance(300_000);
      expect(await change(own.tab)).toMatchObject(stepUpRequired);
    });

    it('is passed by a code that is sent, or a backup code, and by no wrong or used one', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [app, phone] = [await town.app(id), await town.address(id, 'sms')];
      const { id: codesId, codes } = await town.backupCodes(id);
      const { tab } = await openTab(town, id);
      const verify = (methodId: string, code: string) =>
        must(tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId, code }));
      expect(await tab('POST', `/v1/accounts/${id}/step-up`, { methodId: app.id })).toMatchObject({
        status: 202,
        json: {},
      });
      const sent = await tab('POST', `/v1/accounts/${id}/step-up`, { methodId: phone.id });
      expect(sent).toMatchObject({ status: 202, json: { to: expect.stringMatching(/\*/), sendsLeft: 4 } });
      const code = await town.codeTo(phone.to);
      expect(await verify(phone.id, code)).toMatchObject({ result: 'approved' });
      expect(await verify(phone.id, code)).toMatchObject({ result: 'rejected', reason: 'expired' });
      expect(await verify(codesId, codes[0] ?? '')).toMatchObject({ result: 'approved' });
      expect(await verify(codesId, codes[0] ?? '')).toMatchObject({ result: 'rejected', reason: 'wrong-code' });
      expect(await verify(app.id, town.wrongFor(app))).toMatchObject({ result: 'rejected', reason: 'wrong-code' });
      const once = app.next();
      expect(await verify(app.id, once)).toMatchObject({ result: 'approved' });
      expect(await verify(app.id, once)).toMatchObject({ result: 'rejected', reason: 'replayed' });
      const login = await town.login(id);
      expect(await town.verify(login.id, app.id, once)).toMatchObject({ reason: 'replayed' });
    });

    it('is a page’s alone, and guesses at it lock the method as all others', async () => {
      const town = await newTown(given(), { returnUrls: [returnUrl], failuresBeforeLock: 3 });
      const id = await town.account();
      const [app] = [await town.app(id), await town.address(id, 'email')];
      const body = { methodId: app.id, code: '123456' };
      expect(await town.post(`/v1/accounts/${id}/step-up`, { methodId: app.id })).toMatchObject({ status: 403 });
      expect(await town.post(`/v1/accounts/${id}/step-up/verify`, body)).toMatchObject({ status: 403 });
      const { tab } = await openTab(town, id);
      const verify = (code: string) =>
        must(tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code }));
      for (let count = 0; count < 3; count += 1) await verify(town.wrongFor(app));
      expect(await verify(app.next())).toMatchObject({ result: 'rejected', reason: 'method-unavailable' });
      expect((await town.read(id)).methods[0]).toMatchObject({ state: 'locked' });
    });

    it('is needed to finish on an account with a method what was begun before it had one', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const { tab } = await openTab(town, id);
      const begun = await must(tab('POST', `/v1/accounts/${id}/methods`, { type: 'totp' }));
      const app = await town.app(id);
      const path = `/v1/accounts/${id}/enrolments/${begun.enrolmentId}/confirm`;
      const code = () => ({ code: town.codesOf({ secret: begun.secret })() });
      expect(await tab('POST', path, code())).toMatchObject(stepUpRequired);
      await must(tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code: app.next() }));
      expect(await must(tab('POST', path, code()))).toMatchObject({ result: 'approved' });
    });

    it('is recorded with the account as its actor', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const { tab } = await openTab(town, id);
      await must(tab('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code: app.next() }));
      await must(tab('POST', `/v1/accounts/${id}/backup-codes`, {}));
      const events = await journalOf(given().foundation, id);
      const by = (type: string) => events.findLast((event) => event.type === type)?.actor;
      expect([by('step-up-passed'), by('backup-codes-generated')]).toEqual([`page:${id}`, `page:${id}`]);
    });

    it('is of no use after a reset: the page is dead', async () => {
      const town = await newTown(given());
      const id = await town.account();
      await town.app(id);
      const { tab } = await openTab(town, id);
      await must(town.post(`/v1/accounts/${id}/reset`));
      expect(await tab('POST', `/v1/accounts/${id}/methods`, { type: 'totp' })).toMatchObject({ status: 401 });
    });
  });
}
