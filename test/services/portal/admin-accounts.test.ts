import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn, type SignedIn } from '../../support/administrator.ts';
import { startSystem, type System } from '../../support/system.ts';

const found = '/admin/accounts';

describe('The accounts of the administration', () => {
  let system: System;
  let supporter: SignedIn;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
    const { json } = await system.call('POST', '/v1/keys', { label: 'desk', scopes: ['support'] });
    supporter = await signIn(system, json.key);
  });
  afterAll(() => system.close());

  async function account(userId: string) {
    const { json } = await system.call('POST', '/v1/accounts', { userId, email: 'ada@example.com' });
    const path = `${found}/${json.id}`;
    return { id: json.id as string, path, page: await supporter.submit(await supporter.get(found), found, { userId }) };
  }

  it('finds an account by its user id, which no address shows', async () => {
    const { page, path } = await account('ada <script>alert(1)</script>');
    expect(page.path).toBe(path);
    expect(page.text).toContain('No method is enrolled.');
    expect(page.text).not.toContain('ada@example.com');
    expect(page.text).not.toContain('<script>alert');
    const missing = await supporter.submit(await supporter.get(found), found, {
      userId: '"><script>alert(2)</script>',
    });
    expect(missing.status).toBe(422);
    expect(missing.text).toContain('has no account');
    expect(missing.text).not.toContain('<script>alert');
    expect((await supporter.get(`${found}/${'A'.repeat(22)}`)).status).toBe(404);
  });

  it('exempts until a time, and ends the exemption', async () => {
    const { page, path, id } = await account('exempt');
    const past = await supporter.submit(page, `${path}/exempt`, { until: '2001-01-01T00:00' });
    expect(past.status).toBe(422);
    expect(past.text).toContain('Must be a time in the future.');
    expect(past.text).toContain('value="2001-01-01T00:00"');
    const year = new Date(system.clock.now()).getUTCFullYear() + 1;
    const exempt = await supporter.submit(page, `${path}/exempt`, { until: `${year}-05-01T12:00` });
    expect(exempt.text).toContain(`1 May ${year}, 12:00 UTC`);
    await supporter.submit(exempt, `${path}/end-exemption`);
    expect((await system.call('GET', `/v1/accounts/${id}`)).json.exemptUntil).toBeUndefined();
  });

  it('shows a bypass code once', async () => {
    const { page, path } = await account('bypass');
    const once = { once: 'A'.repeat(22) };
    const made = await supporter.submit(page, `${path}/bypass-code`, { ...once, lifetime: '900' });
    expect(made.text).toMatch(/<strong class="mono big">[0-9A-Z-]{13,20}<\/strong>/);
    const again = await supporter.submit(page, `${path}/bypass-code`, { ...once, lifetime: '900' });
    expect(again.text).toContain('shown before');
    expect(again.text).not.toContain('mono big');
  });

  it('unlocks, resets after a tick, and erases after a word', async () => {
    const { page, path, id } = await account('leaving');
    expect((await supporter.submit(page, `${path}/unlock`)).text).toContain('Locks and failures are ended.');
    expect((await supporter.submit(page, `${path}/reset`)).status).toBe(422);
    expect((await supporter.submit(page, `${path}/reset`, { sure: 'yes' })).text).toContain(
      'Every method was taken away.',
    );
    const unsure = await supporter.submit(page, `${path}/erase`, { word: 'delete' });
    expect(unsure.status).toBe(422);
    expect((await system.call('GET', `/v1/accounts/${id}`)).status).toBe(200);
    const erased = await supporter.submit(page, `${path}/erase`, { word: 'erase' });
    expect(erased.text).toContain('The account is erased.');
    expect((await system.call('GET', `/v1/accounts/${id}`)).status).toBe(404);
  });

  it('does nothing for forms from elsewhere', async () => {
    const { page, path, id } = await account('forged');
    const foreign = { origin: 'https://evil.example' };
    const answers = [
      await supporter.submit(page, `${path}/erase`, { word: 'erase' }, foreign),
      await supporter.submit(page, `${path}/reset`, { sure: 'yes', form: 'A'.repeat(22) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect((await system.call('GET', `/v1/accounts/${id}`)).status).toBe(200);
  });
});
