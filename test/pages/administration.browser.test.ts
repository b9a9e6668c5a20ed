import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage, overflowOf } from '../support/browser.ts';
import { readDevelopment, startStandalone, type Standing } from '../support/standalone-process.ts';

const storyMsMax = 120_000;

const siteOf = ({ process }: Standing) => process.url.replace('127.0.0.1', 'localhost');

async function signIn(page: Page, standing: Standing): Promise<void> {
  await page.goto(`${siteOf(standing)}/admin`);
  await page.getByLabel('API key').fill(readDevelopment(standing.folder)?.apiKey ?? '');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Two-factor authentication', level: 1 }).waitFor();
}

/** Presses Tab until a control has the focus: whoever has no mouse gets there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 300; presses += 1) {
    if (await page.locator(selector).evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`nobody gets to ${selector} by Tab`);
}

describeBrowser('The administration', (visit) => {
  it(
    'changes a lifetime and a text by keyboard, with a preview while typing, and saves after a review',
    async () => {
      const standing = await startStandalone({});
      const page = await visit();
      await page.goto(`${siteOf(standing)}/admin`);
      await expectGoodPage(page);
      await signIn(page, standing);
      await expectGoodPage(page);

      await tabTo(page, '[name="methods.sms.codeLifetimeSeconds"]');
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type('120');
      const inherits = page.locator('[name="inherit:methods.sms.codeLifetimeSeconds"]');
      expect(await inherits.isChecked()).toBe(false);
      await tabTo(page, '[name="add-sms"]');
      await page.keyboard.type('de');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const text = page.locator('[name="sms|de"]');
      await text.fill('Nur für Sie: {{code}}');
      await page.locator('[data-preview="sms|de"] .message', { hasText: 'Nur für Sie: 123456' }).waitFor();
      expect(await page.locator('[data-preview="sms|de"]').textContent()).toContain('One segment, GSM alphabet');
      await expectGoodPage(page);

      await page.locator('[name="add-email"]').fill('fr');
      await page.locator('button[value="add:email"]').click();
      const tab = page.context().waitForEvent('page');
      await page.getByRole('button', { name: 'Show the HTML in fr in a new tab' }).click();
      await (await tab).getByText('123456', { exact: true }).last().waitFor();
      // A tab of its own must not keep the form from being sent right after.
      for (const name of ['subject|fr', 'text|fr', 'html|fr']) await page.locator(`[name="${name}"]`).fill('');
      await page.getByRole('button', { name: 'Review changes' }).last().click();
      await page.getByRole('heading', { name: 'Review changes' }).waitFor();
      expect(await page.locator('table').textContent()).toContain('Codes sent by SMS live 120 s instead of 300 s.');
      await expectGoodPage(page);
      await page.getByRole('button', { name: 'Save changes' }).press('Enter');
      await page.getByText('Saved as version').waitFor();
      const { json } = await standing.call('GET', '/v1/settings');
      expect(json.settings.methods.sms).toEqual({
        codeLifetimeSeconds: 120,
        template: { de: 'Nur für Sie: {{code}}' },
      });
    },
    storyMsMax,
  );

  it(
    'does the same without scripts, on a narrow screen',
    async () => {
      const standing = await startStandalone({});
      const page = await visit({ javaScript: false, screen: 'narrow' });
      await signIn(page, standing);
      await page.locator('[name="methods.sms.codeLifetimeSeconds"]').fill('7');
      await page.locator('[name="methods.email.offered"]').click();
      await page.locator('form.settings').evaluate((form: { noValidate: boolean }) => (form.noValidate = true));
      await page.getByRole('button', { name: 'Review changes' }).last().click();
      await page.getByRole('alert').getByText('Code lifetime').click();
      expect(await page.locator('.fault').first().textContent()).toBe('Must be a whole number from 30 to 600.');
      await page.locator('[name="methods.sms.codeLifetimeSeconds"]').fill('60');
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Review changes' }).last().click();
      expect(await overflowOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByText('Saved as version').waitFor();
      const { json } = await standing.call('GET', '/v1/settings');
      expect(json.settings.methods).toMatchObject({ sms: { codeLifetimeSeconds: 60 }, email: { offered: false } });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    },
    storyMsMax,
  );

  it(
    'is made of good pages, in the dark and on a narrow screen as well',
    async () => {
      const standing = await startStandalone({});
      await standing.call('POST', '/v1/challenges', { channel: 'sms', to: '+4915112345678' });
      await standing.call('PUT', '/v1/settings', { branding: { name: 'Acme', colour: '#ffcc00' } });
      const { json } = await standing.call('POST', '/v1/accounts', { userId: 'ada', email: 'ada@example.com' });
      const paths = [
        'two-factor',
        'versions',
        'versions/1',
        'keys',
        'accounts',
        `accounts/${json.id}`,
        'providers',
        'delivery',
      ];
      for (const colours of ['light', 'dark'] as const) {
        const page = await visit({ screen: 'narrow', colours });
        await signIn(page, standing);
        for (const path of paths) {
          await page.goto(`${siteOf(standing)}/admin/${path}`);
          await expectGoodPage(page);
          expect(await page.locator('[aria-current="page"]').count(), `the place of ${path}`).toBe(1);
        }
      }
    },
    storyMsMax,
  );
});
