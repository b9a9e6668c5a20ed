import { describe, expect, it } from 'vitest';
import { createCall } from '../support/call.ts';
import { anEmail, eventually } from '../support/installation.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

const challenge = () => ({ channel: 'email', to: anEmail() });

/** Who may call: a tenant's keys, and the tenants that the operator makes. */
export function describeKeys(given: () => System): void {
  const works = async (key: string) => (await createCall(given().url, key)('GET', '/v1/keys/current')).status;

  describe('API keys', () => {
    it('are made, shown once, and listed without their secret', async () => {
      const { tenant, call } = await given().newTenant();
      const made = await call('POST', '/v1/keys', { label: 'shop', scopes: ['challenges'] });
      expect(made).toMatchObject({ status: 201, json: { keyId: expect.stringMatching(/^[a-z0-9]{8}$/) } });
      const { keyId, key } = made.json;
      expect(key).toMatch(new RegExp(`^tf_${tenant}_${keyId}_[a-z0-9]{32}_[a-z0-9]{6}$`));
      const { keys } = (await call('GET', '/v1/keys')).json;
      const shown = { keyId, label: 'shop', scopes: ['challenges'], state: 'live', createdAt: expect.any(String) };
      expect(keys).toHaveLength(2);
      expect(keys[1]).toStrictEqual(shown);
      const current = await createCall(given().url, key)('GET', '/v1/keys/current');
      expect(current.json).toStrictEqual({ ...shown, tenant });
    });

    it('do not tell their secret again when the call that made them is repeated', async () => {
      const { call } = await given().newTenant();
      const headers = { 'idempotency-key': uniqueName('key') };
      const make = () => call('POST', '/v1/keys', { label: 'once', scopes: ['support'] }, headers);
      const first = await make();
      expect(await make()).toMatchObject({ status: 201, json: { keyId: first.json.keyId, secretShown: true } });
      expect((await make()).json).not.toHaveProperty('key');
      expect((await call('GET', '/v1/keys')).json.keys).toHaveLength(2);
    });

    it('open only what their scopes say, and make no key with more', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const make = async (scopes: string[]) =>
        createCall(system.url, (await call('POST', '/v1/keys', { label: 'x', scopes })).json.key);
      const missing = { status: 403, json: { code: 'scope-missing' } };
      const [asking, setting] = [await make(['challenges']), await make(['settings'])];
      expect(await asking('GET', '/v1/settings')).toMatchObject(missing);
      expect(await asking('POST', '/v1/addresses/reset', challenge())).toMatchObject(missing);
      expect(await setting('POST', '/v1/challenges', challenge())).toMatchObject(missing);
      expect(await setting('POST', '/v1/keys', { label: 'y', scopes: ['support'] })).toMatchObject(missing);
      expect(await setting('POST', '/v1/keys', { label: 'y', scopes: ['settings'] })).toMatchObject({ status: 201 });
      expect(await asking('POST', '/v1/challenges', challenge())).toMatchObject({ status: 202 });
    });

    it('end at their time, which lies in the future', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const make = (ms: number) =>
        call('POST', '/v1/keys', {
          label: 'brief',
          scopes: ['challenges'],
          expiresAt: new Date(system.clock.now() + ms).toISOString(),
        });
      expect(await make(-1_000)).toMatchObject({ status: 400, json: { errors: [{ field: 'expiresAt' }] } });
      const { key, keyId } = (await make(60_000)).json;
      expect(await works(key)).toBe(200);
      system.clock.advance(60_000);
      expect(await works(key)).toBe(401);
      const { keys } = (await call('GET', '/v1/keys')).json;
      expect(keys.find((each: { keyId: string }) => each.keyId === keyId).state).toBe('expired');
    });

    it('are rotated with an overlap in which both work', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const old = (await call('POST', '/v1/keys', { label: 'rotated', scopes: ['challenges'] })).json;
      const rotate = () => call('POST', `/v1/keys/${old.keyId}/rotate`, { overlapSeconds: 3_600 });
      const next = await rotate();
      expect(next).toMatchObject({ status: 201, json: { key: expect.stringMatching(/^tf_/) } });
      expect(next.json.keyId).not.toBe(old.keyId);
      expect([await works(old.key), await works(next.json.key)]).toEqual([200, 200]);
      system.clock.advance(3_600_000);
      expect([await works(old.key), await works(next.json.key)]).toEqual([401, 200]);
      expect(await rotate()).toMatchObject({ status: 404, json: { code: 'not-found' } });
    });

    it('are refused soon after they are revoked, by the calls that check codes too', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const { key, keyId } = (await call('POST', '/v1/keys', { label: 'gone', scopes: ['challenges'] })).json;
      const gone = createCall(system.url, key);
      const { id } = (await gone('POST', '/v1/challenges', challenge())).json;
      expect((await gone('POST', `/v1/challenges/${id}/verify`, { code: '123456' })).status).toBe(200);
      expect(await call('DELETE', `/v1/keys/${keyId}`)).toMatchObject({ status: 204, text: '' });
      await eventually('the key is refused', async () => (await works(key)) === 401);
      const refused = { status: 401, json: { code: 'unauthenticated' }, headers: { 'www-authenticate': 'Bearer' } };
      expect(await gone('POST', `/v1/challenges/${id}/verify`, { code: '123456' })).toMatchObject(refused);
      expect(await gone('POST', '/v1/challenges', challenge())).toMatchObject(refused);
      expect((await call('DELETE', `/v1/keys/${keyId}`)).status).toBe(204);
      expect((await call('DELETE', '/v1/keys/abcdefgh')).json.code).toBe('not-found');
    });
  });

  describe('tenants', () => {
    it('are made, listed and named by the operator', async () => {
      const { platform, apiKey, url } = given();
      const id = uniqueName('t');
      const made = await platform('POST', '/v1/platform/tenants', { id, name: 'Acme' });
      expect(made).toMatchObject({ status: 201, json: { id, name: 'Acme', state: 'active' } });
      const exists = { status: 409, json: { code: 'tenant-exists' } };
      expect(await platform('POST', '/v1/platform/tenants', { id })).toMatchObject(exists);
      await platform('PATCH', `/v1/platform/tenants/${id}`, { name: 'Acme Ltd' });
      const { tenants } = (await platform('GET', '/v1/platform/tenants')).json;
      expect(tenants).toContainEqual({ id, name: 'Acme Ltd', state: 'active' });
      const stranger = createCall(url, apiKey);
      expect(await stranger('GET', '/v1/platform/tenants')).toMatchObject({ status: 401 });
      expect(await platform('GET', '/v1/settings')).toMatchObject({ status: 401 });
      const unknown = await platform('PATCH', `/v1/platform/tenants/${uniqueName('t')}`, { name: 'x' });
      expect(unknown).toMatchObject({ status: 404, json: { code: 'not-found' } });
    });

    it('get their first key from the operator', async () => {
      const { platform, url } = given();
      const id = uniqueName('t');
      await platform('POST', '/v1/platform/tenants', { id });
      const made = await platform('POST', `/v1/platform/tenants/${id}/keys`, { label: 'first', scopes: ['settings'] });
      expect(made.status).toBe(201);
      const current = await createCall(url, made.json.key)('GET', '/v1/keys/current');
      expect(current.json).toMatchObject({ tenant: id, label: 'first', scopes: ['settings'], state: 'live' });
    });

    it('are suspended and resumed', async () => {
      const { platform, newTenant } = given();
      const { tenant, call } = await newTenant();
      const turn = (state: string) => platform('PATCH', `/v1/platform/tenants/${tenant}`, { state });
      expect((await turn('suspended')).json).toMatchObject({ id: tenant, state: 'suspended' });
      await eventually('suspension', async () => (await call('GET', '/v1/keys/current')).status === 403);
      const refused = await call('POST', '/v1/challenges', challenge());
      expect(refused).toMatchObject({ status: 403, json: { code: 'tenant-suspended' } });
      expect((await turn('active')).json).toMatchObject({ id: tenant, state: 'active' });
      await eventually('return', async () => (await call('GET', '/v1/keys/current')).status === 200);
      expect((await call('POST', '/v1/challenges', challenge())).status).toBe(202);
    });

    it("see another's challenges and keys exactly as ones that never were", async () => {
      const system = given();
      const stranger = await system.newTenant();
      const { id } = (await system.call('POST', '/v1/challenges', challenge())).json;
      const never = `${id.slice(0, -4)}AAAA`;
      const { keyId } = (await system.call('GET', '/v1/keys/current')).json;
      const calls = [
        ['GET', (one: string) => `/v1/challenges/${one}`, undefined],
        ['POST', (one: string) => `/v1/challenges/${one}/resend`, {}],
        ['POST', (one: string) => `/v1/challenges/${one}/cancel`, {}],
        ['POST', (one: string) => `/v1/challenges/${one}/verify`, { code: '123456' }],
      ] as const;
      for (const [method, path, body] of calls) {
        const foreign = await stranger.call(method, path(id), body);
        const unknown = await system.call(method, path(never), body);
        expect(foreign).toMatchObject({ status: 404, json: { code: 'not-found' } });
        expect(foreign.text).toBe(unknown.text);
      }
      const foreignKey = await stranger.call('DELETE', `/v1/keys/${keyId}`);
      expect(foreignKey).toMatchObject({
        status: 404,
        text: (await stranger.call('DELETE', '/v1/keys/zzzzzzzz')).text,
      });
      expect((await system.call('GET', `/v1/challenges/${id}`)).json).toMatchObject({
        status: 'pending',
        attemptsLeft: 5,
      });
    });
  });
}
