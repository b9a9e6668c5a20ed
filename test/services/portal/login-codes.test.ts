import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountSettings, must, newTown, returnUrl, type Town } from '../../support/people.ts';
import { createSurfer, formsOf, linksOf, type Seen } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

describe('the login page', () => {
  let system: System;
  let town: Town;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
    town = await newTown(system);
  });
  afterAll(() => system.close());

  const surfer = (language?: string) => createSurfer(system.url, { language });
  const begin = async (accountId: string, on: Town = town, more: object = {}) =>
    on.login(accountId, { returnUrl, state: 'mine', ...more });
  const backOf = (seen: Seen) => Object.fromEntries(new URL(seen.leftTo ?? 'none:').searchParams);
  const take = (town_: Town, id: string, code = '') => town_.post(`/v1/logins/${id}/result`, { code });

  it('asks for the code of an app and leads back with a result that the application takes', async () => {
    const id = await town.account();
    const app = await town.app(id);
    const login = await begin(id);
    const person = surfer();
    const page = await person.open(login.pageUrl);
    expect(page).toMatchObject({ status: 200, heading: 'Enter the code from your app' });
    expect(page.path).toMatch(/^\/login\/at\/[A-Za-z0-9_-]{12}$/);
    const passed = await person.submit(page, '/verify', { code: app.next().replace(/(...)/, '$1 ') });
    expect(passed).toMatchObject({ status: 303, headers: { 'cache-control': 'no-store' } });
    expect(passed.leftTo?.startsWith(`${returnUrl}?`)).toBe(true);
    const back = backOf(passed);
    expect(back).toEqual({ twofold_login: login.id, twofold_code: expect.any(String), state: 'mine' });
    expect(await take(town, login.id, back['twofold_code'])).toMatchObject({ status: 200 });
    expect(await person.open(page.path)).toMatchObject({ status: 200, heading: 'You are logged in' });
  });

  it('sends a code to the address that is the default once, when it is opened, and never by a reload', async () => {
    const id = await town.account();
    const phone = await town.address(id, 'sms');
    const { pageUrl } = await begin(id);
    const before = system.inbox.list({ to: phone.to }).length;
    const person = surfer();
    const page = await person.open(pageUrl);
    const code = await town.codeTo(phone.to);
    expect(page.heading).toBe('Check your phone');
    expect(page.text).not.toContain(phone.to);
    expect(page.text).toContain(phone.to.slice(-2));
    expect(page.markup).toMatch(/<input [^>]*inputmode="numeric" autocomplete="one-time-code" data-otp/);
    for (const path of ['', '/methods', '/help', '']) await person.open(`${page.path}${path}`);
    expect(system.inbox.list({ to: phone.to })).toHaveLength(before + 1);
    const passed = await person.submit(page, '/verify', { code: ` ${code.slice(0, 3)}-${code.slice(3)} ` });
    expect(passed.leftTo).toContain('twofold_code=');
  });

  it('changes nothing by HEAD, by a prefetch or by a foreign link', async () => {
    const id = await town.account();
    const phone = await town.address(id, 'sms');
    const { pageUrl } = await begin(id);
    const before = system.inbox.list({ to: phone.to }).length;
    const person = surfer();
    expect(await person.head(pageUrl)).toMatchObject({ status: 200 });
    expect(await person.open(pageUrl, { 'sec-purpose': 'prefetch;prerender' })).toMatchObject({ status: 503 });
    expect(system.inbox.list({ to: phone.to })).toHaveLength(before);
    expect(await person.open(pageUrl)).toMatchObject({ status: 200 });
    expect(await surfer().open(pageUrl)).toMatchObject({ status: 410, heading: 'This page has ended' });
  });

  it('says beside the field what is wrong with a code, counts it once, and never shows it again', async () => {
    const id = await town.account();
    const app = await town.app(id);
    const login = await begin(id);
    const person = surfer();
    const page = await person.open(login.pageUrl);
    const wrong = town.wrongFor(app);
    const told = await person.submit(page, '/verify', { code: wrong });
    expect(told.status).toBe(422);
    expect(told.markup).toMatch(/aria-describedby="code-fault" aria-invalid="true" autofocus>/);
    expect(told.markup).toMatch(/<p class="fault" id="code-fault" role="alert">That code is not right/);
    expect(told.markup).not.toContain(wrong);
    await person.submit(page, '/verify', { code: wrong });
    const { attemptsLeft } = await must(town.call('GET', `/v1/logins/${login.id}`));
    expect(attemptsLeft).toBe(9);
    const passed = await person.submit(page, '/verify', { code: app.next() });
    expect(passed.leftTo).toContain('twofold_code=');
  });

  it.each(['', 'abc', '123', '12345678901', '<script>alert(1)</script>', 'x'.repeat(500)])(
    'takes %j for no code and counts nothing',
    async (code) => {
      const id = await town.account();
      await town.app(id);
      const login = await begin(id);
      const person = surfer();
      const told = await person.submit(await person.open(login.pageUrl), '/verify', { code });
      expect(told).toMatchObject({ status: 422 });
      expect(told.text).toContain('Enter the digits of the code.');
      expect(told.markup).not.toContain('alert(1)');
      expect((await must(town.call('GET', `/v1/logins/${login.id}`))).attemptsLeft).toBe(10);
    },
  );

  it('reads digits of any width', async () => {
    const id = await town.account();
    const app = await town.app(id);
    const { pageUrl } = await begin(id);
    const person = surfer();
    const wide = app.next().replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    expect((await person.submit(await person.open(pageUrl), '/verify', { code: wide })).leftTo).toContain(
      'twofold_code=',
    );
  });

  it('takes a backup code however it is written', async () => {
    const id = await town.account();
    await town.app(id);
    const { codes } = await town.backupCodes(id);
    const { pageUrl } = await begin(id);
    const person = surfer();
    const list = await person.open(`${(await person.open(pageUrl)).path}/methods`);
    const way = linksOf(list).find(
      (link) => list.markup.includes(`href="${link}"`) && /Backup code/.test(partOf(list, link)),
    );
    const page = await person.open(way ?? '');
    expect(page.heading).toBe('Enter a backup code');
    expect(page.text).toContain('You have 10 codes left.');
    expect(page.markup).toContain('autocapitalize="characters"');
    expect(page.markup).not.toContain('inputmode');
    const sloppy = (codes[0] ?? '').toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'o');
    expect((await person.submit(page, '/verify', { code: sloppy })).leftTo).toContain('twofold_code=');
  });

  it('takes a code from support', async () => {
    const id = await town.account();
    await town.app(id);
    const { pageUrl } = await begin(id);
    const person = surfer();
    const { path } = await person.open(pageUrl);
    const page = await person.open(`${path}/with/support`);
    expect(page.heading).toBe('Enter the code from support');
    const none = await person.submit(page, '/verify', { code: 'AAAA-AAAA-AAAAA' });
    expect(none).toMatchObject({ status: 422 });
    expect(none.text).toContain('That code is not right, or no longer valid.');
    const { code } = await must(town.post(`/v1/accounts/${id}/bypass-code`));
    expect((await person.submit(none, '/verify', { code })).leftTo).toContain('twofold_code=');
  });

  it('lists every way, sends a code where it is chosen, and shows which', async () => {
    const id = await town.account();
    await town.app(id, {}, 'My <script> phone');
    const mail = await town.address(id, 'email');
    const { pageUrl } = await begin(id);
    const person = surfer();
    const first = await person.open(pageUrl);
    expect(first.text).toContain('(My <script> phone)');
    expect(first.markup).not.toContain('<script> phone');
    const list = await person.open(`${first.path}/methods`);
    expect(list.text).toMatch(/Authenticator app My <script> phone Email a\S+@example\.com Code from support/);
    const page = await person.submit(list, '/send');
    const code = await town.codeTo(mail.to);
    expect(page).toMatchObject({ status: 200, heading: 'Check your email' });
    expect(page.path).toMatch(/\/with\/m[\w-]{22}$/);
    expect((await person.submit(page, '/verify', { code })).leftTo).toContain('twofold_code=');
  });

  it('leads back as canceled where the person gives up', async () => {
    const id = await town.account();
    await town.app(id);
    const login = await begin(id);
    const person = surfer();
    const page = await person.open(login.pageUrl);
    expect(page.text).toContain('Cancel and return to Example');
    const left = await person.submit(page, '/cancel');
    expect(backOf(left)).toEqual({ twofold_login: login.id, twofold_error: 'canceled', state: 'mine' });
    expect(backOf(await person.open(page.path))).toMatchObject({ twofold_error: 'canceled' });
  });

  it('lets its forms lead to the application and nowhere else', async () => {
    const id = await town.account();
    await town.app(id);
    const page = await surfer().open((await begin(id)).pageUrl);
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy).toContain("form-action 'self' https://app.example.com;");
    expect(policy).toContain("default-src 'none'");
    expect(page.headers).toMatchObject({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
    expect(page.markup).not.toMatch(/ (style|on[a-z]+)="/);
    for (const { action } of formsOf(page)) expect(action.startsWith(page.path)).toBe(true);
  });

  it('does nothing for a form that is not its own', async () => {
    const id = await town.account();
    const app = await town.app(id);
    const login = await begin(id);
    const person = surfer();
    const page = await person.open(login.pageUrl);
    const code = app.next();
    const foreign = [
      [{ code, form: undefined }, {}],
      [{ code, form: 'AAAAAAAAAAAAAAAAAAAAAA' }, {}],
      [{ code }, { origin: 'https://evil.example' }],
      [{ code }, { origin: 'null' }],
      [{ code }, { 'sec-fetch-site': 'cross-site' }],
      [{ code }, { 'sec-fetch-site': 'same-site' }],
    ] as const;
    for (const [values, headers] of foreign)
      expect(await person.submit(page, '/verify', values, headers)).toMatchObject({ status: 403 });
    for (const action of ['/send', '/cancel'])
      expect(await person.post(`${page.path}${action}`, 'form=x')).toMatchObject({ status: 403 });
    expect(await surfer().post(`${page.path}/cancel`, 'form=x')).toMatchObject({ status: 410 });
    expect((await must(town.call('GET', `/v1/logins/${login.id}`))).status).toBe('second-factor-required');
    expect((await person.submit(page, '/verify', { code })).leftTo).toContain('twofold_code=');
  });

  it('of one login takes no form of another', async () => {
    const id = await town.account();
    await town.app(id);
    const person = surfer();
    const one = await person.open((await begin(id)).pageUrl);
    const two = await person.open((await begin(id)).pageUrl);
    expect(two.path).not.toBe(one.path);
    const { form } = formsOf(one)[0]?.fields ?? {};
    expect(await person.submit(two, '/cancel', { form })).toMatchObject({ status: 403 });
    expect(await person.open(one.path)).toMatchObject({ status: 200 });
  });

  it('names the support of the tenant, or what to do where it named none', async () => {
    const branding = { name: 'Acme', supportUrl: 'mailto:help@example.com' };
    const named = await newTown(system, { ...accountSettings, branding });
    for (const [on, words] of [
      [town, /Please contact Example/],
      [named, /The support of Acme can check/],
    ] as const) {
      const id = await on.account();
      await on.app(id);
      const person = surfer();
      const { path } = await person.open((await begin(id, on)).pageUrl);
      const help = await person.open(`${path}/help`);
      expect(help.text).toMatch(words);
      expect(linksOf(help).includes('mailto:help@example.com')).toBe(on === named);
    }
  });

  it("speaks the account's language, else the browser's", async () => {
    for (const [locale, language, heading] of [
      ['de-AT', 'fr', 'Code aus Ihrer App eingeben'],
      [undefined, 'ja,en;q=0.5', 'アプリのコードを入力してください'],
      ['xx', 'zh-TW', '請輸入應用程式中的驗證碼'],
    ]) {
      const id = await town.account(locale === undefined ? {} : { locale });
      await town.app(id);
      const page = await surfer(language).open((await begin(id)).pageUrl);
      expect(page.heading).toBe(heading);
    }
  });
});

/** What a person reads in the link to a place. */
function partOf(page: Seen, link: string): string {
  const at = page.markup.indexOf(`href="${link}"`);
  return page.markup.slice(at, page.markup.indexOf('</a>', at));
}
