import type { OwnSettings } from '#core/settings.ts';
import type { Answer, Body, Call } from './call.ts';
import { aPhone, anEmail, codeIn, eventually, generousSettings } from './installation.ts';
import { uniqueName } from './services.ts';
import type { System } from './system.ts';
import { codeOfStep, stepOf, type App } from './totp.ts';

/** Where pages of the tests lead back to, and limits that no test meets by accident. */
export const accountSettings: OwnSettings = { ...generousSettings, returnUrls: ['https://app.example.com/back'] };
export const returnUrl = 'https://app.example.com/back';

export type Method = { readonly id: string };
export type OwnApp = Method &
  App & { /** Its next code, never one that was shown before. */ readonly next: () => string };
export type OwnAddress = Method & { readonly to: string };

/** Answers a call that has to succeed. */
export async function must(answer: Promise<Answer>): Promise<Body> {
  const { status, text, json } = await answer;
  if (status >= 300) throw new Error(`it was answered ${status} ${text}`);
  return json;
}

/** People of one tenant, as its application and their own hands see them. Their clocks are the system's. */
export function createPeople({ call, clock, inbox }: Pick<System, 'call' | 'clock' | 'inbox'>) {
  const received = new Map<string, number>();

  const post = (path: string, body: object = {}, headers = {}) => call('POST', path, body, headers);

  /** The code of the next message to an address that was just asked for; notices are passed over. */
  async function codeTo(to: string): Promise<string> {
    const count = (received.get(to) ?? 0) + 1;
    const message = await eventually(`code ${count} to one address`, () => {
      const codes = inbox.list({ to }).filter(({ challengeId }) => challengeId !== undefined);
      return codes.length >= count && codes[0];
    });
    received.set(to, count);
    return codeIn(message);
  }

  /** A code that an app does not show now, nor a step before or after. */
  function wrongFor(app: App): string {
    const step = stepOf(clock.now(), app);
    const shown = [-1, 0, 1, 2].map((offset) => codeOfStep(app, step + offset));
    return ['111111', '222222', '333333', '444444', '555555'].find((code) => !shown.includes(code)) ?? '';
  }

  /** Codes of an app, each of a step of its own: the clock goes on by one step where this one's was taken. */
  function codesOf(app: App): () => string {
    let last = -1;
    return () => {
      if (stepOf(clock.now(), app) <= last) clock.advance((app.period ?? 30) * 1_000);
      last = stepOf(clock.now(), app);
      return codeOfStep(app, last);
    };
  }

  return {
    post,
    codeTo,
    codesOf,
    wrongFor,
    /** An account of a user that is nobody else. */
    async account(profile: object = {}): Promise<string> {
      return (await must(post('/v1/accounts', { userId: uniqueName('user'), ...profile }))).id;
    },
    async app(accountId: string, parameters: Omit<App, 'secret'> = {}, label?: string): Promise<OwnApp> {
      const begun = await must(post(`/v1/accounts/${accountId}/methods`, { type: 'totp', ...(label && { label }) }));
      const app = { secret: begun.secret as string, ...parameters };
      const next = codesOf(app);
      const path = `/v1/accounts/${accountId}/enrolments/${begun.enrolmentId}/confirm`;
      const { method } = await must(post(path, { code: next() }));
      return { ...app, id: method.id, next };
    },
    async address(
      accountId: string,
      type: 'sms' | 'email',
      to = type === 'sms' ? aPhone() : anEmail(),
    ): Promise<OwnAddress> {
      const { enrolmentId } = await must(post(`/v1/accounts/${accountId}/methods`, { type, to }));
      const code = await codeTo(to);
      const { method } = await must(post(`/v1/accounts/${accountId}/enrolments/${enrolmentId}/confirm`, { code }));
      return { id: method.id, to };
    },
    async backupCodes(accountId: string): Promise<{ readonly id: string; readonly codes: string[] }> {
      const { codes } = await must(post(`/v1/accounts/${accountId}/backup-codes`));
      const { methods } = await must(call('GET', `/v1/accounts/${accountId}`));
      return { id: methods.find((one: Body) => one.type === 'backup-codes').id, codes };
    },
    async login(accountId: string, more: object = {}): Promise<Body> {
      return must(post('/v1/logins', { accountId, ...more }));
    },
    /** Sends a code for a login and reads it off the message. */
    async sent(loginId: string, { id, to }: OwnAddress): Promise<string> {
      await must(post(`/v1/logins/${loginId}/send`, { methodId: id }));
      return codeTo(to);
    },
    async verify(loginId: string, methodId: string, code: string): Promise<Body> {
      return must(post(`/v1/logins/${loginId}/verify`, { methodId, code }));
    },
    async read(accountId: string): Promise<Body> {
      return must(call('GET', `/v1/accounts/${accountId}`));
    },
  };
}

export type People = ReturnType<typeof createPeople>;

/** A tenant with people of its own. */
export async function newTown(system: System, settings: OwnSettings = accountSettings) {
  const tenant = await system.newTenant(settings);
  return { ...tenant, ...createPeople({ ...system, call: tenant.call }) };
}

export type Town = Awaited<ReturnType<typeof newTown>>;

/** The handle in the address of a page. */
export const handleIn = (pageUrl: string): string => pageUrl.slice(pageUrl.lastIndexOf('/') + 1);

/** Calls with the token of a page in place of a key. */
export const asPage =
  (call: Call, token: string): Call =>
  (method, path, body, headers = {}) =>
    call(method, path, body, { ...headers, authorization: `Bearer ${token}` });

/** An answer without the signature of its proof: a repeated proof is signed anew, over the same claims. */
export const unsigned = ({ status, text }: Answer) => ({
  status,
  text: text.replace(/(eyJ[\w-]+\.[\w-]+)\.[\w-]{86}/, '$1'),
});

/** The same but for its last sign. */
export const altered = (text: string): string => `${text.slice(0, -1)}${text.endsWith('A') ? 'E' : 'A'}`;
