import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage, type Visitor } from '../support/browser.ts';
import { startStandalone } from '../support/standalone-process.ts';
import { codeAt } from '../support/totp.ts';
import { startWalk, type Walk } from '../support/walk.ts';

/** Each step of the model's page on two-factor authentication, with scripts at a desk and without any on a phone. */
const visitors: [string, Visitor][] = [
  ['with scripts, at a desk', {}],
  ['without scripts, on a phone', { javaScript: false, screen: 'phone' }],
];
const stepMs = 30_000;

const turnOn = (walk: Walk, name: string) => walk.page.getByRole('switch', { name }).click();
const enter = async (walk: Walk, code: string, button: string) => {
  await walk.page.getByLabel('Code', { exact: true }).fill(code);
  await walk.press(button);
};
const expectOn = async (walk: Walk, name: string) => {
  await walk.expectHeading('Two-factor authentication');
  expect(await walk.page.getByRole('switch', { name }).getAttribute('aria-checked')).toBe('true');
};

/** Toggle, scan, enter the code, done. Answers the secret. */
async function enrolApp(walk: Walk): Promise<string> {
  await walk.openSecurity();
  await turnOn(walk, 'Authenticator app');
  await walk.expectHeading('Set up an authenticator app');
  const secret = (await walk.page.locator('.key code').textContent())?.replaceAll(' ', '') ?? '';
  await enter(walk, codeAt({ secret }, Date.now()), 'Confirm');
  await walk.expectHeading('Your app is set up');
  expect(await walk.page.locator('main').textContent()).toContain('you will need the code of your app');
  await walk.page.getByRole('link', { name: 'Done' }).click();
  await expectOn(walk, 'Authenticator app');
  return secret;
}

describeBrowser('The steps of two-factor authentication', (visit) => {
  const story = (visitor: Visitor) => async () => {
    const page = await visit(visitor);
    const walk = await startWalk(await startStandalone({}), page);
    await walk.signUp();
    await page.getByRole('heading', { name: 'Welcome, Ada Lovelace' }).waitFor();
    const good = () => (visitor.javaScript === false ? Promise.resolve() : expectGoodPage(page));
    return { page, walk, good };
  };

  it.each(visitors)('lead to a login by an authenticator app, %s', async (_how, visitor) => {
    const { page, walk, good } = await story(visitor)();
    const secret = await enrolApp(walk);
    await good();
    await walk.logOut();
    await walk.logIn();
    await walk.expectHeading('Enter the code from your app');
    await good();
    await enter(walk, codeAt({ secret }, Date.now()) === '000000' ? '000001' : '000000', 'Continue');
    await page.getByText('That code is not right.').first().waitFor();
    await good();
    // The step that confirmed the app is used up; the next one is within what is taken.
    await enter(walk, codeAt({ secret }, Date.now() + stepMs), 'Continue');
    await walk.expectHeading('Welcome, Ada Lovelace');
    expect(new URL(page.url()).search).toBe('');
  });

  it.each(visitors)('lead to a login by SMS, %s', async (_how, visitor) => {
    const { page, walk, good } = await story(visitor)();
    const number = '+4915112345678';
    await walk.openSecurity();
    await turnOn(walk, 'SMS');
    await walk.expectHeading('Set up text messages');
    await good();
    await page.getByLabel('Phone number').fill(number);
    await walk.press('Send code');
    await walk.expectHeading('Enter the code');
    await good();
    await enter(walk, await walk.codeSentTo(number, 1), 'Confirm');
    await walk.expectHeading('Text messages are set up');
    await page.getByRole('link', { name: 'Done' }).click();
    await expectOn(walk, 'SMS');
    await walk.logOut();
    await walk.logIn();
    await walk.expectHeading('Check your phone');
    expect(await page.locator('main').textContent()).not.toContain(number);
    await good();
    await enter(walk, await walk.codeSentTo(number, 2), 'Continue');
    await walk.expectHeading('Welcome, Ada Lovelace');
  });

  it.each(visitors)('lead to a login by email, %s', async (_how, visitor) => {
    const { page, walk, good } = await story(visitor)();
    await walk.openSecurity();
    await turnOn(walk, 'Email');
    await walk.expectHeading('Set up email');
    await good();
    expect(await page.getByLabel('Email address').inputValue()).toBe(walk.email);
    await walk.press('Send code');
    await enter(walk, await walk.codeSentTo(walk.email, 1), 'Confirm');
    await walk.expectHeading('Email is set up');
    await page.getByRole('link', { name: 'Done' }).click();
    await expectOn(walk, 'Email');
    await walk.logOut();
    await walk.logIn();
    await walk.expectHeading('Check your email');
    const code = await walk.codeSentTo(walk.email, 2);
    await enter(walk, `${code.slice(0, 3)} ${code.slice(3)}`, 'Continue');
    await walk.expectHeading('Welcome, Ada Lovelace');
  });

  it.each(visitors)('lead to a login by a backup code, and another way when it is used, %s', async (_how, visitor) => {
    const { page, walk, good } = await story(visitor)();
    const secret = await enrolApp(walk);
    await turnOn(walk, 'Backup codes');
    await walk.expectHeading('Confirm that it is you');
    await good();
    await enter(walk, codeAt({ secret }, Date.now() + stepMs), 'Confirm');
    await walk.expectHeading('Save your backup codes');
    await good();
    const codes = await page.locator('ul.codes li').allTextContents();
    expect(codes).toHaveLength(10);
    const [download] = await Promise.all([page.waitForEvent('download'), walk.press('Download')]);
    expect(download.suggestedFilename()).toBe('backup-codes.txt');
    await walk.press('I have saved them');
    await page.getByRole('link', { name: 'Done' }).click();
    await expectOn(walk, 'Backup codes');
    const useCode = async (code: string) => {
      await walk.logOut();
      await walk.logIn();
      await page.getByRole('link', { name: 'Try another way' }).click();
      await walk.expectHeading('Choose another way');
      await good();
      await page
        .getByRole('button', { name: 'Backup code' })
        .or(page.getByRole('link', { name: 'Backup code' }))
        .click();
      await walk.expectHeading('Enter a backup code');
      await enter(walk, code, 'Continue');
    };
    await useCode((codes[0] ?? '').toLowerCase());
    await walk.expectHeading('Welcome, Ada Lovelace');
    await useCode(codes[0] ?? '');
    await page
      .getByText(/not right|used already/)
      .first()
      .waitFor();
  });
});
