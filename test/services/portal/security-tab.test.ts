import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must, returnUrl } from '../../support/people.ts';
import { begin, openTab, proveByApp } from '../../support/security-tab.ts';
import { createSurfer, linksOf } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

const withApp = () => openTab(system, { prepare: (town, id) => town.app(id) });
const withTwo = () =>
  openTab(system, {
    prepare: async (town, id) => ({ app: await town.app(id, {}, 'My phone'), sms: await town.address(id, 'sms') }),
  });
const shortOf = (id: string) => id.slice(id.lastIndexOf('.') + 1);

describe('the Security tab', () => {
  it('shows each offered method with a switch, and what is set up, addresses masked', async () => {
    const { tab, prepared } = await withTwo();
    const switches = [...tab.markup.matchAll(/role="switch" aria-checked="(\w+)" aria-labelledby="kind-([\w-]+)"/g)];
    expect(switches.map(([, on, kind]) => `${kind} ${on}`)).toEqual([
      'totp true',
      'sms true',
      'email false',
      'backup-codes false',
    ]);
    expect(tab.text).toContain('My phone Default');
    expect(tab.text).toContain(`+49***${prepared.sms.to.slice(-2)}`);
    expect(tab.markup).not.toContain(prepared.sms.to);
    expect(tab.markup).toMatch(/<time datetime="[\d-]+T[\d:.]+Z" data-moment="date">/);
    expect(linksOf(tab)).toContain(returnUrl);
  });

  it('shows only what settings offer, and backup codes only beside another method', async () => {
    const settings = { methods: { email: { offered: false } } };
    const { tab } = await openTab(system, { settings });
    expect(tab.markup).not.toContain('kind-email');
    expect(tab.markup).toMatch(/aria-labelledby="kind-backup-codes"[^>]* disabled/);
    expect(tab.text).toContain('Set up another method first.');
  });

  it('speaks the language of the account before that of the browser', async () => {
    const { tab } = await openTab(system, { profile: { locale: 'ja' }, language: 'de' });
    expect(tab.markup).toContain('<html lang="ja">');
    expect(tab.heading).toBe('二要素認証');
  });

  it('escapes what others may have written', async () => {
    const evil = '<script>alert(1)</script>';
    const { tab } = await openTab(system, {
      settings: { branding: { name: evil } },
      prepare: (town, id) => town.app(id, {}, evil),
    });
    expect(tab.markup).not.toContain(evil);
    expect(tab.text).toContain(evil);
  });

  it('opens once by its handle, and nothing of the person is in its address', async () => {
    const { pageUrl, tab } = await withApp();
    expect(tab.path).toMatch(/^\/security\/at\/[\w-]{12}$/);
    expect((await createSurfer(system.url).open(pageUrl)).status).toBe(410);
  });

  it('makes another method the default after a fresh proof, and says so once', async () => {
    const { town, id, surfer, tab, prepared } = await withTwo();
    const asked = await surfer.submit(tab, '/default');
    expect(asked.text).toContain('After that your default method changes.');
    const after = await proveByApp(surfer, asked, prepared.app);
    expect(after.markup).toMatch(/role="status">Your default method has changed\./);
    const { methods } = await town.read(id);
    expect(methods.find((one: { default: boolean }) => one.default).id).toBe(prepared.sms.id);
    expect((await surfer.open(after.path)).markup).not.toContain('role="status"');
  });

  it('asks before it removes, says what follows, and removes after a fresh proof', async () => {
    const { town, id, surfer, tab, prepared: app } = await withApp();
    const asking = await surfer.submit(tab, '/off');
    expect(asking.text).toContain('It is your last one. Your password alone will then open your account.');
    expect((await town.read(id)).methods).toHaveLength(1);
    const asked = await surfer.submit(asking, '/remove/totp');
    const after = await proveByApp(surfer, asked, app);
    expect(after.text).toContain('The method was removed.');
    expect((await town.read(id)).methods).toEqual([]);
  });

  it('removes one of several by name, with one proof for five minutes', async () => {
    const { town, id, surfer, tab, prepared } = await withTwo();
    const asking = await surfer.open(`${tab.path}/remove/${shortOf(prepared.sms.id)}`);
    const after = await proveByApp(surfer, await surfer.submit(asking, shortOf(prepared.sms.id)), prepared.app);
    expect(after.text).toContain('The method was removed.');
    const next = await surfer.submit(await surfer.submit(after, '/off'), '/remove/totp');
    expect(next.text).toContain('The method was removed.');
    expect((await town.read(id)).methods).toEqual([]);
  });

  it('keeps the last method that settings demand, in words', async () => {
    const { town, id, surfer, tab } = await openTab(system, {
      settings: { enforcement: { mode: 'all' } },
      prepare: (here, who) => here.app(who),
    });
    const refused = await surfer.submit(tab, '/off');
    expect(refused.heading).toBe('This method has to stay');
    expect(refused.text).toContain('Example requires a second step, and this is your last one.');
    const forced = await surfer.post(
      `${tab.path}/remove/totp`,
      new URLSearchParams({ form: /name="form" value="([^"]+)"/.exec(tab.markup)?.[1] ?? '' }).toString(),
    );
    expect(forced.heading).toBe('Confirm that it is you');
    expect((await town.read(id)).methods).toHaveLength(1);
  });

  it('tells its end in words with the way back, and shows nothing after it', async () => {
    const { surfer, tab } = await withApp();
    system.clock.advance(1_801_000);
    const over = await surfer.open(tab.path);
    expect(over).toMatchObject({ status: 410, heading: 'This page has ended' });
    expect(linksOf(over)).toContain(returnUrl);
    expect((await begin(surfer, tab, 'sms')).status).toBe(410);
  });
});

