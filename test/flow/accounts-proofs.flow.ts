import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Body } from '../support/call.ts';
import { handleIn, must, newTown, asPage, returnUrl } from '../support/people.ts';
import { claimsOf } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** What the application may rely on: a JWT that names the login, the account and how it was passed. */
export function describeAccountProofs(given: () => System): void {
  async function isSigned(proof: string): Promise<boolean> {
    const { keys } = await must(given().call('GET', '/.well-known/jwks.json', undefined, { authorization: '' }));
    const [head = '', body = '', signature = ''] = proof.split('.');
    const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
    const jwk = keys.find((key: Body) => key.kid === kid && key.alg === alg) as JsonWebKey;
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    return verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
  }

  describe('the proof of a login', () => {
    it.each([
      ['totp', ['otp']],
      ['sms', ['otp', 'sms']],
      ['email', ['otp']],
      ['backup-codes', ['otp']],
      ['bypass', ['otp']],
    ])('by %s is signed by a published key and says who, which login and how', async (method, amr) => {
      const town = await newTown(given());
      const { clock } = given();
      const id = await town.account();
      const app = await town.app(id);
      const passBy: Record<string, (login: string) => Promise<[string, string]>> = {
        totp: async () => [app.id, app.next()],
        sms: async (login) => {
          const phone = await town.address(id, 'sms');
          return [phone.id, await town.sent(login, phone)];
        },
        email: async (login) => {
          const mail = await town.address(id, 'email');
          return [mail.id, await town.sent(login, mail)];
        },
        'backup-codes': async () => {
          const { id: codesId, codes } = await town.backupCodes(id);
          return [codesId, codes[0] ?? ''];
        },
        bypass: async () => ['bypass', (await must(town.post(`/v1/accounts/${id}/bypass-code`))).code],
      };
      const login = await town.login(id);
      const [methodId, code] = (await passBy[method]?.(login.id)) ?? ['', ''];
      const { proof } = await town.verify(login.id, methodId, code);
      expect(await isSigned(proof)).toBe(true);
      expect(
        await isSigned(proof.replace(/\.(.)/, (_: string, first: string) => `.${first === 'e' ? 'f' : 'e'}`)),
      ).toBe(false);
      const { jti, iat, exp, ...claims } = claimsOf(proof);
      expect(claims).toEqual({
        iss: 'http://localhost:8080',
        aud: town.tenant,
        sub: id,
        lid: login.id,
        purpose: 'login',
        amr,
        method,
      });
      expect(jti).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(exp - iat).toBe(300);
      expect(Math.abs(iat - clock.now() / 1_000)).toBeLessThan(60);
    });

    it('that was passed on a page, or by an enrolment, says the same', async () => {
      const town = await newTown(given(), { enforcement: { mode: 'all' }, returnUrls: [returnUrl] });
      const id = await town.account();
      const login = await town.login(id, { returnUrl });
      const { token } = await must(town.post('/v1/pages/sessions', { handle: handleIn(login.pageUrl) }));
      const page = asPage(town.call, token);
      const begun = await must(page('POST', `/v1/logins/${login.id}/methods`, { type: 'totp' }));
      const code = town.codesOf({ secret: begun.secret })();
      const path = `/v1/logins/${login.id}/enrolments/${begun.enrolmentId}/confirm`;
      const { redirectTo } = await must(page('POST', path, { code }));
      const result = new URL(redirectTo).searchParams.get('twofold_code');
      const { proof, status } = await must(town.post(`/v1/logins/${login.id}/result`, { code: result }));
      expect(status).toBe('approved');
      expect(await isSigned(proof)).toBe(true);
      expect(claimsOf(proof)).toMatchObject({ lid: login.id, sub: id, method: 'totp', amr: ['otp'] });
    });
  });
}
