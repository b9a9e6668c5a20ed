import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage, type Visitor } from '../support/browser.ts';
import { startStandalone } from '../support/standalone-process.ts';
import { codeAt } from '../support/totp.ts';
import { startWalk } from '../support/walk.ts';

/** `npm run screenshots` sets it: the pages of the tour are then kept as pictures there. */
const folder = process.env.SCREENSHOTS;

const visitors: [string, Visitor][] = [
  ['on a narrow screen, in the dark', { screen: 'narrow', colours: 'dark', reducedMotion: true }],
  ['at a desk', {}],
];

describeBrowser('The main pages', (visit) => {
  it.each(visitors)('are good pages %s', async (_how, visitor) => {
    const page = await visit(visitor);
    const standing = await startStandalone({});
    const walk = await startWalk(standing, page);
    const seen: string[] = [];
    const see = async (name: string, fullPage = true) => {
      seen.push(name);
      await expectGoodPage(page);
      if (folder === undefined || visitor.screen !== undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.setViewportSize({ width: fullPage ? 760 : 1_280, height: fullPage ? 560 : 800 });
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
      await page.setViewportSize({ width: 1_280, height: 800 });
    };
    await walk.signUp();
    await walk.openSecurity();
    await page.getByRole('switch', { name: 'Authenticator app' }).click();
    await walk.expectHeading('Set up an authenticator app');
    await see('enrol-app');
    const secret = (await page.locator('.key code').textContent())?.replaceAll(' ', '') ?? '';
    await page.getByLabel('Code', { exact: true }).fill(codeAt({ secret }, Date.now()));
    await walk.press('Confirm');
    await page.getByRole('link', { name: 'Done' }).click();
    await page.getByRole('switch', { name: 'Email' }).click();
    await walk.expectHeading('Confirm that it is you');
    await see('step-up');
    await page.getByLabel('Code', { exact: true }).fill(codeAt({ secret }, Date.now() + 30_000));
    await walk.press('Confirm');
    await walk.press('Send code');
    await page.getByLabel('Code', { exact: true }).fill(await walk.codeSentTo(walk.email, 1));
    await walk.press('Confirm');
    await walk.press('Get backup codes');
    await walk.expectHeading('Save your backup codes');
    await see('backup-codes');
    await walk.press('I have saved them');
    await page.getByRole('link', { name: 'Done' }).click();
    await walk.expectHeading('Two-factor authentication');
    await see('security-tab');
    await walk.logOut();
    await walk.logIn();
    await walk.expectHeading('Enter the code from your app');
    await see('login');
    await page.getByRole('link', { name: 'Try another way' }).click();
    await walk.expectHeading('Choose another way');
    await see('another-way');
    await page.goto(`${standing.process.url}/sandbox`);
    await page.locator('.mail').first().waitFor();
    await see('sandbox');
    const { apiKey } = JSON.parse(readFileSync(join(standing.folder, 'dev.json'), 'utf8')) as { apiKey: string };
    await page.goto(`${standing.process.url.replace('127.0.0.1', 'localhost')}/admin`);
    await page.getByLabel('API key').fill(apiKey);
    await walk.press('Sign in');
    await walk.expectHeading('Two-factor authentication');
    await see('administration', false);
    await page.getByRole('link', { name: 'Delivery' }).click();
    await walk.expectHeading(/deliver/i);
    await see('deliveries');
    expect(seen).toHaveLength(9);
  });
});
