import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage } from '../support/browser.ts';
import { codeAt } from '../support/totp.ts';
import type { Call } from '../support/call.ts';
import { must } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { startStandalone } from '../support/standalone-process.ts';

const returnUrl = 'http://localhost:9999/';

async function openTab(call: Call, page: Page, url: string): Promise<void> {
  const settings = await call('GET', '/v1/settings');
  const methods = {
    totp: { offered: true },
    sms: { offered: true },
    email: { offered: true },
    backupCodes: { offered: true },
  };
  const own = { useSystemSettings: false, returnUrls: [returnUrl], methods };
  await must(call('PUT', '/v1/settings', own, { 'if-match': settings.headers['etag'] ?? '' }));
  const { id } = await must(call('POST', '/v1/accounts', { userId: uniqueName('user'), email: 'ada@example.com' }));
  const { pageUrl } = await must(call('POST', `/v1/accounts/${id}/pages`, { returnUrl }));
  await page.goto(String(pageUrl).replace(/^http:\/\/[^/]+/, url.replace('127.0.0.1', 'localhost')));
}

const keyOn = async (page: Page) => ((await page.textContent('.key code')) ?? '').replaceAll(' ', '');

describeBrowser('The Security tab', (visit) => {
  for (const visitor of [
    { screen: 'desktop' },
    { screen: 'narrow', colours: 'dark' },
    { javaScript: false },
  ] as const) {
    it(`sets an app and backup codes up on good pages: ${JSON.stringify(visitor)}`, async () => {
      const { process, call } = await startStandalone({});
      const page = await visit(visitor);
      const good = async (heading: string) => {
        await page.locator('h1', { hasText: heading }).waitFor();
        if (!('javaScript' in visitor)) await expectGoodPage(page);
      };
      await openTab(call, page, process.url);
      await good('Two-factor authentication');
      await page.getByRole('switch', { name: 'Authenticator app' }).press('Space');
      await good('Set up an authenticator app');
      const secret = await keyOn(page);
      await page.fill('#code', '000');
      await page.press('#code', 'Enter');
      await good('Set up an authenticator app');
      expect(await page.getAttribute('#code', 'aria-invalid')).toBe('true');
      await page.fill('#code', codeAt({ secret }, Date.now() - 30_000));
      await page.press('#code', 'Enter');
      await good('Your app is set up');
      await page.getByRole('button', { name: 'Get backup codes' }).press('Enter');
      await good('Confirm that it is you');
      await page.fill('#code', codeAt({ secret }, Date.now()));
      await page.press('#code', 'Enter');
      await good('Save your backup codes');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download' }).press('Enter');
      expect((await download).suggestedFilename()).toBe('backup-codes.txt');
      await page.getByRole('button', { name: 'I have saved them' }).press('Enter');
      await good('Your backup codes are ready');
      await page.getByRole('link', { name: 'Done' }).press('Enter');
      await good('Two-factor authentication');
      expect(await page.getByRole('switch', { name: 'Backup codes' }).getAttribute('aria-checked')).toBe('true');
      await page.getByRole('switch', { name: 'Authenticator app' }).press('Space');
      await good('Remove this method?');
      expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    });
  }
});
