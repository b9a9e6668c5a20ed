import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsTable } from '#core/settings-table.ts';
import { signIn, type SignedIn } from '../../support/administrator.ts';
import { startSystem, type System } from '../../support/system.ts';

const page = '/admin/two-factor';
const saveAction = '/admin/two-factor/save';
const review = { act: 'review' };
const save = { act: 'save' };

describe('The settings page of the administration', () => {
  let system: System;
  let administrator: SignedIn;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded', settings: {} });
    administrator = await signIn(system, system.apiKey);
  });
  afterAll(() => system.close());

  const own = async () => (await system.call('GET', '/v1/settings')).json;

  it('has a control for every setting of the table', async () => {
    const { text } = await administrator.get(page);
    const names = settingsTable.filter(({ only }) => only !== 'platform').map(({ path }) => path);
    const shown = (path: string) => text.includes(`name="${path}"`) || text.includes(`name="inherit:${path}"`);
    expect(names.filter((path) => !shown(path))).toEqual([]);
    expect(text.length).toBeLessThan(100_000);
  });

  it('saves nothing where nothing was edited', async () => {
    const shown = await administrator.submit(await administrator.get(page), page, review);
    expect(shown.text).toContain('Nothing has changed');
    expect((await own()).settings).toEqual({});
  });

  it('shows what would change in words and values, saves it then, and inherits again', async () => {
    const edited = { ...review, 'methods.sms.codeLifetimeSeconds': '240', 'methods.sms.offered': 'on' };
    const reviewed = await administrator.submit(await administrator.get(page), page, edited);
    expect(reviewed.status).toBe(200);
    expect(reviewed.text).toContain('Codes sent by SMS live 240 s instead of 300 s.');
    expect(reviewed.text).toContain('240 seconds (4 minutes)');
    expect((await own()).settings).toEqual({});
    const saved = await administrator.submit(reviewed, saveAction, save);
    expect(saved.text).toContain('Saved as version 1.');
    expect((await own()).settings).toEqual({ methods: { sms: { codeLifetimeSeconds: 240 } } });
    const back = { ...review, 'inherit:methods.sms.codeLifetimeSeconds': 'yes' };
    const inherits = await administrator.submit(await administrator.get(page), page, back);
    await administrator.submit(inherits, saveAction, save);
    expect((await own()).settings).toEqual({});
  });

  it('switches a flag off without a script, and back on from what is saved', async () => {
    const off = { ...review, 'methods.backupCodes.offered': null };
    const reviewed = await administrator.submit(await administrator.get(page), page, off);
    expect(reviewed.text).toContain('backup codes may not be made'.replace(/^b/, 'B'));
    await administrator.submit(reviewed, saveAction, save);
    expect((await own()).settings).toEqual({ methods: { backupCodes: { offered: false } } });
    const on = { ...review, 'methods.backupCodes.offered': 'on' };
    await administrator.submit(await administrator.submit(await administrator.get(page), page, on), saveAction, save);
    expect((await own()).settings).toEqual({ methods: { backupCodes: { offered: true } } });
  });

  it('tells every fault at once, beside its field, and keeps the input', async () => {
    const wrong = {
      ...review,
      'methods.sms.codeLifetimeSeconds': '7',
      loginLifetimeSeconds: 'ten "minutes"',
      returnUrls: 'ftp://example.com/\n"><script>alert(1)</script>',
      'branding.name': '<script>alert(2)</script>',
      smsOrigin: 'NOT A HOST',
    };
    const shown = await administrator.submit(await administrator.get(page), page, wrong);
    expect(shown.status).toBe(422);
    expect(shown.text).toContain('4 things need your attention.');
    expect(shown.text).toContain('Must be a whole number from 30 to 600.');
    expect(shown.text).toContain('value="ten &quot;minutes&quot;"');
    expect(shown.text).toMatch(/name="methods\.sms\.codeLifetimeSeconds"[^>]*aria-invalid="true"/);
    expect(shown.text).toContain('value="&lt;script&gt;alert(2)&lt;/script&gt;"');
    expect(shown.text).not.toContain('<script>alert');
  });

  it("shows somebody else's save, takes it over and keeps what was typed", async () => {
    const form = await administrator.get(page);
    const now = await own();
    const theirs = { ...now.settings, lockSeconds: 3_600, loginLifetimeSeconds: 900 };
    await system.call('PUT', '/v1/settings', theirs, { 'if-match': `"${now.version}"` });
    const mine = { ...review, loginLifetimeSeconds: '1200', 'branding.name': 'Mine' };
    const stale = await administrator.submit(form, page, mine);
    expect(stale.status).toBe(409);
    expect(stale.text).toContain('Somebody else has saved version');
    expect(stale.text).toContain('First lock: 3600 seconds (1 hour) instead of inherited. Taken over.');
    expect(stale.text).toMatch(/they saved 900 seconds[^<]*; your input, 1200 seconds \(20 minutes\), is kept/);
    await administrator.submit(await administrator.submit(stale, page, review), saveAction, save);
    const after = (await own()).settings;
    expect(after).toMatchObject({ lockSeconds: 3_600, loginLifetimeSeconds: 1_200, branding: { name: 'Mine' } });
  });

  it('shows a save between review and confirmation as well, and keeps the input', async () => {
    const mine = { ...review, 'branding.name': 'Between' };
    const reviewed = await administrator.submit(await administrator.get(page), page, mine);
    await system.call('PUT', '/v1/settings', { lockSeconds: 7_200 });
    const stale = await administrator.submit(reviewed, saveAction, save);
    expect(stale.status).toBe(409);
    expect(stale.text).toContain('value="Between"');
    expect((await own()).settings).toEqual({ lockSeconds: 7_200 });
    const edited = await administrator.submit(reviewed, saveAction, { act: 'edit' });
    expect(edited.text).toContain('value="Between"');
  });

  it('adds a language, previews it with its segments, and saves its text', async () => {
    await system.call('PUT', '/v1/settings', {});
    const added = await administrator.submit(await administrator.get(page), page, { act: 'add:sms', 'add-sms': 'de' });
    expect(added.text).toContain('name="sms|de"');
    expect(added.text).toContain('{{code}}');
    const text = 'Kód {{code}}: <script>alert(1)</script>';
    const previewed = await administrator.submit(added, page, { act: 'preview:sms|de', 'sms|de': text });
    expect(previewed.text).toContain('Kód 123456: &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(previewed.text).toContain('One segment, Unicode');
    const reviewed = await administrator.submit(previewed, page, review);
    await administrator.submit(reviewed, saveAction, save);
    expect((await own()).settings).toEqual({ methods: { sms: { template: { de: text } } } });
    const faulty = { ...review, 'sms|de': 'no place for it' };
    const refused = await administrator.submit(await administrator.get(page), page, faulty);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('SMS text (de)');
    const emptied = await administrator.submit(await administrator.get(page), page, { ...review, 'sms|de': '' });
    await administrator.submit(emptied, saveAction, save);
    expect((await own()).settings).toEqual({ methods: { sms: { template: {} } } });
  });

  it('shows a mail in a page that can run nothing', async () => {
    const added = await administrator.submit(await administrator.get(page), page, {
      act: 'add:email',
      'add-email': 'fr',
    });
    const fields = { act: 'mail:fr', 'html|fr': '<p>{{code}}</p><script>alert(1)</script>' };
    const form = added.text.replace('action="/admin/two-factor"', 'action="/admin/two-factor/mail"');
    const mail = await administrator.submit({ ...added, text: form }, '/admin/two-factor/mail', fields);
    expect(mail.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
  });

  it('lets nobody in from elsewhere: another origin, a missing or foreign token', async () => {
    const form = await administrator.get(page);
    const before = await own();
    const other = await signIn(system, system.apiKey);
    const fields = { ...review, 'branding.name': 'Forged' };
    const answers = [
      await administrator.submit(form, page, fields, { origin: 'https://evil.example' }),
      await administrator.submit(form, page, fields, { 'sec-fetch-site': 'cross-site' }),
      await administrator.submit(form, page, { ...fields, form: null }),
      await administrator.submit(other.start, page, fields),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await own()).toEqual(before);
  });
});

