import { describe, expect, it } from 'vitest';
import { obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const problem = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  json: { status, code },
});

/** Requests that are wrong before anybody looks at their body. */
export function describeBadRequests(given: () => System): void {
  describe('a key', () => {
    it('that is missing, misspelt, cut, of nobody or no bearer opens nothing', async () => {
      const { call, apiKey, tenant, platformKey } = given();
      const [stem, checksum] = [apiKey.slice(0, -6), apiKey.slice(-6)];
      const keys = ['', 'Bearer', 'Bearer ', 'Bearer x', `Basic ${btoa('user:password')}`, apiKey, `Bearer ${apiKey.slice(0, -1)}`,
        `Bearer ${stem}${checksum === '000000' ? '111111' : '000000'}`, `Bearer ${apiKey.toUpperCase()}`, `Bearer ${apiKey} ${apiKey}`,
        `Bearer ${apiKey.replace(tenant, 'nobody')}`, `Bearer ${platformKey}`, `Bearer ${'x'.repeat(9_000)}`]; // prettier-ignore
      for (const authorization of keys) {
        for (const path of ['/v1/challenges/x', '/v1/settings', '/v1/keys', '/v1/keys/current']) {
          const answer = await call('GET', path, undefined, { authorization });
          expect([authorization, answer]).toMatchObject([authorization, problem(401, 'unauthenticated')]);
          expect(answer.headers['www-authenticate']).toBe('Bearer');
        }
      }
      const stranger = await call('POST', '/v1/challenges', '{"chan', { authorization: 'Bearer x' });
      expect(stranger).toMatchObject(problem(401, 'unauthenticated'));
      const verify = await call('POST', '/v1/challenges/x/verify', { code: '123456' }, { authorization: '' });
      expect(verify).toMatchObject(problem(401, 'unauthenticated'));
      const platform = await call('GET', '/v1/platform/tenants', undefined, {
        authorization: `Bearer ${platformKey.slice(0, -1)}`,
      });
      expect(platform).toMatchObject(problem(401, 'unauthenticated'));
    });
  });

  describe('an id', () => {
    it('of the wrong shape is as unknown as a wrong one', async () => {
      const { call, ...system } = given();
      const { id } = await obtainCode({ ...system, call });
      const unknown = await call('GET', `/v1/challenges/${id.slice(0, -2)}AA`);
      expect(unknown).toMatchObject(problem(404, 'not-found'));
      const ids = ['x', id.slice(0, -1), `${id}A`, id.replace('.c', '.m'), id.split('.')[0] ?? '', `${id}%00`, '%00', '..%2F..%2Fetc',
        `${id}%0d%0aSet-Cookie:x`, '%F0%9F%92%A9', 'a'.repeat(200), 'a'.repeat(201), 'a'.repeat(12_000), '*', "'OR'1'='1"]; // prettier-ignore
      for (const each of ids) {
        for (const [method, path, body] of [
          ['GET', '', undefined],
          ['POST', '/resend', {}],
          ['POST', '/cancel', {}],
          ['POST', '/verify', { code: '123456' }],
        ] as const) {
          const answer = await call(method, `/v1/challenges/${each}${path}`, body);
          expect([each, answer.status, answer.text]).toEqual([each, 404, unknown.text]);
        }
        expect(await call('DELETE', `/v1/keys/${each}`)).toMatchObject(problem(404, 'not-found'));
      }
    });

    it('that is badly encoded is a fault of the path', async () => {
      const { call } = given();
      for (const path of ['/v1/challenges/%', '/v1/challenges/%zz', '/v1/challenges/%c0%ae', '/%']) {
        expect(await call('GET', path)).toMatchObject({
          ...problem(400, 'malformed-request'),
          json: { code: 'malformed-request', errors: [{ field: 'path' }] },
        });
      }
    });
  });

  describe('a method', () => {
    it('that a path does not take finds nothing there', async () => {
      const { call } = given();
      for (const method of ['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'GET']) {
        expect(await call(method, '/v1/challenges')).toMatchObject(problem(404, 'not-found'));
      }
      const head = await call('HEAD', '/v1/challenges');
      expect(head).toMatchObject({ status: 404, text: '' });
      expect((await call('HEAD', '/v1/settings')).status).toBe(200);
    });
  });
}
