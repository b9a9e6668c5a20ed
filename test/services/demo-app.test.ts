import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDemoApp } from '../../examples/demo-app/app.ts';
import type { BegunLogin, Twofold } from '../../examples/demo-app/twofold.ts';
import { openUsers } from '../../examples/demo-app/users.ts';

const password = 'correct horse';
const pageUrl = 'http://localhost:8080/login/handle';

function usersFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'demo-app-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'users.json');
}

/** A Twofold that answers as told, and remembers what it was asked. */
function scripted(login: BegunLogin, passes = (_login: string, code: string) => code === 'right') {
  const states: string[] = [];
  const twofold: Twofold = {
    accountOf: async () => 'account',
    async beginLogin({ state }) {
      states.push(state);
      return login;
    },
    wasPassed: async (id, code) => passes(id, code),
    securityPage: async () => 'http://localhost:8080/security/handle',
  };
  return { twofold, states };
}

async function signedUp(login: BegunLogin) {
  const { twofold, states } = scripted(login);
  const app = createDemoApp({ twofold, users: openUsers(usersFile()), url: () => 'http://localhost:8083' });
  onTestFinished(() => app.close());
  let cookie = '';
  const send = async (method: 'GET' | 'POST', url: string, fields?: Record<string, string>, headers: object = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: { cookie, ...(fields && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...(fields && { payload: new URLSearchParams(fields).toString() }),
    });
    const set = answer.cookies.find(({ name }) => name === 'demo_session');
    if (set) cookie = `demo_session=${set.value}`;
    return answer;
  };
  const first = await send('POST', '/sign-up', { name: 'Ada', email: 'ada@example.com', password });
  return { send, first, states, cookie: () => cookie };
}

const required: BegunLogin = { id: 'login-1', status: 'second-factor-required', pageUrl };

describe('Users of the demo application', () => {
  it('are known by address and password only, whatever case the address has', async () => {
    const users = openUsers(usersFile());
    const ada = await users.add({ name: 'Ada', email: 'ada@example.com', password });
    expect(await users.check('ADA@example.com', password)).toEqual(ada);
    expect(await users.check('ada@example.com', 'wrong horse')).toBeUndefined();
    expect(await users.check('nobody@example.com', password)).toBeUndefined();
    expect(await users.add({ name: 'Eve', email: 'Ada@example.com', password })).toBeUndefined();
  });

  it('outlive the process, their passwords as hashes only', async () => {
    const file = usersFile();
    await openUsers(file).add({ name: 'Ada', email: 'ada@example.com', password });
    expect(readFileSync(file, 'utf8')).not.toContain(password);
    expect(await openUsers(file).check('ada@example.com', password)).toMatchObject({ name: 'Ada' });
  });
});

describe('A login of the demo application', () => {
  it('is over at once where no second factor is needed', async () => {
    const { first, send } = await signedUp({ id: 'login-1', status: 'not-required' });
    expect(first.headers.location).toBe('/');
    expect((await send('GET', '/')).body).toContain('Welcome, Ada');
  });

  it('leads to the page of Twofold, and nobody is logged in before the result', async () => {
    const { first, send } = await signedUp(required);
    expect(first.headers.location).toBe(pageUrl);
    expect((await send('GET', '/')).headers.location).toBe('/log-in');
  });

  it('is done by the result of its own login, under a new session', async () => {
    const { send, states, cookie } = await signedUp(required);
    const before = cookie();
    const back = await send('GET', `/logged-in?twofold_login=login-1&twofold_code=right&state=${states[0]}`);
    expect(back.headers.location).toBe('/');
    expect(cookie()).not.toBe(before);
    expect((await send('GET', '/')).statusCode).toBe(200);
  });

  it.each([
    ['another login', 'twofold_login=login-2&twofold_code=right', ''],
    ['another state', 'twofold_login=login-1&twofold_code=right', 'x'],
  ])('is not done by the result of %s', async (_what, query, suffix) => {
    const { send, states } = await signedUp(required);
    const back = await send('GET', `/logged-in?${query}&state=${states[0]}${suffix}`);
    expect(back.statusCode).toBe(400);
    expect((await send('GET', '/')).headers.location).toBe('/log-in');
  });

  it('is not done by a wrong result code, and ends by it', async () => {
    const { send, states } = await signedUp(required);
    const url = `/logged-in?twofold_login=login-1&state=${states[0]}`;
    expect((await send('GET', `${url}&twofold_code=wrong`)).statusCode).toBe(403);
    expect((await send('GET', `${url}&twofold_code=right`)).statusCode).toBe(400);
  });

  it('escapes what people enter, and refuses forms of other sites', async () => {
    const { send } = await signedUp(required);
    const mark = '"><script>alert(1)</script>';
    const answer = await send('POST', '/log-in', { email: mark, password: mark });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).not.toContain('<script>');
    const foreign = await send('POST', '/log-in', { email: 'a', password: 'b' }, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.statusCode).toBe(403);
    const elsewhere = await send('POST', '/log-in', { email: 'a', password: 'b' }, { origin: 'https://evil.example' });
    expect(elsewhere.statusCode).toBe(403);
  });

  it("calls a form that cannot be read the sender's fault", async () => {
    const { send } = await signedUp(required);
    const tooLong = await send('POST', '/log-in', { email: 'a'.repeat(20_000) });
    expect(tooLong.statusCode).toBe(413);
    const otherType = await send('POST', '/log-in', { email: 'a' }, { 'content-type': 'multipart/form-data' });
    expect(otherType.statusCode).toBe(415);
    expect(otherType.headers['content-security-policy']).toContain("default-src 'none'");
  });
});
