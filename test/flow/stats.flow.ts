import { describe, expect, it } from 'vitest';
import { createCall, type Body, type Call } from '../support/call.ts';
import { aPhone, codeIn, eventually, wrong } from '../support/installation.ts';
import { guess, obtainCode, obtainNext } from '../support/story.ts';
import type { System } from '../support/system.ts';

const sumOf = (steps: Body[], read: (step: Body) => number) => steps.reduce((sum, step) => sum + read(step), 0);

/** What was counted of the log, as administrators and operators read it. */
export function describeStats(given: () => System): void {
  describe('statistics', () => {
    const countedBy = (call: Call, path: string, isThere: (total: Body) => boolean) =>
      eventually('the counts', async () => {
        const { status, json } = await call('GET', path);
        if (status !== 200) throw new Error(`statistics were answered ${status} ${JSON.stringify(json)}`);
        return isThere(json.total) && json;
      });

    it('show what happened, by time, of the tenant that asks and of no other', async () => {
      const system = given();
      const [mine, other] = [await system.newTenant(), await system.newTenant()];
      const first = await obtainCode({ ...system, call: mine.call }, { channel: 'sms' });
      await guess(mine.call, first.id, wrong(first.code));
      const next = await obtainNext({ ...system, call: mine.call }, first);
      await guess(mine.call, first.id, next.code);
      await obtainCode({ ...system, call: mine.call });
      await obtainCode({ ...system, call: other.call });
      const stats = await countedBy(
        mine.call,
        '/v1/stats',
        ({ requests, resends, approvals, rejections, handover }) =>
          requests >= 2 && resends >= 1 && approvals >= 1 && rejections >= 1 && handover.count >= 3,
      );
      const total = {
        requests: 2,
        resends: 1,
        approvals: 1,
        rejections: 1,
        logins: { started: 0, approved: 0, failed: 0 },
        deliveries: [
          { channel: 'email', provider: 'sandbox', outcome: 'sent', count: 1 },
          { channel: 'sms', provider: 'sandbox', outcome: 'sent', count: 2 },
        ],
      };
      expect(stats).toMatchObject({ tenant: mine.tenant, stepSeconds: 60, total });
      expect(stats.total.handover.count).toBe(3);
      expect(sumOf(stats.total.handover.buckets, ({ count }) => count)).toBe(3);
      expect(stats.total.handover.meanSeconds).toBeGreaterThanOrEqual(0);
      expect(stats.steps.map(({ at }: Body) => at)).toEqual(
        Array.from({ length: stats.steps.length }, (_, index) =>
          new Date(Date.parse(stats.from) + index * 60_000).toISOString(),
        ),
      );
      expect(Date.parse(stats.to) - Date.parse(stats.from)).toBe(stats.steps.length * 60_000);
      expect(sumOf(stats.steps, ({ requests }) => requests)).toBe(2);
      expect(sumOf(stats.steps, ({ handover }) => handover.count)).toBe(3);
    });

    it('of a login tell that it began and that it was passed', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const account = (await call('POST', '/v1/accounts', { userId: 'ada' })).json.id;
      const to = aPhone();
      const enrolled = await call('POST', `/v1/accounts/${account}/methods`, { type: 'sms', to });
      const code = codeIn((await system.messagesTo(to))[0]);
      await call('POST', `/v1/accounts/${account}/enrolments/${enrolled.json.enrolmentId}/confirm`, { code });
      const login = (await call('POST', '/v1/logins', { accountId: account })).json;
      await call('POST', `/v1/logins/${login.id}/send`, { methodId: login.defaultMethodId });
      const second = codeIn((await system.messagesTo(to, 2))[0]);
      const verified = await call('POST', `/v1/logins/${login.id}/verify`, {
        methodId: login.defaultMethodId,
        code: second,
      });
      expect(verified.json).toMatchObject({ result: 'approved' });
      const { total } = await countedBy(
        call,
        '/v1/stats?stepSeconds=3600',
        ({ logins, approvals }) => logins.approved >= 1 && approvals >= 2,
      );
      expect(total).toMatchObject({ requests: 2, approvals: 2, logins: { started: 1, approved: 1, failed: 0 } });
    });

    it('are the operator’s for all tenants together, or for one', async () => {
      const system = given();
      const { platform } = system;
      const [one, two] = [await system.newTenant(), await system.newTenant()];
      for (const { call } of [one, two]) await obtainCode({ ...system, call });
      const of = (tenant: string) =>
        countedBy(platform, `/v1/platform/stats?tenant=${tenant}`, ({ handover }) => handover.count >= 1);
      for (const { tenant } of [one, two]) expect(await of(tenant)).toMatchObject({ tenant, total: { requests: 1 } });
      const all = await countedBy(platform, '/v1/platform/stats', ({ handover }) => handover.count >= 2);
      expect(all).not.toHaveProperty('tenant');
      expect(all.total.requests).toBeGreaterThanOrEqual(2);
      expect((await platform('GET', '/v1/platform/stats?tenant=nobody-of-this-name')).status).toBe(404);
    });

    it('want a key with the scope settings, or the operator’s', async () => {
      const { call, url, platform, apiKey } = given();
      const { key } = (await call('POST', '/v1/keys', { label: 'other', scopes: ['challenges', 'support'] })).json;
      const other = createCall(url, key);
      expect(await other('GET', '/v1/stats')).toMatchObject({ status: 403, json: { code: 'scope-missing' } });
      expect((await other('GET', '/v1/platform/stats')).status).toBe(401);
      expect((await createCall(url, apiKey)('GET', '/v1/platform/stats')).status).toBe(401);
      expect((await platform('GET', '/v1/stats')).status).toBe(401);
    });

    it('of an impossible span are refused, and each fault is named', async () => {
      const { call, clock } = given();
      const ago = (ms: number) => new Date(clock.now() - ms).toISOString();
      const faultsOf = async (query: string) => {
        const { status, json } = await call('GET', `/v1/stats?${query}`);
        expect(status).toBe(400);
        return json.errors.map(({ field }: { field: string }) => field);
      };
      const days = `from=${ago(3 * 86_400_000)}&to=${ago(-3_600_000)}&stepSeconds=90`;
      expect(await faultsOf(days)).toEqual(['querystring.to', 'querystring.from', 'querystring.stepSeconds']);
      expect(await faultsOf(`from=${ago(172_000_000)}`)).toEqual(['querystring.stepSeconds']);
      expect(await faultsOf('from=yesterday&stepSeconds=-60&until=now')).toEqual(
        expect.arrayContaining(['querystring.from', 'querystring.stepSeconds', 'querystring.until']),
      );
      expect(await faultsOf('tenant=acme')).toEqual(['querystring.tenant']);
    });
  });
}