describe('a fresh proof', () => {
  it('sends a code where the method needs one, and takes no wrong one', async () => {
    const { town, surfer, tab, prepared } = await openTab(system, {
      prepare: (here, who) => here.address(who, 'email'),
    });
    const asking = await surfer.submit(tab, '/off');
    const choice = await surfer.submit(asking, '/remove/email');
    expect(choice.text).toContain('How would you like to confirm?');
    const page = await surfer.submit(choice, '/prove/method');
    expect(page.text).toContain('We sent a code to');
    const code = await town.codeTo(prepared.to);
    const wrong = await surfer.submit(page, '/prove', { code: code === '000000' ? '111111' : '000000' });
    expect(wrong).toMatchObject({ status: 422 });
    expect(wrong.text).toContain('That code is not right.');
    expect((await surfer.submit(wrong, '/prove', { code })).text).toContain('The method was removed.');
  });

  it('may be a backup code', async () => {
    const { town, id, surfer, tab, prepared } = await openTab(system, {
      prepare: async (here, who) => ({ app: await here.app(who), backup: await here.backupCodes(who) }),
    });
    const asked = await surfer.submit(await surfer.submit(tab, '/off'), '/remove/totp');
    const list = await surfer.open(asked.path.replace('/prove', '/prove/method'));
    const method = shortOf(prepared.backup.id);
    const page = await surfer.submit(list, '/prove/method', { method });
    expect(page.text).toContain('Enter one of your backup codes. It will be used up.');
    const after = await surfer.submit(page, '/prove', { code: ` ${prepared.backup.codes[0]?.toLowerCase()} ` });
    expect(after.text).toContain('The method was removed.');
    expect((await town.read(id)).methods).toEqual([]);
  });

  it('carries out the wish of its own form only', async () => {
    const { town, id, surfer, tab, prepared } = await withTwo();
    const first = await surfer.submit(tab, '/default');
    await begin(surfer, tab, 'email');
    const after = await surfer.submit(first, '/prove', { code: prepared.app.next() });
    expect(after.heading).toBe('Two-factor authentication');
    const { methods } = await town.read(id);
    expect(methods.find((one: { default: boolean }) => one.default).id).toBe(prepared.app.id);
  });
});

describe('forms that are not ours', () => {
  it('do nothing: without the token, from elsewhere, or with the token of another page', async () => {
    const { town, id, surfer, tab } = await withApp();
    const asking = await surfer.submit(tab, '/off');
    const other = await withApp();
    const foreignToken = /name="form" value="([^"]+)"/.exec(other.tab.markup)?.[1] ?? '';
    for (const [values, headers] of [
      [{ form: undefined }, {}],
      [{ form: foreignToken }, {}],
      [{}, { origin: 'https://evil.example' }],
      [{}, { 'sec-fetch-site': 'cross-site' }],
    ] as const)
      expect(await surfer.submit(asking, '/remove/totp', values, headers)).toMatchObject({ status: 403 });
    expect((await town.read(id)).methods).toHaveLength(1);
  });

  it('are not read by GET: looking at a page changes nothing', async () => {
    const { town, id, surfer, tab } = await withApp();
    const before = await must(town.call('GET', `/v1/accounts/${id}`));
    for (const path of [
      '',
      '/remove/totp',
      '/new-codes',
      '/prove',
      '/prove/method',
      '/enrol',
      '/enrol/app',
      '/enrol/sms',
    ])
      expect((await surfer.open(`${tab.path}${path}`)).status).toBeLessThan(500);
    expect(await must(town.call('GET', `/v1/accounts/${id}`))).toEqual(before);
  });
});
