import { describe, expect, it } from 'vitest';
import { createCall } from '../support/call.ts';
import { must, newTown, type Town } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { journalOf } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** What support does, with whose key, and what the journal says of it. */
export function describeAccountSupport(given: () => System): void {
  const keyWith = async (town: Town, ...scopes: string[]) => {
    const { key } = await must(town.post('/v1/keys', { label: 'one', scopes }));
    return createCall(given().url, key);
  };

  describe('support', () => {
    it('finds an account by its user id, and makes none', async () => {
      const town = await newTown(given());
      const userId = uniqueName('Ünïcode 用户');
      const find = () => town.post('/v1/accounts/find', { userId });
      expect(await find()).toMatchObject({ status: 404 });
      const { id } = await must(town.post('/v1/accounts', { userId, email: 'ada@example.com' }));
      const found = await find();
      expect(found).toMatchObject({ status: 200, json: { id, methods: [], email: expect.stringMatching(/\*/) } });
      expect(found.text).not.toContain(userId);
    });

    it('unlocks what wrong codes locked', async () => {
      const town = await newTown(given(), { failuresBeforeLock: 3 });
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id);
      for (let count = 0; count < 3; count += 1) await town.verify(login.id, app.id, town.wrongFor(app));
      expect((await town.read(id)).methods[0].state).toBe('locked');
      const unlocked = await must(town.post(`/v1/accounts/${id}/unlock`));
      expect(unlocked.methods).toMatchObject([{ id: app.id, state: 'active' }]);
      const next = await town.login(id);
      expect(await town.verify(next.id, app.id, app.next())).toMatchObject({ result: 'approved' });
    });

    it('takes everything away by a reset', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const app = await town.app(id);
      await town.backupCodes(id);
      const { enrolmentId } = await must(town.post(`/v1/accounts/${id}/methods`, { type: 'totp' }));
      const login = await town.login(id);
      const { code } = await must(town.post(`/v1/accounts/${id}/bypass-code`));
      expect(await must(town.post(`/v1/accounts/${id}/reset`))).toMatchObject({ methods: [] });
      expect(await must(town.call('GET', `/v1/logins/${login.id}`))).toMatchObject({
        status: 'failed',
        reason: 'reset',
      });
      expect(await town.verify(login.id, app.id, app.next())).toMatchObject({ result: 'rejected', status: 'failed' });
      expect(await town.post(`/v1/accounts/${id}/enrolments/${enrolmentId}/confirm`, { code: '123456' })).toMatchObject(
        { status: 404 },
      );
      const fresh = await town.app(id);
      const next = await town.login(id);
      expect(await town.verify(next.id, 'bypass', code)).toMatchObject({ reason: 'method-unavailable' });
      expect(await town.verify(next.id, fresh.id, fresh.next())).toMatchObject({ result: 'approved' });
    });

    it('makes a bypass code that is shown once, passes one login, and ends', async () => {
      const { clock } = given();
      const town = await newTown(given(), { failuresBeforeLock: 3 });
      const id = await town.account();
      const app = await town.app(id);
      const locking = await town.login(id);
      for (let count = 0; count < 3; count += 1) await town.verify(locking.id, app.id, town.wrongFor(app));
      expect((await town.login(id)).status).toBe('locked');
      const headers = { 'idempotency-key': uniqueName('bypass') };
      const made = await must(town.post(`/v1/accounts/${id}/bypass-code`, { lifetimeSeconds: 86_400 }, headers));
      expect(Date.parse(made.expiresAt) - clock.now()).toBeGreaterThan(86_300_000);
      expect(await must(town.post(`/v1/accounts/${id}/bypass-code`, { lifetimeSeconds: 86_400 }, headers))).toEqual({
        secretShown: true,
        expiresAt: made.expiresAt,
      });
      const login = await town.login(id);
      expect(login.status).toBe('second-factor-required');
      expect(await town.verify(login.id, 'bypass', '0000-0000-00000')).toMatchObject({
        reason: 'wrong-code',
        attemptsLeft: 9,
      });
      expect(await town.verify(login.id, 'bypass', made.code.toLowerCase())).toMatchObject({ result: 'approved' });
      expect((await town.login(id)).status).toBe('locked');
      const short = await must(town.post(`/v1/accounts/${id}/bypass-code`, { lifetimeSeconds: 60 }));
      const late = await town.login(id);
      clock.advance(60_000);
      expect(await town.verify(late.id, 'bypass', short.code)).toMatchObject({ reason: 'method-unavailable' });
      expect(await town.post(`/v1/accounts/${id}/bypass-code`, { lifetimeSeconds: 86_401 })).toMatchObject({
        status: 400,
      });
    });

    it('is named in the journal by its key, each deed an event', async () => {
      const town = await newTown(given(), { failuresBeforeLock: 3 });
      const support = await keyWith(town, 'support');
      const id = await town.account();
      const app = await town.app(id);
      const login = await town.login(id);
      for (let count = 0; count < 3; count += 1) await town.verify(login.id, app.id, town.wrongFor(app));
      const { keyId } = await must(support('GET', '/v1/keys/current'));
      for (const deed of ['unlock', 'bypass-code', 'reset'])
        await must(support('POST', `/v1/accounts/${id}/${deed}`, {}));
      await must(support('POST', `/v1/accounts/${id}/exempt`, { until: null }));
      const deeds = (await journalOf(given().foundation, id)).filter(({ actor }) => actor === `key:${keyId}`);
      expect(deeds.map(({ type }) => type)).toEqual([
        'method-unlocked',
        'bypass-code-created',
        'method-reset',
        'account-exempted',
      ]);
    });
  });

  describe('a key', () => {
    const nobody = 'A'.repeat(22);
    const login = `${nobody}.l${nobody}`;
    const calls = {
      accounts: [
        ['POST', '/v1/accounts', { userId: 'ada' }],
        ['POST', `/v1/accounts/${nobody}/methods`, { type: 'totp' }],
        ['POST', `/v1/accounts/${nobody}/enrolments/none/confirm`, { code: '123456' }],
        ['POST', `/v1/accounts/${nobody}/enrolments/none/resend`, {}],
        ['DELETE', `/v1/accounts/${nobody}/enrolments/none`],
        ['POST', `/v1/accounts/${nobody}/backup-codes`, {}],
        ['PATCH', `/v1/accounts/${nobody}/methods/none`, { default: true }],
        ['DELETE', `/v1/accounts/${nobody}/methods/none`],
        ['POST', `/v1/accounts/${nobody}/pages`, { returnUrl: 'https://app.example.com/back' }],
        ['POST', '/v1/logins', { accountId: nobody }],
        ['GET', `/v1/logins/${login}`],
        ['POST', `/v1/logins/${login}/send`, { methodId: 'none' }],
        ['POST', `/v1/logins/${login}/verify`, { methodId: 'none', code: '123456' }],
        ['POST', `/v1/logins/${login}/cancel`, {}],
        ['POST', `/v1/logins/${login}/result`, { code: 'none' }],
        ['POST', `/v1/logins/${login}/methods`, { type: 'totp' }],
        ['POST', `/v1/logins/${login}/backup-codes`, {}],
      ],
      support: [
        ['POST', '/v1/accounts/find', { userId: 'ada' }],
        ['POST', `/v1/accounts/${nobody}/unlock`, {}],
        ['POST', `/v1/accounts/${nobody}/reset`, {}],
        ['POST', `/v1/accounts/${nobody}/exempt`, { until: null }],
        ['POST', `/v1/accounts/${nobody}/bypass-code`, {}],
        ['DELETE', `/v1/accounts/${nobody}`],
      ],
    } as const;

    it.each(['accounts', 'support'] as const)(
      'needs the scope %s for its calls, and no other is enough',
      async (scope) => {
        const town = await newTown(given());
        const others = ['challenges', 'import', 'settings', scope === 'accounts' ? 'support' : 'accounts'];
        const [without, owning] = [await keyWith(town, ...others), await keyWith(town, scope)];
        for (const [method, path, body] of calls[scope]) {
          expect([path, await without(method, path, body)]).toMatchObject([
            path,
            { status: 403, json: { code: 'scope-missing' } },
          ]);
          expect([path, (await owning(method, path, body)).status]).not.toEqual([path, 403]);
          const nobodys = createCall(given().url, '');
          expect([path, await nobodys(method, path, body)]).toMatchObject([path, { status: 401 }]);
        }
      },
    );

    it('reads an account with the scope accounts or support, and no other is enough', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const statusWith = async (...scopes: readonly string[]) =>
        (await (await keyWith(town, ...scopes))('GET', `/v1/accounts/${id}`)).status;
      expect(await statusWith('challenges', 'import', 'settings')).toBe(403);
      expect(await statusWith('accounts')).toBe(200);
      expect(await statusWith('support')).toBe(200);
    });

    it('needs the scope import for a secret of another system', async () => {
      const town = await newTown(given());
      const id = await town.account();
      const body = { type: 'totp', uri: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', confirmed: true };
      const accounts = await keyWith(town, 'accounts');
      expect(await accounts('POST', `/v1/accounts/${id}/methods`, body)).toMatchObject({ status: 403 });
      const both = await keyWith(town, 'accounts', 'import');
      expect(await both('POST', `/v1/accounts/${id}/methods`, body)).toMatchObject({
        status: 201,
        json: { method: { type: 'totp' } },
      });
    });
  });
}
