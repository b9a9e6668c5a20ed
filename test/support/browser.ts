// This file makes suites and is none: titles and bodies come from its callers.
/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/expect-expect */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findChromium, launchChromium } from '../../scripts/browser/chromium.ts';

/** How somebody comes to a page. */
export type Visitor = {
  readonly javaScript?: boolean;
  /** desktop 1280 × 800, phone 390 × 844 with touch, narrow 320 × 640. */
  readonly screen?: 'desktop' | 'phone' | 'narrow';
  readonly colours?: 'light' | 'dark';
  readonly locale?: string;
  readonly reducedMotion?: boolean;
};

/** Opens a page in a browser context of its own, which ends with the test. */
export type Visit = (visitor?: Visitor) => Promise<Page>;

const screens = {
  desktop: { viewport: { width: 1_280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  narrow: { viewport: { width: 320, height: 640 } },
} as const;

const waitMsMax = 15_000;

export function contextOptions(visitor: Visitor = {}): BrowserContextOptions {
  return {
    ...screens[visitor.screen ?? 'desktop'],
    javaScriptEnabled: visitor.javaScript ?? true,
    colorScheme: visitor.colours ?? 'light',
    locale: visitor.locale ?? 'en-US',
    reducedMotion: visitor.reducedMotion ? 'reduce' : 'no-preference',
  };
}

/**
 * A suite in a real browser, in a file named `*.browser.test.ts`. Without a Chromium it is reported as one skipped test with
 * the reason; with REQUIRE_SERVICES=1 as one failed.
 */
export function describeBrowser(title: string, body: (visit: Visit) => void): void {
  if (findChromium() === undefined) {
    describe(`${title} (no Chromium on this machine)`, () => {
      it('has a browser', (context) => {
        if (process.env.REQUIRE_SERVICES === '1') throw new Error('no Chromium on this machine');
        context.skip('no Chromium on this machine');
      });
    });
    return;
  }
  describe(title, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());
    body(async (visitor) => {
      const context = await browser.newContext(contextOptions(visitor));
      context.setDefaultTimeout(waitMsMax);
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
      });
      onTestFinished(() => expect(complaints, 'what the browser complained about').toEqual([]));
      return page;
    });
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Violation = {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** What axe finds wrong with the page as it is (WCAG 2.2 A and AA, best practices); the page must allow scripts. */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- axe was put there a line above
    const { axe } = globalThis as any;
    const found = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.violations as Violation[];
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}\n${failureSummary}`),
  );
}

/** How many pixels the page is wider than its window; 0 where nobody has to scroll sideways. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Holds of every page of ours: no violation, no sideways scrolling, a title, one main heading, a language. */
export async function expectGoodPage(page: Page): Promise<void> {
  expect(
    await violationsOn(page),
    `axe on ${new URL(page.url()).pathname.split('/')[1]}: ${await page.title()}`,
  ).toEqual([]);
  expect(await overflowOf(page), `sideways scrolling on: ${await page.title()}`).toBe(0);
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toMatch(/^[a-z]{2}/);
}
