import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../support/call.ts';
import { codeOf, type Deployment, type Doors } from '../support/doors.ts';
import { anEmail, generousSettings } from '../support/installation.ts';
import { handleIn, must, returnUrl } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { journalOf } from '../support/story.ts';
import { codeOfStep, stepOf } from '../support/totp.ts';

const crowd = 50;

const inParallel = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const tally = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

const verdict = ({ status, json }: Answer): string =>
  status < 300 ? (json?.reason ?? json?.result ?? String(status)) : json.code;

/** What must hold of accounts when many act at once. @param deploy starts what the crowd runs against */
export function testAccountRaces(deploy: () => Promise<Deployment>): void {
  let deployment: Deployment;
  let doors: Doors;
  const settings = { ...generousSettings, returnUrls: [returnUrl] };

  beforeAll(async () => {
    deployment = await deploy();
    doors = await deployment.enter(settings);
  });
  afterAll(() => deployment.close());

  const post = (path: string, body: object = {}, at: Doors = doors, index = 0) => at.door(index)('POST', path, body);
  const account = async (at = doors) =>
    (await must(post('/v1/accounts', { userId: uniqueName('user') }, at))).id as string;
  const login = async (accountId: string, more: object = {}, at = doors) =>
    must(post('/v1/logins', { accountId, ...more }, at));
  /** The code of the step after this one: the step that confirmed the app is burnt. */
  const nextCode = (secret: string) => codeOfStep({ secret }, stepOf(Date.now()) + 1);
  const begin = async (accountId: string, at = doors) =>
    must(post(`/v1/accounts/${accountId}/methods`, { type: 'totp' }, at));

  async function app(accountId: string, at = doors): Promise<{ id: string; secret: string }> {
    const { enrolmentId, secret } = await begin(accountId, at);
    const code = codeOfStep({ secret }, stepOf(Date.now()));
    const { method } = await must(post(`/v1/accounts/${accountId}/enrolments/${enrolmentId}/confirm`, { code }, at));
    return { id: method.id, secret };
  }

  /** One code at once in five open logins, through every door. */
  async function inFiveLogins(accountId: string, methodId: string, code: string): Promise<Record<string, number>> {
    const logins: string[] = [];
    for (let count = 0; count < 5; count += 1) logins.push((await login(accountId)).id);
    const answers = await inParallel(crowd, (index) =>
      post(`/v1/logins/${logins[index % 5]}/verify`, { methodId, code }, doors, index),
    );
    return tally(answers.map(verdict));
  }
  const passesOf = async (accountId: string) => {
    const events = await journalOf(deployment.foundation, accountId);
    return events.filter(({ type }) => type === 'login-approved').length;
  };

  it('approves one of 50 guesses with the code of one step, over five logins', async () => {
    const id = await account();
    const { id: methodId, secret } = await app(id);
    const verdicts = await inFiveLogins(id, methodId, nextCode(secret));
    expect(verdicts).toEqual({ approved: 1, 'already-approved': 9, replayed: 40 });
    expect(await passesOf(id)).toBe(1);
  });

  it('approves one of 50 logins that begin at once and take the code of one step', async () => {
    const id = await account();
    const { id: methodId, secret } = await app(id);
    const code = nextCode(secret);
    const answers = await inParallel(crowd, async (index) => {
      const begun = await post('/v1/logins', { accountId: id }, doors, index);
      return post(`/v1/logins/${begun.json.id}/verify`, { methodId, code }, doors, index + 1);
    });
    const { approved, ...others } = tally(answers.map(verdict));
    expect(approved).toBe(1);
    // Of those that a sixth has ended only the newest are still known.
    expect(Object.keys(others).every((word) => ['replayed', 'canceled', 'not-found', 'too-busy'].includes(word))).toBe(
      true,
    );
    expect(await passesOf(id)).toBe(1);
  });

  it('approves one of 50 guesses with one backup code, over five logins', async () => {
    const id = await account();
    await app(id);
    const { codes } = await must(post(`/v1/accounts/${id}/backup-codes`));
    const { methods } = await must(doors.door(0)('GET', `/v1/accounts/${id}`));
    const { approved, ...others } = await inFiveLogins(id, methods[1].id, codes[0]);
    expect(approved).toBe(1);
    // Used up it is a wrong code as any other, and ten of these lock.
    expect(others['wrong-code']).toBeLessThanOrEqual(10);
    const after = await must(doors.door(0)('GET', `/v1/accounts/${id}`));
    expect(after.methods[1]).toMatchObject({ type: 'backup-codes', codesLeft: 9 });
    expect(await passesOf(id)).toBe(1);
  });

  it('approves one of 50 guesses with one bypass code, over five logins', async () => {
    const id = await account();
    await app(id);
    const { code } = await must(post(`/v1/accounts/${id}/bypass-code`));
    const verdicts = await inFiveLogins(id, 'bypass', code);
    expect(verdicts).toEqual({ approved: 1, 'already-approved': 9, 'method-unavailable': 40 });
    expect(await passesOf(id)).toBe(1);
  });

  it('makes one method of 50 confirmations of one enrolment', async () => {
    const id = await account();
    const { enrolmentId, secret } = await begin(id);
    const code = codeOfStep({ secret }, stepOf(Date.now()));
    const path = `/v1/accounts/${id}/enrolments/${enrolmentId}/confirm`;
    const answers = await inParallel(crowd, (index) => post(path, { code }, doors, index));
    expect(tally(answers.map(verdict))).toEqual({ approved: 1, 'not-found': crowd - 1 });
    expect((await must(doors.door(1)('GET', `/v1/accounts/${id}`))).methods).toHaveLength(1);
  });

  it('enrols one address once of two enrolments that are confirmed at once', async () => {
    const [id, to] = [await account(), anEmail()];
    const enrolments = [];
    for (const count of [1, 2]) {
      const { enrolmentId } = await must(post(`/v1/accounts/${id}/methods`, { type: 'email', to }));
      enrolments.push({ enrolmentId, code: await codeOf(deployment, to, count) });
    }
    const answers = await Promise.all(
      enrolments.map(({ enrolmentId, code }, index) =>
        post(`/v1/accounts/${id}/enrolments/${enrolmentId}/confirm`, { code }, doors, index),
      ),
    );
    expect(tally(answers.map(verdict))).toEqual({ approved: 1, 'already-enrolled': 1 });
  });

  it('lets one of two forced logins be passed that enrol at once', async () => {
    const forced = await deployment.enter({ ...settings, enforcement: { mode: 'all' } });
    const id = await account(forced);
    const logins = [await login(id, {}, forced), await login(id, {}, forced)];
    const begun = [];
    for (const one of logins) {
      const enrolment = await must(post(`/v1/logins/${one.id}/methods`, { type: 'totp' }, forced));
      begun.push({
        path: `/v1/logins/${one.id}/enrolments/${enrolment.enrolmentId}/confirm`,
        secret: enrolment.secret,
      });
    }
    const answers = await Promise.all(
      begun.map(({ path, secret }, index) =>
        post(path, { code: codeOfStep({ secret }, stepOf(Date.now())) }, forced, index),
      ),
    );
    expect(tally(answers.map(verdict))).toEqual({ approved: 1, 'login-not-open': 1 });
    expect((await must(forced.door(0)('GET', `/v1/accounts/${id}`))).methods).toHaveLength(1);
  });

  it('keeps one method of two that are removed at once under enforcement', async () => {
    const forced = await deployment.enter({ ...settings, enforcement: { mode: 'all' } });
    const id = await account(forced);
    const both = [await app(id, forced), await app(id, forced)];
    const answers = await Promise.all(
      both.map(({ id: methodId }, index) => forced.door(index)('DELETE', `/v1/accounts/${id}/methods/${methodId}`)),
    );
    expect(tally(answers.map(verdict))).toEqual({ 204: 1, 'last-method-enforced': 1 });
  });

  it('opens a page once of 50 who have its handle, and gives its result to one of 50 who have its code', async () => {
    const id = await account();
    const { id: methodId, secret } = await app(id);
    const { id: loginId, pageUrl } = await login(id, { returnUrl });
    const opened = await inParallel(crowd, (index) =>
      post('/v1/pages/sessions', { handle: handleIn(pageUrl) }, doors, index),
    );
    expect(tally(opened.map(({ status }) => String(status)))).toEqual({ 201: 1, 404: crowd - 1 });
    const token = opened.find(({ status }) => status === 201)?.json.token;
    const body = { methodId, code: nextCode(secret) };
    const passed = await doors.door(0)('POST', `/v1/logins/${loginId}/verify`, body, {
      authorization: `Bearer ${token}`,
    });
    const code = new URL(passed.json.redirectTo).searchParams.get('twofold_code');
    const taken = await inParallel(crowd, (index) => post(`/v1/logins/${loginId}/result`, { code }, doors, index));
    expect(tally(taken.map(({ status }) => String(status)))).toEqual({ 200: 1, 409: crowd - 1 });
  });

  it('counts 50 wrong codes that come at once no more often than a login and a method allow', async () => {
    const id = await account();
    const { id: methodId } = await app(id);
    const verdicts = await inFiveLogins(id, methodId, '000000');
    expect(verdicts['wrong-code']).toBeLessThanOrEqual(10);
    expect(
      Object.keys(verdicts).every((word) => ['wrong-code', 'locked', 'rate-limited', 'too-busy'].includes(word)),
    ).toBe(true);
    const { methods } = await must(doors.door(0)('GET', `/v1/accounts/${id}`));
    expect(methods[0].state).toBe('locked');
  });
}
