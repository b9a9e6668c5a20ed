import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage } from '../support/browser.ts';
import { startStandalone } from '../support/standalone-process.ts';

describeBrowser('A page that has ended', (visit) => {
  it('says so, in any language, and is a good page', async () => {
    const { process } = await startStandalone({});
    const page = await visit({ locale: 'de-AT' });
    await page.goto(`${process.url.replace('127.0.0.1', 'localhost')}/login/at/nothing`);
    expect(await page.locator('h1').textContent()).toBe('Diese Seite ist beendet');
    await expectGoodPage(page);
  });
});
