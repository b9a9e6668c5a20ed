import { describe, expect, it } from 'vitest';
import { anEmail } from '../support/installation.ts';
import { createDice, faultOf, mutateOften, type Mutable } from '../support/mutations.ts';
import { guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** A thousand requests that are almost right. */
export function describeMutations(given: () => System): void {
  describe('a request that is almost right', () => {
    for (const seed of [1, 2, 3, 4]) {
      it(`is never met by a fault of ours (250 of them, seed ${seed})`, async () => {
        const dice = createDice(seed);
        const system = given();
        const { call, tenant } = await system.newTenant();
        const { id } = (await call('POST', '/v1/challenges', { channel: 'email', to: anEmail() })).json;
        const { keyId } = (await call('POST', '/v1/keys', { label: 'spare', scopes: ['settings'] })).json;
        const valid: (readonly [string, string, object])[] = [
          ['POST', '/v1/challenges', { channel: 'email', to: anEmail(), purpose: 'login', locale: 'de', params: { name: 'Ada' },
            binding: { amount: '12.50' }, clientIp: '203.0.113.7' }],
          ['POST', '/v1/challenges', { channel: 'sms', to: '+4915112345678' }],
          ['POST', `/v1/challenges/${id}/verify`, { code: '123456', binding: { amount: '1' } }],
          ['POST', `/v1/challenges/${id}/resend`, {}],
          ['GET', `/v1/challenges/${id}`, {}],
          ['PUT', '/v1/settings?dryRun=true', { methods: { sms: { template: { en: '{{code}}' }, codeDigits: 6 } },
            branding: { name: 'Acme' }, quotas: { tenantPerDay: 5 }, countries: ['DE'] }],
          ['POST', '/v1/keys', { label: 'x', scopes: ['challenges'], expiresAt: '2100-01-01T00:00:00Z' }],
          ['POST', `/v1/keys/${keyId}/rotate`, { overlapSeconds: 60 }],
          ['POST', '/v1/addresses/reset', { channel: 'email', to: anEmail() }],
          ['GET', '/v1/settings/effective', {}],
          ['PATCH', `/v1/platform/tenants/${tenant}`, { name: 'Acme' }],
          ['POST', '/v1/platform/tenants', { id: tenant, name: 'Acme' }],
        ]; // prettier-ignore
        const faults: string[] = [];
        for (let i = 0; i < 250; i += 1) {
          const [method, path, body] = dice.pick(valid);
          const almost: Mutable = { method, path, text: JSON.stringify(body), headers: {} };
          const request = mutateOften(almost, dice);
          const ask = request.path.startsWith('/v1/platform') ? system.platform : call;
          const answer = await ask(request.method, request.path, request.text, request.headers).catch(
            (error: Error) => error,
          );
          const fault = answer instanceof Error ? undefined : faultOf(answer, request.method);
          if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(request)}`);
          // undici refuses to send a header of other bytes; anything else must have been answered.
          if (answer instanceof Error && !/invalid/i.test(answer.message))
            faults.push(`${answer.message}: ${JSON.stringify(request)}`);
        }
        expect(faults).toEqual([]);
        const later = await obtainCode(system);
        expect(await guess(system.call, later.id, later.code)).toMatchObject({ result: 'approved' });
        expect(system.logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
      });
    }
  });
}
