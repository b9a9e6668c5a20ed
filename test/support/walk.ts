import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { request } from 'undici';
import { eventually } from './installation.ts';
import type { Standing } from './standalone-process.ts';

/** Somebody in a browser, at the demo application of a development system. */
export type Walk = {
  readonly page: Page;
  /** Of the demo application. */
  readonly demoUrl: string;
  readonly email: string;
  signUp(): Promise<void>;
  /** Email and password; what follows is up to the settings and the account. */
  logIn(): Promise<void>;
  logOut(): Promise<void>;
  /** Menu ⋮ → Account → Security. */
  openSecurity(): Promise<void>;
  /** The code of the newest message to an address, once there are `count` of them. */
  codeSentTo(address: string, count: number): Promise<string>;
  press(name: string | RegExp): Promise<void>;
  expectHeading(words: string | RegExp): Promise<void>;
};

const password = 'correct horse battery';
let people = 0;

export async function startWalk({ process }: Standing, page: Page): Promise<Walk> {
  const demoUrl = await eventually('the demo application', () =>
    Promise.resolve(/demo application is at (http:\/\/localhost:\d+)/.exec(process.output())?.[1]),
  );
  people += 1;
  const email = `ada${people}@example.com`;
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
  const fill = async (fields: Readonly<Record<string, string>>) => {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  };
  return {
    page,
    demoUrl,
    email,
    press,
    async signUp() {
      await page.goto(`${demoUrl}/sign-up`);
      await fill({ Name: 'Ada Lovelace', Email: email, 'Password, at least 8 characters': password });
      await press('Sign up');
    },
    async logIn() {
      await page.goto(`${demoUrl}/log-in`);
      await fill({ Email: email, Password: password });
      await press('Log in');
    },
    async logOut() {
      await page.goto(demoUrl);
      await page.locator('summary').click();
      await press('Log out');
    },
    async openSecurity() {
      await page.goto(demoUrl);
      await page.locator('summary').click();
      await page.getByRole('link', { name: 'Account' }).click();
      await press('Security');
    },
    codeSentTo: (address, count) =>
      eventually(`message ${count} to ${address}`, async () => {
        const answer = await request(`${process.url}/sandbox/messages?to=${encodeURIComponent(address)}`);
        const messages = (await answer.body.json()) as { text: string; challengeId?: string }[];
        const codes = messages.filter(({ challengeId }) => challengeId !== undefined);
        return codes.length >= count ? /\b\d{6}\b/.exec(codes[0]?.text ?? '')?.[0] : undefined;
      }),
    expectHeading: async (words) => {
      await page.getByRole('heading', { level: 1, name: words }).waitFor();
      expect(await page.locator('h1').count()).toBe(1);
    },
  };
}
