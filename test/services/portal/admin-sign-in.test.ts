import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesOrigin, signIn } from '../../support/administrator.ts';
import { createFormVisitor } from '../../support/form-visitor.ts';
import { startSystem, type System } from '../../support/system.ts';

describe('Signing in to the administration', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(() => system.close());

  // Each from an address of its own cannot be told here, so this file stays under the limit but for its last test.
  const keyWith = async (scopes: string[]) =>
    (await system.call('POST', '/v1/keys', { label: `only ${scopes.join()}`, scopes })).json as {
      keyId: string;
      key: string;
    };

  it('opens the settings to a key of the scope, and says with which key', async () => {
    const { start, cookies } = await signIn(system, system.apiKey);
    expect(start.status).toBe(200);
    expect(start.path).toBe('/admin/two-factor');
    expect(start.text).toContain('Signed in with <strong>test</strong>');
    expect([...cookies.keys()]).toEqual(['twofold_admin']);
    expect(cookies.get('twofold_admin')?.path).toBe('/admin');
    expect(start.text).not.toContain(system.apiKey);
  });

  it('keeps the cookie from scripts and from other sites', async () => {
    const visitor = createFormVisitor(system.url, pagesOrigin);
    const door = await visitor.get('/admin/sign-in');
    const cookie = String(door.headers['set-cookie']);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
  });

  it("shows the operator the platform's settings, and why a tenant's pages are not theirs", async () => {
    const operator = await signIn(system, system.platformKey);
    expect(operator.start.text).toContain('What all tenants start from.');
    const accounts = await operator.get('/admin/accounts');
    expect(accounts.status).toBe(403);
    expect(accounts.text).toContain('This belongs to a tenant');
  });

  it('offers a key what its scopes allow, and says what is missing', async () => {
    const { key } = await keyWith(['support']);
    const supporter = await signIn(system, key);
    expect(supporter.start.path).toBe('/admin/accounts');
    expect(supporter.start.text).toContain('Your key lacks the scope “settings”.');
    expect((await supporter.get('/admin/two-factor')).status).toBe(403);
  });

  it('refuses a key without a scope for it, and a wrong one, without showing it again', async () => {
    const { key } = await keyWith(['challenges']);
    const wrong = await signIn(system, key);
    expect(wrong.start.status).toBe(422);
    expect(wrong.start.text).toContain('The administration needs “settings” or “support”.');
    const again = await wrong.submit(wrong.start, '/admin/sign-in', { key: 'tf_nobody_<script>' });
    expect(again.status).toBe(422);
    expect(again.text).toContain('This is not a valid key.');
    expect(again.text).not.toContain('tf_nobody');
  });

  it('ends the session of a revoked key at its next call, and of one who signs out', async () => {
    const { key, keyId } = await keyWith(['settings']);
    const administrator = await signIn(system, key);
    expect(administrator.start.status).toBe(200);
    await system.call('DELETE', `/v1/keys/${keyId}`);
    system.foundation.tenants.forget(`tenant:${system.tenant}`);
    const after = await administrator.get('/admin/two-factor');
    expect(after.status).toBe(401);
    expect(after.text).toContain('valid no longer');
    expect(administrator.cookies.has('twofold_admin')).toBe(false);
    const other = await signIn(system, system.apiKey);
    expect((await other.submit(other.start, '/admin/sign-out')).path).toBe('/admin/sign-in');
    expect(other.cookies.has('twofold_admin')).toBe(false);
  });

  it('ends after twelve hours', async () => {
    const administrator = await signIn(system, system.apiKey);
    const held = administrator.cookies.get('twofold_admin');
    system.clock.advance(12 * 3_600_000 + 1);
    if (held) administrator.cookies.set('twofold_admin', held);
    expect((await administrator.get('/admin/two-factor')).path).toBe('/admin/sign-in');
  });

  it('takes ten attempts a minute from one address', async () => {
    const visitor = createFormVisitor(system.url, pagesOrigin);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const door = await visitor.get('/admin/sign-in');
      statuses.push((await visitor.submit(door, '/admin/sign-in', { key: 'wrong' })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect((await visitor.get('/admin/sign-in')).status).toBe(200);
  });
});
