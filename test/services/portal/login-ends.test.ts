import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnSettings } from '#core/settings.ts';
import { accountSettings, must, newTown, returnUrl, type Town } from '../../support/people.ts';
import { createSurfer, formsOf, linksOf, type Seen, type Surfer } from '../../support/surfing.ts';
import { startSystem, type System } from '../../support/system.ts';

describe('the login page', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(() => system.close());

  const townWith = (settings: OwnSettings) => newTown(system, { ...accountSettings, ...settings });
  async function open(town: Town, accountId: string): Promise<{ person: Surfer; page: Seen; id: string }> {
    const { pageUrl, id } = await town.login(accountId, { returnUrl, state: 's' });
    const person = createSurfer(system.url);
    return { person, page: await person.open(pageUrl), id };
  }
  const errorIn = (seen: Seen) =>
    linksOf(seen)
      .filter((link) => link.startsWith(returnUrl))
      .map((link) => Object.fromEntries(new URL(link).searchParams))[0];

  it('says when a lock ends that arose in its own login, and leads back', async () => {
    const town = await townWith({ failuresBeforeLock: 3, lockSeconds: 600 });
    const account = await town.account();
    const app = await town.app(account);
    const { person, page, id } = await open(town, account);
    let last = page;
    for (let count = 0; count < 3; count += 1)
      last = await person.submit(page, '/verify', { code: town.wrongFor(app), once: `once-${count}-0123456789` });
    expect(last).toMatchObject({ status: 200, heading: 'Locked for now' });
    expect(last.text).toMatch(/You can try again from \d\d:\d\d [AP]M UTC/);
    expect(errorIn(last)).toEqual({ twofold_login: id, twofold_error: 'locked', state: 's' });
    expect(last.text).not.toContain('Cancel');
  });

  it('shows a method that locked in its list, and goes on with the others', async () => {
    const town = await townWith({ failuresBeforeLock: 3 });
    const account = await town.account();
    const app = await town.app(account);
    const mail = await town.address(account, 'email');
    const { person, page } = await open(town, account);
    let last = page;
    for (let count = 0; count < 3; count += 1)
      last = await person.submit(page, '/verify', { code: town.wrongFor(app), once: `once-${count}-0123456789` });
    expect(last).toMatchObject({ status: 422, heading: 'Choose another way' });
    expect(last.text).toMatch(/Authenticator app Locked after too many wrong codes\. You can try again from/);
    expect(await person.open(page.path)).toMatchObject({ heading: 'Get a code' });
    const sent = await person.submit(last, '/send');
    expect((await person.submit(sent, '/verify', { code: await town.codeTo(mail.to) })).leftTo).toContain(
      'twofold_code=',
    );
  });

  it('says no word of a lock that arose elsewhere', async () => {
    const town = await townWith({ failuresBeforeLock: 3 });
    const account = await town.account();
    const app = await town.app(account);
    await town.address(account, 'email');
    const elsewhere = await town.login(account);
    for (let count = 0; count < 3; count += 1) await town.verify(elsewhere.id, app.id, town.wrongFor(app));
    const { person, page } = await open(town, account);
    const told = await person.submit(page, '/verify', { code: app.next() });
    expect(told.text).toContain('This way cannot be used at the moment.');
    expect(told.text).not.toMatch(/lock/i);
  });

  it('ends after too many wrong codes, and says how many are left before', async () => {
    const town = await townWith({ attemptsPerLogin: 2 });
    const account = await town.account();
    const app = await town.app(account);
    const { person, page, id } = await open(town, account);
    const told = await person.submit(page, '/verify', { code: town.wrongFor(app) });
    expect(told.text).toContain('That code is not right. 1 attempt left.');
    const ended = await person.submit(told, '/verify', { code: town.wrongFor(app) });
    expect(ended).toMatchObject({ status: 200, heading: 'Too many wrong codes' });
    expect(errorIn(ended)).toEqual({ twofold_login: id, twofold_error: 'failed', state: 's' });
  });

  it('says that it expired while the login can be asked, and that it is over when it can not', async () => {
    const town = await townWith({ loginLifetimeSeconds: 60 });
    const account = await town.account();
    const app = await town.app(account);
    const { person, page } = await open(town, account);
    system.clock.advance(61_000);
    const expired = await person.submit(page, '/verify', { code: app.next() });
    expect(expired).toMatchObject({ status: 200, heading: 'This login has expired' });
    expect(errorIn(expired)).toMatchObject({ twofold_error: 'expired' });
    system.clock.advance(301_000);
    const over = await person.open(page.path);
    expect(over).toMatchObject({ status: 410, heading: 'This page has ended' });
    expect(over.text).toContain('Example');
  });

  it('tells a code that was used before from a wrong one', async () => {
    const town = await townWith({});
    const account = await town.account();
    const app = await town.app(account);
    const code = app.next();
    const first = await town.login(account);
    await town.verify(first.id, app.id, code);
    const { person, page } = await open(town, account);
    expect((await person.submit(page, '/verify', { code })).text).toContain('That code was used already.');
  });
});

