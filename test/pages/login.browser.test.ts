import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage, type Visitor } from '../support/browser.ts';
import { enrolAddress } from '../support/accounts.ts';
import { eventually } from '../support/installation.ts';
import { must } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { startStandalone, type Standing } from '../support/standalone-process.ts';

const returnUrl = 'http://localhost:9999/back';

/** A person with a phone and a mailbox, whose login may be wrong three times. */
async function preparePerson({ call, process }: Standing) {
  const settings = await call('GET', '/v1/settings');
  const own = {
    useSystemSettings: false,
    returnUrls: [returnUrl],
    failuresBeforeLock: 3,
    branding: { name: 'Acme', colour: '#ffd54a', supportUrl: 'mailto:help@example.com' },
  };
  await must(call('PUT', '/v1/settings', own, { 'if-match': settings.headers['etag'] ?? '' }));
  const { id } = await must(call('POST', '/v1/accounts', { userId: uniqueName('user') }));
  const messagesTo = (to: string, count = 1) =>
    eventually(`message ${count} to one address`, async () => {
      const { json } = await call('GET', `/sandbox/messages?to=${encodeURIComponent(to)}`);
      return json.length >= count && (json as { text: string }[]);
    });
  await enrolAddress({ call, messagesTo }, id, 'sms', '+4915112345678');
  await enrolAddress({ call, messagesTo }, id, 'email', 'ada@example.com');
  const open = async (page: Page) => {
    const { pageUrl } = await must(call('POST', '/v1/logins', { accountId: id, returnUrl, state: 'mine' }));
    await page.goto(String(pageUrl).replace(/^http:\/\/[^/]+/, process.url.replace('127.0.0.1', 'localhost')));
  };
  return { open };
}

const visitors: [string, Visitor][] = [
  ['at a desk', {}],
  ['on a narrow screen, in the dark', { screen: 'narrow', colours: 'dark', reducedMotion: true }],
];

const focusedText = (page: Page): Promise<string> =>
  page.evaluate('(document.activeElement?.id || document.activeElement?.textContent || "").trim()');

/** Goes on by Tab until that has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let count = 0; count < 20; count += 1) {
    if ((await focusedText(page)).startsWith(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab leads to no "${text}"`);
}

describeBrowser('The login page', (visit) => {
  it.each(visitors)('is walked by keyboard alone, %s', async (_how, visitor) => {
    const { open } = await preparePerson(await startStandalone({}));
    const page = await visit(visitor);
    const good = async (heading: string) => {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await expectGoodPage(page);
    };
    await open(page);
    await good('Check your phone');
    expect(await focusedText(page)).toBe('code');
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByText('That code is not right.').waitFor();
    await good('Check your phone');
    expect(await focusedText(page)).toBe('code');
    expect(await page.locator('#code').getAttribute('aria-describedby')).toBe('code-fault');
    await tabTo(page, 'Try another way');
    await page.keyboard.press('Enter');
    await good('Choose another way');
    await tabTo(page, 'Code from support');
    await page.keyboard.press('Enter');
    await good('Enter the code from support');
    await page.goBack();
    await good('Choose another way');
    await tabTo(page, 'I can’t use any of these');
    await page.keyboard.press('Enter');
    await good('Get help logging in');
    await page.goBack();
    await tabTo(page, 'Email');
    await page.keyboard.press('Enter');
    await good('Check your email');
    await tabTo(page, 'Cancel and return to Acme');
    // Nobody listens there: that the browser asks is enough.
    const back = page.waitForRequest((request) => request.url().startsWith(returnUrl));
    await page.keyboard.press('Enter');
    expect(Object.fromEntries(new URL((await back).url()).searchParams)).toMatchObject({
      twofold_error: 'canceled',
      state: 'mine',
    });
  });

  it('counts the wait down, and goes on with it where it was when it is loaded again', async () => {
    const { open } = await preparePerson(await startStandalone({}));
    const page = await visit();
    await open(page);
    const button = page.getByRole('button', { name: /New code in 0:[0-3]\d/ });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    const left = async () => Number(/0:(\d\d)/.exec((await button.textContent()) ?? '')?.[1]);
    const before = await left();
    await eventually('a second less', async () => (await left()) < before);
    await page.reload();
    await button.waitFor();
    expect(await left()).toBeLessThan(before);
  });

  it('shows a lock in its list, in the time of the person', async () => {
    const { open } = await preparePerson(await startStandalone({}));
    const page = await visit({ locale: 'de-DE' });
    await open(page);
    for (let count = 0; count < 3; count += 1) {
      await page.locator('#code').fill(`00000${count}`);
      await Promise.all([page.waitForEvent('load'), page.locator('#code').press('Enter')]);
    }
    await page.getByRole('heading', { level: 1, name: 'Anderen Weg wählen' }).waitFor();
    await expectGoodPage(page);
    expect(await page.locator('.choice.closed').textContent()).toMatch(
      /Gesperrt nach zu vielen falschen Codes\. Ab \d\d:\d\d/,
    );
    expect(await page.locator('.choice.closed').textContent()).not.toContain('UTC');
  });
});
