import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPhone, anEmail, wrong } from '../../support/installation.ts';
import { begin, openTab } from '../../support/security-tab.ts';
import { startSystem, type System } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(() => system.close());

describe('setting text messages up', () => {
  it('takes a number with a country, sends a code there, and is done by it', async () => {
    const { town, surfer, tab, id } = await openTab(system);
    const form = await begin(surfer, tab, 'sms');
    expect(form.heading).toBe('Set up text messages');
    expect(form.markup).toContain('<option value="DE">Germany (+49)</option>');
    const number = aPhone();
    const page = await surfer.submit(form, '/enrol/sms', { country: 'DE', to: `0${number.slice(3)}` });
    expect(page.text).toContain(`We sent a code to +49***${number.slice(-2)}.`);
    expect(page.markup).not.toContain(number.slice(3));
    const code = await town.codeTo(number);
    const bad = await surfer.submit(page, '/enrol/code', { code: wrong(code) });
    expect(bad.text).toContain('That code is not right. 4 attempts left.');
    const done = await surfer.submit(bad, '/enrol/code', { code });
    expect(done.text).toContain('The next time you log in, you will need the code that we send to your phone.');
    expect((await town.read(id)).methods).toMatchObject([{ type: 'sms' }]);
  });

  it('takes a number with + of whatever country was chosen', async () => {
    const { town, surfer, tab } = await openTab(system);
    const number = aPhone();
    const form = await begin(surfer, tab, 'sms');
    await surfer.submit(form, '/enrol/sms', { country: 'FR', to: number });
    expect(await town.codeTo(number)).toMatch(/^\d{6}$/);
  });

  it('names countries in the language, and begins with that of the browser', async () => {
    const { surfer, tab } = await openTab(system, { language: 'de-AT,de;q=0.9' });
    const form = await begin(surfer, tab, 'sms');
    expect(form.heading).toBe('SMS einrichten');
    expect(form.markup).toContain('<option value="AT" selected>Österreich (+43)</option>');
  });

  it('keeps what was typed when it is no number, and says so beside it', async () => {
    const { surfer, tab } = await openTab(system);
    const form = await begin(surfer, tab, 'sms');
    const again = await surfer.submit(form, '/enrol/sms', { country: 'FR', to: '"><script>alert(1)</script>' });
    expect(again).toMatchObject({ status: 422 });
    expect(again.markup).toContain('<option value="FR" selected>');
    expect(again.markup).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(again.markup).not.toContain('<script>alert');
    expect(again.markup).toMatch(/aria-describedby="to-fault to-hint" aria-invalid="true"/);
    expect(again.text).toContain('Enter a phone number that can receive text messages.');
  });

  it('does not send to a country that the settings leave out', async () => {
    const { surfer, tab } = await openTab(system, { settings: { countries: ['FR'] } });
    const form = await begin(surfer, tab, 'sms');
    const refused = await surfer.submit(form, '/enrol/sms', { country: 'DE', to: aPhone() });
    expect(refused.text).toContain('We cannot send messages to this country.');
  });
});

describe('setting email up', () => {
  it('offers the account its own address, sends, resends, and lets only the newest code count', async () => {
    const email = anEmail();
    const { town, surfer, tab } = await openTab(system, { profile: { email } });
    const form = await begin(surfer, tab, 'email');
    expect(form.markup).toContain(`value="${email}"`);
    const page = await surfer.submit(form, '/enrol/email');
    const first = await town.codeTo(email);
    const resent = await surfer.submit(page, '/enrol/resend');
    const second = await town.codeTo(email);
    expect(second).not.toBe(first);
    const done = await surfer.submit(resent, '/enrol/code', { code: second });
    expect(done.heading).toBe('Email is set up');
  });

  it('tells how long the wait for another code is, and says so to whoever does not wait', async () => {
    const email = anEmail();
    const { surfer, tab } = await openTab(system, { profile: { email }, settings: { resendMinSeconds: 30 } });
    const page = await surfer.submit(await begin(surfer, tab, 'email'), '/enrol/email');
    expect(page.markup).toMatch(/data-wait-seconds="(30|29)" data-wait-label="New code in \{time\}"/);
    const early = await surfer.submit(page, '/enrol/resend');
    expect(early).toMatchObject({ status: 422 });
    expect(early.text).toMatch(/Please wait 0:(30|29|28) before the next code\./);
  });

  it('goes back to the address with what was typed', async () => {
    const email = anEmail();
    const { surfer, tab } = await openTab(system);
    const page = await surfer.submit(await begin(surfer, tab, 'email'), '/enrol/email', { to: email });
    expect((await surfer.open(page.path.replace('/code', '/email'))).markup).toContain(`value="${email}"`);
  });

  it('says that a code has expired, and starts again at the same address', async () => {
    const email = anEmail();
    const { town, surfer, tab } = await openTab(system, { profile: { email } });
    const page = await surfer.submit(await begin(surfer, tab, 'email'), '/enrol/email');
    const code = await town.codeTo(email);
    system.clock.advance(301_000);
    const late = await surfer.submit(page, '/enrol/code', { code });
    expect(late.text).toContain('The time for this code is over. Please start again.');
    const again = await surfer.submit(late, '/enrol/resend');
    const done = await surfer.submit(again, '/enrol/code', { code: await town.codeTo(email) });
    expect(done.heading).toBe('Email is set up');
  });

  it('refuses an address that is set up already', async () => {
    const email = anEmail();
    const { surfer, tab, prepared } = await openTab(system, {
      profile: { email },
      prepare: async (town, id) => ({ app: await town.app(id), own: await town.address(id, 'email', email) }),
    });
    const asked = await begin(surfer, tab, 'email');
    const form = await surfer.submit(asked, '/prove', { code: prepared.app.next() });
    const refused = await surfer.submit(form, '/enrol/email', { to: email });
    expect(refused.text).toContain('This is set up already.');
  });
});