describe('a code that is sent', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ kind: 'embedded' });
  });
  afterAll(() => system.close());

  async function open(settings: OwnSettings) {
    const town = await newTown(system, { ...accountSettings, ...settings });
    const account = await town.account();
    const phone = await town.address(account, 'sms');
    const again = async () => {
      const { pageUrl } = await town.login(account, { returnUrl });
      const person = createSurfer(system.url);
      return { person, page: await person.open(pageUrl) };
    };
    return { town, account, phone, again, ...(await again()) };
  }
  const waitIn = ({ markup }: Seen) => Number(/data-wait-seconds="(\d+)"/.exec(markup)?.[1]);

  it('can be asked for again after the wait that the page counts down, and not before', async () => {
    const { town, phone, person, page } = await open({ resendMinSeconds: 30 });
    await town.codeTo(phone.to);
    expect(waitIn(page)).toBeGreaterThan(20);
    expect(waitIn(page)).toBeLessThanOrEqual(30);
    expect(page.markup).toMatch(
      /<noscript><p class="hint">You can ask for a new code in \d\d seconds\.<\/p><\/noscript>/,
    );
    const early = await person.submit(page, '/send');
    expect(early).toMatchObject({ status: 429, heading: 'Check your phone' });
    expect(Number(early.headers['retry-after'])).toBeGreaterThan(0);
    expect(early.markup).toMatch(
      /role="alert">A code was sent a moment ago\. You can ask for a new one in \d+ seconds/,
    );
    expect(early.markup).toContain('id="code"');
    system.clock.advance(31_000);
    const sent = await person.submit(early, '/send');
    expect(sent).toMatchObject({ status: 200, heading: 'Check your phone' });
    expect(waitIn(sent)).toBeGreaterThan(50);
    expect((await person.submit(sent, '/verify', { code: await town.codeTo(phone.to) })).leftTo).toContain(
      'twofold_code=',
    );
  });

  it('is sent once, however often one form is', async () => {
    const { town, phone, person, page } = await open({});
    await town.codeTo(phone.to);
    const before = system.inbox.list({ to: phone.to }).length;
    await Promise.all([1, 2, 3].map(() => person.submit(page, '/send')));
    await town.codeTo(phone.to);
    expect(system.inbox.list({ to: phone.to })).toHaveLength(before + 1);
  });

  it('is refused in words where one went there a moment before for another login', async () => {
    const { again, phone, town } = await open({ resendMinSeconds: 30 });
    await town.codeTo(phone.to);
    const { page, person } = await again();
    expect(page).toMatchObject({ status: 200, heading: 'Get a code' });
    expect(page.markup).toMatch(/role="alert">That is the limit for now\. Try again in \d+ seconds/);
    expect(waitIn(page)).toBeGreaterThan(20);
    expect(formsOf(page).some(({ action }) => action.endsWith('/verify'))).toBe(false);
    system.clock.advance(61_000);
    const later = await person.open(page.path);
    expect(later.text).not.toContain('the limit');
    expect((await person.submit(later, '/send')).heading).toBe('Check your phone');
  });

  it('is refused in words at a limit', async () => {
    const quotas = { ...(accountSettings['quotas'] as object), destinationPerHour: 1 };
    const { page: first, again } = await open({ quotas });
    expect(first.text).toContain('No more codes can be sent for now.');
    const { person, page } = await again();
    const told = await person.submit(page, '/send');
    expect(told.status).toBe(429);
    expect(told.text).toMatch(
      /That is the limit for now\. Try again in \d+ (minutes|hours|seconds), or choose another way\./,
    );
  });

  it('cannot be asked for when all of its messages are used up', async () => {
    const { page } = await open({ sendsPerChallenge: 1 });
    expect(page.text).toContain('No more codes can be sent for now.');
    expect(formsOf(page).some(({ action }) => action.endsWith('/send'))).toBe(false);
  });

  it('expires in words, and another can be asked for', async () => {
    const { town, phone, person, page } = await open({});
    const code = await town.codeTo(phone.to);
    system.clock.advance(301_000);
    const told = await person.submit(page, '/verify', { code });
    expect(told.text).toContain('That code has expired. Ask for a new one.');
    expect((await person.open(page.path)).text).toContain('That code has expired.');
    const sent = await person.submit(told, '/send');
    expect((await person.submit(sent, '/verify', { code: await town.codeTo(phone.to) })).leftTo).toContain(
      'twofold_code=',
    );
  });

  it('stays good while another way is looked at', async () => {
    const { town, phone, person, page, account } = await open({});
    await town.address(account, 'email');
    const code = await town.codeTo(phone.to);
    await person.submit(await person.open(`${page.path}/methods`), '/send');
    expect((await must(town.call('GET', `/v1/accounts/${account}`))).methods).toHaveLength(2);
    const back = await person.submit(page, '/verify', { code });
    expect(back.leftTo).toContain('twofold_code=');
  });
});
