import { expect, it } from 'vitest';
import { describeBrowser, expectGoodPage } from '../support/browser.ts';
import { startStandalone } from '../support/standalone-process.ts';

describeBrowser('The sandbox inbox', (visit) => {
  it('shows messages as a phone and a mailbox would, and new ones by itself', async () => {
    const { process, call } = await startStandalone({});
    const page = await visit();
    await page.goto(`${process.url}/sandbox`);
    expect(await page.locator('.phone').textContent()).toContain('Nothing yet');
    await call('POST', '/v1/challenges', { channel: 'sms', to: '+4915112345678' });
    await call('POST', '/v1/challenges', { channel: 'email', to: 'ada@example.com' });
    await page.locator('.phone .sms').waitFor();
    await page.locator('.mailbox .mail').waitFor();
    expect(await page.locator('.phone .sms').textContent()).toMatch(/\+4915112345678.*\d{6}/s);
    expect(await page.frameLocator('.mail iframe').locator('body').textContent()).toMatch(/\d{6}/);
    await expectGoodPage(page);
  });

  it('is a good page on a narrow screen in the dark, and works without scripts', async () => {
    const { process, call } = await startStandalone({});
    await call('POST', '/v1/challenges', { channel: 'email', to: 'ada@example.com' });
    await call('POST', '/v1/challenges', { channel: 'email', to: `${'ada'.repeat(20)}@long.example.com` });
    const narrow = await visit({ screen: 'narrow', colours: 'dark' });
    await narrow.goto(`${process.url}/sandbox`);
    await narrow.locator('.mail').first().waitFor();
    await expectGoodPage(narrow);
    const plain = await visit({ javaScript: false });
    await plain.goto(`${process.url}/sandbox?to=ada@example.com`);
    expect(await plain.locator('.mail').count()).toBe(1);
    await plain.goto(`${process.url}/sandbox?to=eve@example.com`);
    expect(await plain.locator('.mail').count()).toBe(0);
  });
});
