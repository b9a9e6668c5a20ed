import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { begin, keyOn, openTab, proveByApp } from '../../support/security-tab.ts';
import { linksOf } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

describe('setting an app up', () => {
  it('leads from the switch to the QR code, and by the right code to Done', async () => {
    const { town, surfer, tab, id } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    expect(page).toMatchObject({ status: 200, heading: 'Set up an authenticator app' });
    expect(page.markup).toMatch(/<div class="qr" role="img" aria-label="QR code[^"]+"><svg/);
    expect(linksOf(page).some((link) => link.startsWith('otpauth://totp/'))).toBe(true);
    const done = await surfer.submit(page, '/enrol/app', { code: town.codesOf({ secret: keyOn(page) })() });
    expect(done.heading).toBe('Your app is set up');
    expect(done.text).toContain('The next time you log in, you will need the code of your app.');
    expect((await town.read(id)).methods).toMatchObject([{ type: 'totp', default: true }]);
  });

  it('keeps the key through a wrong code and a reload, in no address, cookie or hidden field in clear', async () => {
    const { town, surfer, tab } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    const key = keyOn(page);
    const wrong = await surfer.submit(page, '/enrol/app', { code: town.wrongFor({ secret: key }) });
    expect(wrong).toMatchObject({ status: 422 });
    expect(wrong.text).toContain('That code is not right. 4 attempts left.');
    expect(wrong.markup).toContain('aria-invalid="true"');
    expect(wrong.markup).not.toMatch(/name="code"[^>]*value=/);
    expect(keyOn(wrong)).toBe(key);
    const again = await surfer.open(page.path);
    expect(keyOn(again)).toBe(key);
    expect(page.path).not.toContain(key);
    for (const { pair } of surfer.jar.values()) expect(pair).not.toContain(key);
    expect(again.markup).not.toMatch(new RegExp(`type="hidden"[^>]*${key}`));
    expect(system.logLines.join('\n')).not.toContain(key);
  });

  it('shows the key to nobody else', async () => {
    const { surfer, tab } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    const stranger = await openTab(system);
    const seen = await stranger.surfer.open(page.path);
    expect(seen.status).toBe(410);
    expect(seen.markup).not.toContain(keyOn(page));
  });

  it('ends after five wrong codes, and begins anew on demand with another key', async () => {
    const { town, surfer, tab } = await openTab(system);
    let page = await begin(surfer, tab, 'totp');
    const key = keyOn(page);
    for (let count = 0; count < 5; count += 1)
      page = await surfer.submit(page, '/enrol/app', { code: town.wrongFor({ secret: key }) });
    expect(page.text).toContain('Too many wrong codes. Please start again.');
    expect(keyOn(page)).toBe('');
    const anew = await surfer.submit(page, '/enrol/begin');
    expect(keyOn(anew)).toMatch(/^[A-Z2-7]{32}$/);
    expect(keyOn(anew)).not.toBe(key);
  });

  it('says in words that the time is over', async () => {
    const { town, surfer, tab } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    system.clock.advance(901_000);
    const late = await surfer.submit(page, '/enrol/app', { code: town.codesOf({ secret: keyOn(page) })() });
    expect(late.text).toContain('The time for this code is over. Please start again.');
  });

  it('is given up by Cancel, with nothing left of it', async () => {
    const { town, surfer, tab, id } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    const home = await surfer.submit(page, '/enrol/cancel');
    expect(home.heading).toBe('Two-factor authentication');
    expect((await surfer.open(page.path)).heading).toBe('Two-factor authentication');
    expect((await town.read(id)).methods).toEqual([]);
  });

  it('is begun once by a form that comes twice, and the key is there all the same', async () => {
    const { surfer, tab } = await openTab(system);
    const page = await begin(surfer, tab, 'totp');
    const twice = await begin(surfer, tab, 'totp');
    expect(keyOn(twice)).toBe(keyOn(page));
  });

  it('asks for a fresh proof before another one, and then goes on', async () => {
    const { town, surfer, tab, prepared: app, id } = await openTab(system, { prepare: (here, who) => here.app(who) });
    const asked = await begin(surfer, tab, 'totp');
    expect(asked).toMatchObject({ heading: 'Confirm that it is you' });
    const page = await proveByApp(surfer, asked, app);
    expect(page.heading).toBe('Set up an authenticator app');
    const done = await surfer.submit(page, '/enrol/app', { code: town.codesOf({ secret: keyOn(page) })() });
    expect(done.heading).toBe('Your app is set up');
    expect((await town.read(id)).methods).toHaveLength(2);
  });
});
