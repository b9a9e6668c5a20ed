import { describe, expect, it } from 'vitest';
import { anEmail } from '../support/installation.ts';
import { readRecords } from '../support/journal.ts';
import { asPage, handleIn, must, newTown, returnUrl, type OwnApp, type Town } from '../support/people.ts';
import { journalOf } from '../support/story.ts';
import type { System } from '../support/system.ts';
import { codeOfStep, stepOf } from '../support/totp.ts';
import { topics } from '#schemas/topics.ts';

/** The weaknesses that were found in the model of this product, each by its number, and what is so here instead (1 to 15). */
export function describeWeaknesses(given: () => System): void {
  const recordOf = async (accountId: string) => (await given().foundation.store.load(accountId))?.document ?? '';
  async function failures(town: Town, accountId: string, app: OwnApp, count: number) {
    for (let index = 0; index < count; index += 1) {
      const login = await town.login(accountId);
      await town.verify(login.id, app.id, town.wrongFor(app));
      await town.post(`/v1/logins/${login.id}/cancel`);
    }
  }

  describe('where the model is weak', () => {
    it('1. a right password zeroes the failures: here ever new logins do not, and the tenth wrong code locks', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      await failures(town, id, app, 9);
      expect((await town.read(id)).methods[0].state).toBe('active');
      await failures(town, id, app, 1);
      expect((await town.read(id)).methods[0].state).toBe('locked');
    });

    it('2. guessing is unlimited as it comes: here every limit is on without a setting', async () => {
      const { call } = await given().newTenant({});
      const { settings } = await must(call('GET', '/v1/settings/effective'));
      expect(settings).toMatchObject({
        failuresBeforeLock: 10,
        lockSeconds: 1_800,
        checkRate: { attempts: 10, windowSeconds: 900 },
        attemptsPerLogin: 10,
        attemptsPerChallenge: 5,
        quotas: { destinationPerHour: 5 },
      });
      for (const [field, value] of [
        ['failuresBeforeLock', 0],
        ['checkRate', { attempts: 0 }],
        ['checkRate', null],
        ['attemptsPerLogin', 0],
      ]) {
        expect((await call('PUT', '/v1/settings', { [field as string]: value })).status).toBe(400);
      }
    });

    it('3. limits live in one process and have fixed windows: here they stand in the record, and slide', async () => {
      const { clock } = given();
      const town = await newTown(given(), { failuresBeforeLock: 100 });
      const id = await town.account();
      const app = await town.app(id);
      await failures(town, id, app, 5);
      expect(JSON.parse(await recordOf(id)).methods[0]).toMatchObject({ failures: 5, checkedAt: expect.any(Array) });
      clock.advance(600_000);
      await failures(town, id, app, 5);
      const refused = async () => {
        const login = await town.login(id);
        return (await town.post(`/v1/logins/${login.id}/verify`, { methodId: app.id, code: town.wrongFor(app) }))
          .status;
      };
      expect(await refused()).toBe(429);
      // The first five are out of the window, the second five are not: half of it is free again, and no more.
      clock.advance(301_000);
      for (let count = 0; count < 5; count += 1) expect(await refused()).toBe(200);
      expect(await refused()).toBe(429);
    });

    it('4. enrolment sends and checks without a limit: here it meets the limits of its destination and has five guesses', async () => {
      const town = await newTown(given(), {});
      const [id, to] = [await town.account(), anEmail()];
      const { enrolmentId } = await must(town.post(`/v1/accounts/${id}/methods`, { type: 'email', to }));
      expect(await town.post(`/v1/accounts/${id}/methods`, { type: 'email', to })).toMatchObject({ status: 429 });
      expect(await town.post(`/v1/accounts/${await town.account()}/methods`, { type: 'email', to })).toMatchObject({
        status: 429,
      });
      const path = `/v1/accounts/${id}/enrolments/${enrolmentId}/confirm`;
      const code = await town.codeTo(to);
      const other = code === '111111' ? '222222' : '111111';
      for (let left = 4; left >= 0; left -= 1)
        expect((await town.post(path, { code: other })).json.attemptsLeft).toBe(left);
      expect(await town.post(path, { code })).toMatchObject({ status: 404 });
    });

    it('5. clients bring their own secrets and codes: here the server makes them, and imports take a scope of their own', async () => {
      const town = await newTown(given());
      const id = await town.account();
      await town.app(id);
      const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
      for (const [path, body] of [
        ['methods', { type: 'totp', secret }],
        ['backup-codes', { codes: ['0000-0000-00000'] }],
      ] as const)
        expect(await town.post(`/v1/accounts/${id}/${path}`, body)).toMatchObject({ status: 400 });
      const { key } = await must(town.post('/v1/keys', { label: 'app', scopes: ['accounts'] }));
      const uri = { type: 'totp', uri: `otpauth://totp/a?secret=${secret}`, confirmed: true };
      const headers = { authorization: `Bearer ${key}` };
      expect(await town.post(`/v1/accounts/${id}/methods`, uri, headers)).toMatchObject({ status: 403 });
    });

    it('6. the secret of an app is told for ever: here once, to whom began the enrolment', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const { pageUrl } = await must(town.post(`/v1/accounts/${id}/pages`, { returnUrl }));
      const { token } = await must(town.post('/v1/pages/sessions', { handle: handleIn(pageUrl) }));
      for (const answer of [
        await town.call('GET', `/v1/accounts/${id}`),
        await asPage(town.call, token)('GET', `/v1/accounts/${id}`),
        await town.call('PATCH', `/v1/accounts/${id}/methods/${app.id}`, { default: true }),
        await town.post('/v1/logins', { accountId: id }),
      ]) {
        expect(answer.status).toBeLessThan(300);
        expect(answer.text).not.toContain(app.secret);
        expect(answer.text).not.toContain('otpauth');
      }
    });

    it('7. secrets and codes are kept in clear: here neither the record nor the log has one', async () => {
      const town = await newTown(given());
      const id = await town.account({ userId: 'Countess Lovelace' });
      const [app, phone] = [await town.app(id), await town.address(id, 'sms')];
      const { codes } = await town.backupCodes(id);
      const bypass = (await must(town.post(`/v1/accounts/${id}/bypass-code`))).code as string;
      const login = await town.login(id);
      await town.sent(login.id, phone);
      const names = [topics.journal.name, topics.messagesSms.name, topics.deliveries.name];
      const told = await readRecords(given().foundation.log, names);
      const texts = [await recordOf(id), ...told.map(({ value }) => value?.toString() ?? '')].join('\n');
      const secrets = [app.secret, phone.to, bypass, ...codes].flatMap((code) => [code, code.replaceAll('-', '')]);
      for (const secret of [...secrets, 'Countess Lovelace']) expect(texts).not.toContain(secret);
      expect(texts).toContain(id);
    });

    it('8. codes of an app can be used again, and lose their zeros: here each step passes once, digit by digit', async () => {
      const { clock } = given();
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const [one, two] = [await town.login(id), await town.login(id)];
      const code = app.next();
      await town.verify(one.id, app.id, code);
      expect(await town.verify(two.id, app.id, code)).toMatchObject({ result: 'rejected', reason: 'replayed' });
      // A clock that is ahead by a step is forgiven.
      const ahead = codeOfStep(app, stepOf(clock.now()) + 1);
      expect(await town.verify(two.id, app.id, ahead)).toMatchObject({ result: 'approved' });
      const third = await town.login(id);
      expect(await town.verify(third.id, app.id, `0${app.next()}`)).toMatchObject({ reason: 'wrong-code' });
    });

    it('10. one code can win twice at once: here of two that race one does', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const { id: codesId, codes } = await town.backupCodes(id);
      for (const [methodId, code] of [
        [app.id, app.next()],
        [codesId, codes[0]],
      ]) {
        const logins = [await town.login(id), await town.login(id)];
        const verdicts = await Promise.all(
          logins.map((login) => town.verify(login.id, methodId as string, code as string)),
        );
        expect(verdicts.filter(({ result }) => result === 'approved')).toHaveLength(1);
      }
    });

    it('11. another method or tab kills the code that is on its way: here each has its own', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const [phone, mail] = [await town.address(id, 'sms'), await town.address(id, 'email')];
      const [one, two] = [await town.login(id), await town.login(id)];
      const first = await town.sent(one.id, phone);
      await town.sent(one.id, mail);
      const second = await town.sent(two.id, phone);
      await must(town.post(`/v1/accounts/${id}/methods`, { type: 'email', to: anEmail() }));
      expect(await town.verify(two.id, phone.id, second)).toMatchObject({ result: 'approved' });
      expect(await town.verify(one.id, phone.id, first)).toMatchObject({ result: 'approved' });
    });

    it('12. tokens of the second step live on after it: here a handle opens once and a passed or canceled login is over', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id, { returnUrl });
      const handle = handleIn(login.pageUrl);
      const { token } = await must(town.post('/v1/pages/sessions', { handle }));
      const page = asPage(town.call, token);
      expect(await town.post('/v1/pages/sessions', { handle })).toMatchObject({ status: 404 });
      const verify = (code: string) => must(page('POST', `/v1/logins/${login.id}/verify`, { methodId: app.id, code }));
      await verify(app.next());
      expect(await verify(app.next())).toMatchObject({ result: 'rejected', reason: 'already-approved' });
      await must(town.post(`/v1/logins/${login.id}/cancel`));
      expect(await verify(app.next())).toMatchObject({ result: 'rejected', reason: 'canceled' });
      given().clock.advance(900_000);
      expect(await page('GET', `/v1/logins/${login.id}`)).toMatchObject({ status: 401 });
    });

    it('13. a way in from before the owner enrolled stays open: here it closes as soon as a method is there', async () => {
      const town = await newTown(given(), { enforcement: { mode: 'all' } });
      const id = await town.account();
      const early = await town.login(id);
      const begun = await must(town.post(`/v1/logins/${early.id}/methods`, { type: 'totp' }));
      await town.app(id);
      const confirm = town.post(`/v1/logins/${early.id}/enrolments/${begun.enrolmentId}/confirm`, {
        code: town.codesOf({ secret: begun.secret })(),
      });
      expect(await confirm).toMatchObject({ status: 409, json: { code: 'login-not-open' } });
      expect(await must(town.call('GET', `/v1/logins/${early.id}`))).toMatchObject({
        status: 'failed',
        reason: 'superseded',
      });
    });

    it('15. methods change without a proof, a record or a word: here all three', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const mail = await town.address(id, 'email');
      const app = await town.app(id);
      const { pageUrl } = await must(town.post(`/v1/accounts/${id}/pages`, { returnUrl }));
      const { token } = await must(town.post('/v1/pages/sessions', { handle: handleIn(pageUrl) }));
      const page = asPage(town.call, token);
      expect(await page('DELETE', `/v1/accounts/${id}/methods/${app.id}`)).toMatchObject({ status: 403 });
      await must(page('POST', `/v1/accounts/${id}/step-up/verify`, { methodId: app.id, code: app.next() }));
      await must(page('DELETE', `/v1/accounts/${id}/methods/${app.id}`));
      const events = await journalOf(given().foundation, id);
      expect(events.find(({ type }) => type === 'method-removed')).toMatchObject({ actor: `page:${id}` });
      const notices = events
        .filter(({ type }) => type === 'notice-requested')
        .map(({ data }) => data as { kind: string; targets: unknown[] });
      expect(notices).toMatchObject([
        { kind: 'method-enrolled', targets: [{ methodId: mail.id }] },
        { kind: 'method-removed', targets: [{ methodId: mail.id }] },
      ]);
    });
  });
}
