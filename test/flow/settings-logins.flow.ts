import { describe, expect, it } from 'vitest';
import { anEmail, codeIn, generousSettings } from '../support/installation.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

/** Settings that change while people are at it: the rules read them at each send and each check. */
export function describeSettingsAgainstLogins(given: () => System): void {
  describe('settings that change during a login', () => {
    async function begin() {
      const system = given();
      const { call } = await system.newTenant();
      const to = anEmail();
      const account = (await call('POST', '/v1/accounts', { userId: uniqueName('user'), email: to })).json;
      const enrolment = (await call('POST', `/v1/accounts/${account.id}/methods`, { type: 'email' })).json;
      const confirm = `/v1/accounts/${account.id}/enrolments/${enrolment.enrolmentId}/confirm`;
      const code = codeIn((await system.messagesTo(to))[0]);
      expect((await call('POST', confirm, { code })).status).toBe(200);
      const login = (await call('POST', '/v1/logins', { accountId: account.id })).json;
      expect(login).toMatchObject({ status: 'second-factor-required', methods: [{ type: 'email' }] });
      const methodId = login.methods[0].id as string;
      const step = (name: 'send' | 'verify', body: object) =>
        call('POST', `/v1/logins/${login.id}/${name}`, { methodId, ...body });
      const offer = async (offered: boolean) => {
        const methods = { email: { offered } };
        expect((await call('PUT', '/v1/settings', { ...generousSettings, methods })).status).toBe(200);
      };
      return { ...system, call, to, account, login, step, offer };
    }

    it('withdraw a method from sends and checks, and give it back as it was', async () => {
      const { to, step, offer, messagesTo } = await begin();
      expect((await step('send', {})).status).toBe(202);
      const code = codeIn((await messagesTo(to, 2))[0]);
      await offer(false);
      expect(await step('send', {})).toMatchObject({ status: 409, json: { code: 'method-unavailable' } });
      const withdrawn = await step('verify', { code });
      expect(withdrawn.json).toMatchObject({ result: 'rejected', reason: 'method-unavailable' });
      await offer(true);
      expect((await step('verify', { code })).json).toMatchObject({ result: 'approved', status: 'approved' });
    });

    it('let nobody in who has a method that is withdrawn', async () => {
      const { call, account, offer } = await begin();
      await offer(false);
      const { json } = await call('POST', '/v1/logins', { accountId: account.id });
      expect(json).toMatchObject({ status: 'locked', reason: 'no-usable-method' });
    });

    it('approve once or not at all, whichever comes first', async () => {
      const { to, step, offer, messagesTo } = await begin();
      await step('send', {});
      const code = codeIn((await messagesTo(to, 2))[0]);
      const [, verdict] = await Promise.all([offer(false), step('verify', { code })]);
      const { result, reason } = verdict.json;
      expect(['approved undefined', 'rejected method-unavailable']).toContain(`${result} ${reason}`);
    });
  });
}
