import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn, type SignedIn } from '../../support/administrator.ts';
import { startSystem, type System } from '../../support/system.ts';

const script = '<script>alert(1)</script>';
const keyIn = (text: string) => /id="new-key"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';

describe('Keys, tenants, providers and versions in the administration', () => {
  let system: System;
  let administrator: SignedIn;
  let operator: SignedIn;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded', settings: {} });
    administrator = await signIn(system, system.apiKey);
    operator = await signIn(system, system.platformKey);
  });
  afterAll(() => system.close());

  it('makes a key and shows it once, with its label escaped', async () => {
    const form = await administrator.get('/admin/keys');
    const none = await administrator.submit(form, '/admin/keys', { label: script });
    expect(none.status).toBe(422);
    expect(none.text).toContain('choose at least one');
    expect(none.text).not.toContain(script);
    const fields = { label: script, scopes: ['challenges', 'support'], expires: '2099-12-31', once: 'B'.repeat(22) };
    const made = await administrator.submit(form, '/admin/keys', fields);
    const key = keyIn(made.text);
    expect(key).toMatch(/^tf_/);
    const again = await administrator.submit(form, '/admin/keys', fields);
    expect(again.text).toContain('shown before');
    expect(again.text).not.toContain(key);
    const list = await administrator.get('/admin/keys');
    expect(list.text).toContain('31 Dec 2099, 23:59 UTC');
    expect(list.text).not.toContain(script);
    expect(list.text).not.toContain(key);
  });

  it('answers fields that are repeated as faults of the form', async () => {
    const twice = { id: ['a', 'b'], label: ['a', 'b'], name: ['a', 'b'], scopes: ['x', 'y'], expires: ['a', 'b'] };
    const keys = await administrator.get('/admin/keys');
    expect((await administrator.submit(keys, '/admin/keys', twice)).status).toBe(422);
    const tenants = await operator.get('/admin/tenants');
    expect((await operator.submit(tenants, '/admin/tenants', twice)).status).toBe(422);
  });

  it('replaces and revokes a key, after a tick', async () => {
    const { json } = await system.call('POST', '/v1/keys', { label: 'old', scopes: ['challenges'] });
    const path = `/admin/keys/${json.keyId}`;
    const page = await administrator.get(path);
    const successor = keyIn((await administrator.submit(page, `${path}/rotate`, { overlap: '3600' })).text);
    expect(successor).toMatch(/^tf_/);
    expect((await administrator.submit(page, `${path}/revoke`)).status).toBe(422);
    const revoked = await administrator.submit(page, `${path}/revoke`, { sure: 'yes' });
    expect(revoked.path).toBe('/admin/keys');
    expect(revoked.text).toContain('Revoked');
    expect((await administrator.get('/admin/keys/nothing1')).status).toBe(404);
  });

  it('gives nobody a key that can do more than theirs', async () => {
    const { json } = await system.call('POST', '/v1/keys', { label: 'narrow', scopes: ['settings'] });
    const narrow = await signIn(system, json.key);
    const form = await narrow.get('/admin/keys');
    expect(form.text).not.toContain('value="challenges"');
    const refused = await narrow.submit(form, '/admin/keys', { label: 'wide', scopes: ['challenges'] });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('No key was made.');
  });

  it('makes, renames, suspends and resumes a tenant, and gives it its first key', async () => {
    const list = await operator.get('/admin/tenants');
    expect((await operator.submit(list, '/admin/tenants', { id: 'No Good', name: '' })).status).toBe(422);
    const made = await operator.submit(list, '/admin/tenants', { id: 'acme', name: script });
    expect(made.path).toBe('/admin/tenants/acme');
    expect(made.text).not.toContain(script);
    const taken = await operator.submit(await operator.get('/admin/tenants'), '/admin/tenants', {
      id: 'acme',
      name: 'x',
    });
    expect(taken.text).toContain('is taken');
    const named = await operator.submit(made, '/admin/tenants/acme/rename', { name: 'Acme' });
    expect(named.text).toContain('<h1>Acme</h1>');
    const shown = await operator.submit(named, '/admin/tenants/acme/keys', { label: 'first', scopes: 'settings' });
    expect((await signIn(system, keyIn(shown.text))).start.text).toContain('Tenant <strong>acme</strong>');
    expect((await operator.submit(named, '/admin/tenants/acme/state')).status).toBe(422);
    const suspended = await operator.submit(named, '/admin/tenants/acme/state', { sure: 'yes' });
    expect(suspended.text).toContain('Suspended');
    expect((await operator.submit(suspended, '/admin/tenants/acme/state')).text).toContain('Active');
    expect((await administrator.get('/admin/tenants')).status).toBe(403);
  });

  it('shows whether providers work', async () => {
    const { text } = await administrator.get('/admin/providers');
    expect(text).toMatch(/sandbox[^]*Working/);
    expect((await operator.get('/admin/providers')).status).toBe(200);
  });

  it('lists versions with who saved them, shows one, and brings it back after the difference', async () => {
    await system.call('PUT', '/v1/settings', { lockSeconds: 3_600, branding: { name: script } });
    await system.call('PUT', '/v1/settings', { lockSeconds: 7_200 });
    const list = await administrator.get('/admin/versions');
    expect(list.text).toMatch(/Version 2<\/a> <span class="tag good">Current<[^]*<td>test<\/td>/);
    const one = await administrator.get('/admin/versions/1');
    expect(one.text).toContain('3600 seconds (1 hour)');
    expect(one.text).not.toContain(script);
    const reviewed = await administrator.submit(one, '/admin/versions/1', { act: 'review' });
    expect(reviewed.text).toContain('The first lock of a method lasts 3600 s instead of 7200 s.');
    const stale = await administrator.submit(one, '/admin/versions/1', { act: 'review' });
    const back = await administrator.submit(reviewed, '/admin/versions/1', { act: 'save' });
    expect(back.text).toContain('Saved as version 3.');
    const late = await administrator.submit(stale, '/admin/versions/1', { act: 'save' });
    expect(late.status).toBe(409);
    expect(late.text).toContain('Somebody else has saved since.');
    expect((await administrator.get('/admin/versions')).text).toContain('brought back version 1');
    expect((await administrator.get('/admin/versions/99')).status).toBe(404);
  });
});