describe("The platform's settings page", () => {
  let system: System;
  let operator: SignedIn;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded', settings: {} });
    operator = await signIn(system, system.platformKey);
  });
  afterAll(() => system.close());

  it('locks fields, which tenants then see with their reason', async () => {
    const shown = await operator.get(page);
    expect(shown.text).toMatch(/name="useSystemSettings"[^>]* disabled/);
    const locks = { ...review, lock: ['methods.sms.codeDigits', 'branding.name'], 'methods.sms.codeDigits': '8' };
    const reviewed = await operator.submit(shown, page, locks);
    expect(reviewed.text).toContain('Tenants may only make stricter');
    await operator.submit(reviewed, saveAction, save);
    const { json } = await system.platform('GET', '/v1/platform/settings');
    expect(json.settings).toEqual({
      methods: { sms: { codeDigits: 8 } },
      locked: ['methods.sms.codeDigits', 'branding.name'],
    });
    system.foundation.tenants.forget('platform');
    const tenant = await signIn(system, system.apiKey);
    expect(tenant.start.text).toContain('Locked by the platform: you may set higher.');
    expect(tenant.start.text).toMatch(/name="branding\.name"[^>]* disabled/);
    const looser = { ...review, 'methods.sms.codeDigits': '6' };
    const refused = await tenant.submit(tenant.start, page, looser);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('locked by the platform at 8');
    const untouched = await tenant.submit(tenant.start, page, review);
    expect(untouched.text).toContain('Nothing has changed');
  });

  it('keeps a lock on a group as it was written', async () => {
    await system.platform('PUT', '/v1/platform/settings', { locked: ['notices'] });
    const edited = { ...review, 'branding.name': 'Everybody' };
    const reviewed = await operator.submit(await operator.get(page), page, edited);
    await operator.submit(reviewed, saveAction, save);
    const { json } = await system.platform('GET', '/v1/platform/settings');
    expect(json.settings).toEqual({ branding: { name: 'Everybody' }, locked: ['notices'] });
  });

  it('leaves everything to the platform where a tenant ticks the box', async () => {
    const tenant = await signIn(system, system.apiKey);
    const ticked = { ...review, useSystemSettings: 'on', lockSeconds: '4000' };
    const reviewed = await tenant.submit(tenant.start, page, ticked);
    expect(reviewed.text).toContain('Without effect now');
    const saved = await tenant.submit(reviewed, saveAction, save);
    expect(saved.text).toContain('Own, without effect');
    const { json } = await system.call('GET', '/v1/settings');
    expect(json.settings).toEqual({ useSystemSettings: true, lockSeconds: 4_000 });
  });
});
