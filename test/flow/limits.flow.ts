import { describe, expect, it } from 'vitest';
import type { Answer, Call } from '../support/call.ts';
import { aPhone, anEmail, wrong } from '../support/installation.ts';
import { guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const ask = (call: Call, to: string, more: object = {}) =>
  call('POST', '/v1/challenges', { channel: to.startsWith('+') ? 'sms' : 'email', to, ...more });

/** Refused by a limit of that name, to be tried again in between so many seconds. */
function expectLimited(answer: Answer, limit: string, secondsMin: number, secondsMax: number): void {
  expect(answer).toMatchObject({ status: 429, json: { code: 'rate-limited', limit } });
  const seconds = Number(answer.headers['retry-after']);
  expect(seconds).toBeGreaterThanOrEqual(secondsMin);
  expect(seconds).toBeLessThanOrEqual(secondsMax);
}

/** How often messages may be asked for, and what wrong codes lead to. */
export function describeLimits(given: () => System): void {
  const tenantWith = (quotas: object, more: object = {}) =>
    given().newTenant({ resendMinSeconds: 0, quotas: { tenantPerSecond: 1_000, ...quotas }, ...more });

  describe('a limit', () => {
    it('lets a destination be asked for again after a gap that doubles', async () => {
      const system = given();
      const { call } = await system.newTenant({});
      const to = anEmail();
      expect((await ask(call, to)).status).toBe(202);
      expectLimited(await ask(call, to), 'destination', 10, 30);
      system.clock.advance(30_000);
      expect((await ask(call, to)).status).toBe(202);
      expectLimited(await ask(call, to), 'destination', 35, 60);
    });

    it('bounds the sends to one destination in an hour, resends included, until one is approved', async () => {
      const system = given();
      const { call } = await tenantWith({ destinationPerHour: 2 });
      const { to, id, code } = await obtainCode({ ...system, call });
      const resend = await call('POST', `/v1/challenges/${id}/resend`, {});
      expect(resend).toMatchObject({ status: 202, json: { sendsLeft: 0 } });
      await system.messagesTo(to, 2);
      expectLimited(await ask(call, to), 'destination', 3_500, 3_600);
      const again = await call('POST', `/v1/challenges/${id}/resend`, {});
      expect(again).toMatchObject({ status: 429, json: { code: 'resend-too-early' } });
      expect(Number(again.headers['retry-after'])).toBeGreaterThan(3_500);
      expect((await ask(call, anEmail())).status).toBe(202);
      expect(await guess(call, id, code)).toMatchObject({ reason: 'wrong-code' });
      system.clock.advance(3_601_000);
      const next = await obtainNth(call, to, 3);
      expect((await ask(call, to)).status).toBe(202);
      expectLimited(await ask(call, to), 'destination', 3_500, 3_600);
      expect(await guess(call, next.id, next.code)).toMatchObject({ result: 'approved' });
      expect((await ask(call, to)).status).toBe(202);
    });

    /** Requests a challenge whose message is the address' `count`-th. */
    async function obtainNth(call: Call, to: string, count: number) {
      const { id } = (await ask(call, to)).json;
      const [message] = await given().messagesTo(to, count);
      const code = /\d{6}/.exec(message?.text ?? '')?.[0] ?? '';
      return { id, code };
    }

    it('bounds the sends to one destination in a day', async () => {
      const system = given();
      const { call } = await tenantWith({ destinationPerDay: 2, destinationPerHour: 1 });
      const to = anEmail();
      for (let hour = 0; hour < 2; hour += 1) {
        expect((await ask(call, to)).status).toBe(202);
        system.clock.advance(3_601_000);
      }
      expectLimited(await ask(call, to), 'destination', 21 * 3_600, 22 * 3_600);
    });

    it('bounds what one client address asks for, a whole IPv6 network counting as one', async () => {
      const { call } = await tenantWith({ clientIpPerHour: 1 });
      const from = (clientIp: string) => ask(call, anEmail(), { clientIp });
      expect((await from('203.0.113.7')).status).toBe(202);
      expectLimited(await from('203.0.113.7'), 'client-ip', 3_500, 3_600);
      expectLimited(await from('::ffff:203.0.113.7'), 'client-ip', 3_500, 3_600);
      expect((await from('203.0.113.8')).status).toBe(202);
      expect((await from('2001:db8:0:1::1')).status).toBe(202);
      expectLimited(await from('2001:0db8:0000:0001:ffff::2'), 'client-ip', 3_500, 3_600);
      expect((await from('2001:db8:0:2::1')).status).toBe(202);
      expect((await ask(call, anEmail())).status).toBe(202);
    });

    it('bounds the sends to numbers that differ in their last four digits only', async () => {
      const { call } = await tenantWith({ prefixPerHour: 1 });
      const number = aPhone();
      const neighbour = number.slice(0, -4) + wrong(number.slice(-4));
      const stranger = number.slice(0, -5) + wrong(number.slice(-5, -4)) + number.slice(-4);
      expect((await ask(call, number)).status).toBe(202);
      expectLimited(await ask(call, neighbour), 'prefix', 3_500, 3_600);
      expect((await ask(call, stranger)).status).toBe(202);
    });

    it('bounds the sends of a tenant in a second', async () => {
      const system = given();
      const { call } = await tenantWith({ tenantPerSecond: 3 });
      const burst = await Promise.all(Array.from({ length: 12 }, () => ask(call, anEmail())));
      const refused = burst.filter(({ status }) => status !== 202);
      expect(refused.length).toBeGreaterThan(0);
      for (const answer of refused) expectLimited(answer, 'tenant', 1, 2);
      system.clock.advance(2_000);
      expect((await ask(call, anEmail())).status).toBe(202);
    });

    it('bounds the sends of a tenant in a day, and gives none of them back', async () => {
      const system = given();
      const { call } = await tenantWith({ tenantPerDay: 2 });
      const { id, code } = await obtainCode({ ...system, call });
      expect((await ask(call, anEmail())).status).toBe(202);
      expect(await guess(call, id, code)).toMatchObject({ result: 'approved' });
      expectLimited(await ask(call, anEmail()), 'tenant', 20 * 3_600, 24 * 3_600 + 4_400);
      system.clock.advance(24 * 3_600_000 + 4_400_000);
      expect((await ask(call, anEmail())).status).toBe(202);
    });

    it('bounds what all tenants together send to one destination, and tells none of them of another', async () => {
      const system = given();
      const [one, other] = [await tenantWith({}), await tenantWith({})];
      const { settings } = (await system.platform('GET', '/v1/platform/settings')).json;
      await system.platform('PUT', '/v1/platform/settings', { quotas: { platformDestinationPerDay: 2 } });
      try {
        const to = anEmail();
        expect((await ask(one.call, to)).status).toBe(202);
        expect((await ask(one.call, to)).status).toBe(202);
        system.clock.advance(1_000);
        expectLimited(await ask(other.call, to), 'destination', 3_600, 3_600);
        expect((await ask(other.call, anEmail())).status).toBe(202);
      } finally {
        await system.platform('PUT', '/v1/platform/settings', settings);
      }
    });

    it('costs nothing where it refuses', async () => {
      const { call } = await tenantWith({ tenantPerDay: 3, destinationPerHour: 1 });
      const to = anEmail();
      expect((await ask(call, to)).status).toBe(202);
      for (let i = 0; i < 5; i += 1) expectLimited(await ask(call, to), 'destination', 3_500, 3_600);
      expect((await ask(call, anEmail())).status).toBe(202);
      expect((await ask(call, anEmail())).status).toBe(202);
      expect((await ask(call, anEmail())).status).toBe(429);
    });

    it('holds no message to a country that the tenant does not allow', async () => {
      const { call } = await tenantWith({}, { countries: ['DE', 'CH'] });
      const refused = await ask(call, '+1 415 555 0132');
      expect(refused).toMatchObject({ status: 403, json: { code: 'country-not-allowed' } });
      expect((await ask(call, aPhone())).status).toBe(202);
      expect((await ask(call, '+41 79 123 45 67')).status).toBe(202);
      expect((await ask(call, anEmail())).status).toBe(202);
    });
  });

  describe('wrong codes at an address', () => {
    async function exhaust(call: Call, to: string): Promise<Awaited<ReturnType<typeof obtainCode>>> {
      const asked = await obtainCode({ ...given(), call }, { to });
      while ((await guess(call, asked.id, wrong(asked.code))).attemptsLeft > 0);
      return asked;
    }

    it('make its codes longer and its attempts fewer from the tenth in a row on, until one is right', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const to = anEmail();
      const first = await exhaust(call, to);
      expect(first.code).toHaveLength(6);
      expect((await exhaust(call, to)).code).toHaveLength(6);
      const suspected = await obtainCode({ ...system, call }, { to });
      expect(suspected.code).toHaveLength(8);
      expect(suspected.made.json.attemptsLeft).toBe(3);
      expect(await guess(call, suspected.id, wrong(suspected.code))).toMatchObject({ attemptsLeft: 2 });
      expect(await guess(call, suspected.id, suspected.code)).toMatchObject({ result: 'approved' });
      const trusted = await obtainCode({ ...system, call }, { to });
      expect(trusted.code).toHaveLength(6);
      expect(trusted.made.json.attemptsLeft).toBe(5);
    });

    it('leave it one challenge an hour from the hundredth in a row on, until support forgives them', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const to = anEmail();
      for (let failures = 0; failures < 100; failures += failures < 10 ? 5 : 3) await exhaust(call, to);
      const refused = await ask(call, to);
      expect(refused).toMatchObject({ status: 429, json: { code: 'address-throttled' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000);
      expect((await ask(call, anEmail())).status).toBe(202);
      system.clock.advance(3_600_000);
      expect((await ask(call, to)).status).toBe(202);
      expect(await ask(call, to)).toMatchObject({ json: { code: 'address-throttled' } });
      const reset = await call('POST', '/v1/addresses/reset', { channel: 'email', to });
      expect(reset).toMatchObject({ status: 200, json: { reset: true } });
      const forgiven = await ask(call, to);
      expect(forgiven).toMatchObject({ status: 202, json: { attemptsLeft: 5 } });
    });
  });
}
