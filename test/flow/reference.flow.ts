import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCall } from '../support/call.ts';
import { wrong } from '../support/installation.ts';
import { claimsOf, guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const routes = [
  'POST /v1/challenges',
  'GET /v1/challenges/{id}',
  'POST /v1/challenges/{id}/resend',
  'POST /v1/challenges/{id}/cancel',
  'POST /v1/challenges/{id}/verify',
  'POST /v1/addresses/reset',
  'GET /v1/settings',
  'PUT /v1/settings',
  'GET /v1/settings/effective',
  'GET /v1/settings/versions',
  'GET /v1/settings/versions/{version}',
  'POST /v1/settings/versions/{version}/restore',
  'POST /v1/settings/preview',
  'GET /v1/providers',
  'GET /v1/stats',
  'GET /v1/platform/stats',
  'GET /v1/keys/current',
  'GET /v1/keys',
  'POST /v1/keys',
  'DELETE /v1/keys/{id}',
  'POST /v1/keys/{id}/rotate',
  'GET /v1/platform/settings',
  'PUT /v1/platform/settings',
  'GET /v1/platform/settings/effective',
  'GET /v1/platform/settings/versions',
  'GET /v1/platform/settings/versions/{version}',
  'POST /v1/platform/settings/versions/{version}/restore',
  'POST /v1/platform/settings/preview',
  'GET /v1/platform/providers',
  'GET /v1/platform/tenants',
  'POST /v1/platform/tenants',
  'PATCH /v1/platform/tenants/{id}',
  'POST /v1/platform/tenants/{id}/keys',
  'DELETE /v1/accounts/{id}',
  'DELETE /v1/accounts/{id}/enrolments/{eid}',
  'DELETE /v1/accounts/{id}/methods/{mid}',
  'DELETE /v1/logins/{id}/enrolments/{eid}',
  'GET /v1/accounts/{id}',
  'GET /v1/logins/{id}',
  'PATCH /v1/accounts/{id}/methods/{mid}',
  'POST /v1/accounts',
  'POST /v1/accounts/find',
  'POST /v1/accounts/{id}/backup-codes',
  'POST /v1/accounts/{id}/bypass-code',
  'POST /v1/accounts/{id}/enrolments/{eid}/confirm',
  'POST /v1/accounts/{id}/enrolments/{eid}/resend',
  'POST /v1/accounts/{id}/exempt',
  'POST /v1/accounts/{id}/methods',
  'POST /v1/accounts/{id}/pages',
  'POST /v1/accounts/{id}/reset',
  'POST /v1/accounts/{id}/step-up',
  'POST /v1/accounts/{id}/step-up/verify',
  'POST /v1/accounts/{id}/unlock',
  'POST /v1/logins',
  'POST /v1/logins/{id}/backup-codes',
  'POST /v1/logins/{id}/cancel',
  'POST /v1/logins/{id}/enrolments/{eid}/confirm',
  'POST /v1/logins/{id}/enrolments/{eid}/resend',
  'POST /v1/logins/{id}/methods',
  'POST /v1/logins/{id}/result',
  'POST /v1/logins/{id}/send',
  'POST /v1/logins/{id}/verify',
  'POST /v1/pages/sessions',
  'GET /.well-known/jwks.json',
];

type Operation = {
  summary?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { in: string; name: string }[];
  responses?: Record<string, { headers?: object; content?: Record<string, unknown> }>;
};

/** What there is to read: proofs and their keys, the reference, health and metrics. */
export function describeReference(given: () => System): void {
  describe('a proof', () => {
    for (const [channel, amr] of [
      ['sms', ['otp', 'sms']],
      ['email', ['otp']],
    ] as const) {
      it(`of a code by ${channel} is signed by a published key and says what was proved`, async () => {
        const { call, url, tenant, clock, ...system } = given();
        const { id, code } = await obtainCode({ ...system, call }, { channel, purpose: 'login' });
        const { proof } = await guess(call, id, code);
        const jwks = await createCall(url, '')('GET', '/.well-known/jwks.json', undefined, { authorization: '' });
        expect(jwks.status).toBe(200);
        const [head, body, signature] = proof.split('.');
        const { kid, ...header } = JSON.parse(Buffer.from(head, 'base64url').toString());
        expect(header).toEqual({ alg: 'ES256', typ: 'JWT' });
        const jwk = jwks.json.keys.find((each: { kid: string }) => each.kid === kid);
        expect(jwk).toStrictEqual({
          kty: 'EC',
          crv: 'P-256',
          x: expect.any(String),
          y: expect.any(String),
          kid,
          alg: 'ES256',
          use: 'sig',
        });
        const key = {
          key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }),
          dsaEncoding: 'ieee-p1363',
        } as const;
        const isSigned = (text: string) =>
          verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
        expect(isSigned(`${head}.${body}`)).toBe(true);
        expect(isSigned(`${head}.${body}x`)).toBe(false);
        const { jti, iat, exp, ...claims } = claimsOf(proof);
        expect(claims).toEqual({
          iss: 'http://localhost:8080',
          aud: tenant,
          sub: id.split('.')[0],
          cid: id,
          purpose: 'login',
          amr,
          method: channel,
        });
        expect(jti).toMatch(/^[A-Za-z0-9_-]{22}$/);
        expect(exp - iat).toBe(300);
        expect(Math.abs(iat - clock.now() / 1_000)).toBeLessThan(60);
      });
    }
  });

  describe('the reference', () => {
    it('lists every route, with its answers, and the key and headers that it takes', async () => {
      const { json, status } = await createCall(given().url, '')('GET', '/openapi.json', undefined, {
        authorization: '',
      });
      expect(status).toBe(200);
      expect(json.openapi).toMatch(/^3\.1\./);
      const operations = Object.entries<Record<string, Operation>>(json.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
      );
      expect(operations.map(([name]) => name).toSorted()).toEqual(routes.toSorted());
      const success = expect.stringMatching(/^20[0-4]$/);
      for (const [name, operation] of operations) {
        const { summary, tags, security, responses } = operation;
        expect([name, summary?.length]).toEqual([name, expect.any(Number)]);
        expect([name, tags]).toEqual([name, [expect.any(String)]]);
        const open = ['GET /.well-known/jwks.json', 'POST /v1/pages/sessions'].includes(name);
        expect([name, security]).toEqual([name, open ? undefined : [{ apiKey: [] }]]);
        expect([name, Object.keys(responses ?? {})]).toEqual([name, [success, '4XX', '5XX']]);
        for (const { headers, content } of [responses?.['4XX'], responses?.['5XX']].map((answer) => answer ?? {})) {
          expect([name, Object.keys(content ?? {})]).toEqual([name, ['application/problem+json']]);
          expect(Object.keys(headers ?? {})).toEqual(['Retry-After']);
        }
        const taken = (operation.parameters ?? []).filter((one) => one.in === 'header').map((one) => one.name);
        const condition = /^PUT |\/restore$/.test(name) ? ['If-Match'] : [];
        const changesNothing = /^GET |\/(preview|find)$/.test(name);
        expect([name, taken]).toEqual([name, changesNothing ? [] : ['Idempotency-Key', ...condition]]);
      }
    });

    it('is a page at /docs', async () => {
      const { url } = given();
      const page = await createCall(url, '')('GET', '/docs', undefined, { authorization: '' });
      const shown =
        page.status === 302
          ? await createCall(url, '')('GET', new URL(page.headers.location ?? '', `${url}/docs`).pathname)
          : page;
      expect(shown.status).toBe(200);
      expect(shown.headers['content-type']).toMatch(/^text\/html/);
      const scripts = [...shown.text.matchAll(/src="([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) {
        const { pathname } = new URL(script, `${url}/docs/`);
        expect((await createCall(url, '')('GET', pathname)).status).toBe(200);
      }
    });
  });

  describe('operators', () => {
    it('see that the system lives and is ready', async () => {
      const open = createCall(given().url, '');
      expect(await open('GET', '/health/live')).toMatchObject({ status: 200, json: { status: 'live' } });
      expect(await open('GET', '/health/ready')).toMatchObject({ status: 200, json: { status: 'ready' } });
    });

    it('see what was counted in metrics, and nobody in them', async () => {
      const system = given();
      const { to, id, code } = await obtainCode(system);
      await guess(system.call, id, wrong(code));
      await guess(system.call, id, code);
      await system.call('GET', '/v1/challenges/nothing');
      const { text, headers, status } = await createCall(system.url, '')('GET', '/metrics');
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(text).toMatch(/twofold_verdicts_total\{[^}]*result="approved"[^}]*\} [1-9]/);
      for (const secret of [to, code, system.tenant, id, system.apiKey]) expect(text).not.toContain(secret);
    });
  });
}
