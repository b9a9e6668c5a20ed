import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#core/bytes.ts';
import { newestSend, type Challenge } from '#core/challenge-book.ts';
import { deriveCode } from '#core/code.ts';
import { newApiKey } from '#runtime/authenticate.ts';
import type { Answer, Body, Call } from '../support/call.ts';
import { startCountedApp, type CountedApp, type Work } from '../support/counted-app.ts';
import { aPhone, anEmail, wrong } from '../support/installation.ts';
import { altered, handleIn, must, returnUrl } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { codeOfStep, stepOf } from '../support/totp.ts';

/**
 * What an answer tells beside its words: not by a status, a header, the shape of a body, nor by how much work was done for it
 * (docs/security.md, Guessing). Work is counted and not timed: calls of the store, HMACs, comparisons, seals.
 */

let app: CountedApp;
let own: { readonly tenant: string; readonly apiKey: string; readonly call: Call };
let other: typeof own;

beforeAll(async () => {
  app = await startCountedApp();
  own = await app.newTenant();
  other = await app.newTenant();
});
afterAll(async () => await app?.close());

type Seen = {
  readonly status: number;
  readonly fields: string;
  readonly headers: string;
  readonly work: Omit<Work, 'load of a tenant'>;
};

/** All of an answer but the values of its body, and the work that it took. */
async function seen(asked: () => Promise<Answer>): Promise<Seen> {
  const { answer, work } = await app.workOf(asked);
  const { 'load of a tenant': _, ...rest } = work;
  const fields = Object.keys(answer.json ?? {}).toSorted().join(); // prettier-ignore
  const { date: _d, 'content-length': _l, ...named } = answer.headers;
  return { status: answer.status, fields, headers: Object.keys(named).toSorted().join(), work: rest };
}

/** The same for all, and of an error the same text. */
async function expectSame(...asked: readonly (() => Promise<Answer>)[]): Promise<Seen> {
  const all: Seen[] = [];
  for (const one of asked) all.push(await seen(one));
  for (const one of all) expect(one).toEqual(all[0]);
  return all[0] as Seen;
}

async function newChallenge(call = own.call, body: object = {}): Promise<string> {
  return (await must(call('POST', '/v1/challenges', { channel: 'email', to: anEmail(), ...body }))).id;
}

async function codeOf(id: string, tenant = own.tenant): Promise<string> {
  const record = await app.foundation.store.load(id.slice(0, 22));
  const document = JSON.parse(record?.document ?? '') as { challenges: Challenge[] };
  const challenge = document.challenges.find((one) => one.id === id) as Challenge;
  const { number: send, nonce, kid } = newestSend(challenge);
  const { purpose, digits, bindingDigest = '' } = challenge;
  const otpKey = app.foundation.keys.byKid('otp', kid) as Uint8Array;
  return deriveCode(otpKey, { tenant, challengeId: id, send, purpose, bindingDigest, nonce, digits });
}

const verify =
  (id: string, code: string, more: object = {}) =>
  () =>
    own.call('POST', `/v1/challenges/${id}/verify`, { code, ...more });

const otherLetters = (id: string) => `${id.slice(0, -6)}AAAAAA`;

describe('A challenge of somebody else', () => {
  it('is as unknown as one that never was: the same words, headers and work', async () => {
    const [foreign, mine] = [await newChallenge(other.call), await newChallenge()];
    const ids = [foreign, otherLetters(mine), `${'A'.repeat(22)}${mine.slice(22)}`, otherLetters(foreign)];
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/verify', { code: '123456' }],
      ['POST', '/verify', { code: '123456', binding: { amount: '1' } }],
      ['POST', '/resend', {}],
      ['POST', '/cancel', {}],
    ] as const) {
      const asked = ids.map((id) => () => own.call(method, `/v1/challenges/${id}${path}`, body));
      const same = await expectSame(...asked);
      expect(same).toMatchObject({ status: 404, work: { load: 1 } });
      const texts = await Promise.all(asked.map(async (one) => (await one()).text));
      expect(new Set(texts).size).toBe(1);
    }
  });
});

describe('A guess', () => {
  it('takes the same work wherever it is wrong, in its digits, their number or its binding', async () => {
    const binding = { amount: '12.50' };
    const guesses: ((code: string) => [string, object])[] = [
      (code) => [`${code.slice(0, -1)}${(Number(code.slice(-1)) + 1) % 10}`, { binding }],
      (code) => [`${(Number(code[0]) + 1) % 10}${code.slice(1)}`, { binding }],
      () => ['0000', { binding }],
      (code) => [wrong(code), { binding: { amount: '12.51' } }],
      (code) => [code, { binding: { amount: '12.51' } }],
    ];
    const asked = [];
    for (const guess of guesses) {
      const id = await newChallenge(own.call, { binding });
      asked.push(verify(id, ...guess(await codeOf(id))));
    }
    const { status, work } = await expectSame(...asked);
    expect(status).toBe(200);
    expect(work).toMatchObject({ load: 1, commit: 1, timingSafeEqual: expect.any(Number) });
    const id = await newChallenge(own.call, { binding });
    const right = await seen(verify(id, await codeOf(id), { binding }));
    // What a right one takes more is its proof and the end of its limits, once it is decided.
    const { release, sign: _s, ...compared } = right.work;
    expect(release).toBe(1);
    expect(compared).toEqual(work);
  });

  it('at what is over has one status, one body and one work, whichever end it was; nothing is compared or written', async () => {
    const [canceled, exhausted, approved, expired] = [
      await newChallenge(),
      await newChallenge(),
      await newChallenge(),
      await newChallenge(),
    ];
    await must(own.call('POST', `/v1/challenges/${canceled}/cancel`, {}));
    for (let count = 0; count < 5; count += 1) await verify(exhausted, '0000')();
    await verify(approved, await codeOf(approved))();
    const code = await codeOf(expired);
    app.clock.advance(301_000);
    const over = await expectSame(
      verify(canceled, '0000'),
      verify(exhausted, '0000'),
      verify(approved, '0000'),
      verify(expired, '0000'),
      verify(expired, code),
      verify(approved, code),
    );
    expect(over).toMatchObject({ status: 200, work: { load: 1 } });
    expect(over.work).not.toHaveProperty('commit');
    const pending = await newChallenge();
    const wrongOne = await seen(verify(pending, '0000'));
    expect({ ...wrongOne, work: {} }).toEqual({ ...over, work: {} });
  });
});

describe('A request for a code', () => {
  it.each(['email', 'sms'] as const)(
    'does the same by %s for who was never seen, who is known and who is under attack',
    async (channel) => {
      const fresh = () => (channel === 'email' ? anEmail() : aPhone());
      const ask = (to: string) => () => own.call('POST', '/v1/challenges', { channel, to });
      const [known, attacked] = [fresh(), fresh()];
      for (const to of [known, attacked]) {
        const { id } = await must(ask(to)());
        for (let count = 0; count < 5; count += 1) if (to === attacked) await verify(id, '0000')();
      }
      const { id } = await must(ask(attacked)());
      for (let count = 0; count < 5; count += 1) await verify(id, '0000')();
      const asked = await expectSame(ask(fresh()), ask(known), ask(attacked));
      expect(asked).toMatchObject({ status: 202, work: { commit: 1, reserve: 1 } });
    },
  );
});

describe('An account of somebody else', () => {
  it('is as unknown as one that never was, in each call that names one', async () => {
    const account = async (call: Call) => (await must(call('POST', '/v1/accounts', { userId: uniqueName('user') }))).id;
    const [foreign, unknown] = [await account(other.call), 'B'.repeat(22)];
    const login = (await must(other.call('POST', '/v1/logins', { accountId: foreign }))).id as string;
    const mine = await account(own.call);
    const calls: ((id: string) => Promise<Answer>)[] = [
      (id) => own.call('GET', `/v1/accounts/${id}`),
      (id) => own.call('DELETE', `/v1/accounts/${id}`),
      (id) => own.call('POST', '/v1/logins', { accountId: id }),
      (id) => own.call('POST', `/v1/accounts/${id}/methods`, { type: 'totp' }),
      (id) => own.call('POST', `/v1/accounts/${id}/backup-codes`, {}),
      (id) => own.call('POST', `/v1/accounts/${id}/unlock`, {}),
      (id) => own.call('POST', `/v1/accounts/${id}/bypass-code`, {}),
    ];
    for (const call of calls) {
      expect(await expectSame(() => call(foreign), () => call(unknown))).toMatchObject({ status: 404, work: { load: 1 } }); // prettier-ignore
    }
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/verify'],
    ] as const) {
      const body = path === '/verify' ? { methodId: 'x', code: '123456' } : undefined;
      const ask = (id: string) => () => own.call(method, `/v1/logins/${id}${path}`, body);
      const ids = [login, otherLetters(login), `${unknown}${login.slice(22)}`, `${mine}${login.slice(22)}`];
      expect(await expectSame(...ids.map(ask))).toMatchObject({ status: 404, work: { load: 1 } });
    }
  });
});

describe('A guess at a second factor', () => {
  const accountWith = async (type: 'app' | 'codes') => {
    const { id } = await must(own.call('POST', '/v1/accounts', { userId: uniqueName('user') }));
    const begun = await must(own.call('POST', `/v1/accounts/${id}/methods`, { type: 'totp' }));
    const secret = begun.secret as string;
    const code = codeOfStep({ secret }, stepOf(app.clock.now()));
    const { method } = await must(
      own.call('POST', `/v1/accounts/${id}/enrolments/${begun.enrolmentId}/confirm`, { code }),
    );
    const login = async () => (await must(own.call('POST', '/v1/logins', { accountId: id }))).id as string;
    if (type === 'app') return { login, secret, methodId: method.id as string, codes: [] };
    const { codes } = await must(own.call('POST', `/v1/accounts/${id}/backup-codes`, {}));
    const { methods } = await must(own.call('GET', `/v1/accounts/${id}`));
    return { login, secret, methodId: methods.find((one: Body) => one.type === 'backup-codes').id as string, codes };
  };
  const guess = (loginId: string, methodId: string, code: string) => () =>
    own.call('POST', `/v1/logins/${loginId}/verify`, { methodId, code });
  const compared = async (asked: () => Promise<Answer>) => {
    const { status, work } = await seen(asked);
    return {
      status,
      hmacs: work['createHmac'],
      comparisons: work['timingSafeEqual'],
      opened: work['createDecipheriv'],
    };
  };

  it('compares all steps of an app, whether it is right, an older one, used already or wrong', async () => {
    const { login, secret, methodId } = await accountWith('app');
    app.clock.advance(90_000);
    const step = stepOf(app.clock.now());
    const at = (offset: number) => codeOfStep({ secret }, step + offset);
    const nowhere = [-1, 0, 1].map(at).includes('111111') ? '222222' : '111111';
    const wrongOne = await compared(guess(await login(), methodId, nowhere));
    expect(wrongOne.comparisons).toBeGreaterThanOrEqual(3);
    expect(await compared(guess(await login(), methodId, at(0)))).toEqual(wrongOne);
    expect(await compared(guess(await login(), methodId, at(0)))).toEqual(wrongOne);
    expect(await compared(guess(await login(), methodId, at(-1)))).toEqual(wrongOne);
    expect(await compared(guess(await login(), methodId, at(1)))).toEqual(wrongOne);
  });

  it('compares all backup codes, whether the first is right, the last or none', async () => {
    const answers = [];
    for (const pick of [() => '0000-0000-00000', (codes: string[]) => codes[0], (codes: string[]) => codes.at(-1)]) {
      const { login, methodId, codes } = await accountWith('codes');
      answers.push(await compared(guess(await login(), methodId, pick(codes) as string)));
    }
    const [none] = answers;
    expect(none?.comparisons).toBeGreaterThanOrEqual(10);
    expect(answers).toEqual([none, none, none]);
  });
});

describe('A credential that opens nothing', () => {
  it('is refused with the same words and work, whether its tenant, its id or only its secret is nobody’s', async () => {
    const key = own.apiKey;
    const [, tenant = '', keyId = '', secret = ''] = key.split('_');
    const elsewhere = newApiKey(tenant).key;
    // The checksum is public arithmetic: whoever guesses keys makes guesses that have a right one.
    const forged = withChecksum(`tf_${tenant}_${keyId}_${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`);
    const keys = [newApiKey('nobody-there').key, elsewhere, forged];
    const asked = keys.map((one) => async () => {
      app.foundation.tenants.forget(`tenant:${tenant}`);
      app.foundation.tenants.forget('tenant:nobody-there');
      return app.callWith(one)('GET', '/v1/keys/current');
    });
    const all = [];
    for (const one of asked) {
      const { answer, work } = await app.workOf(one);
      all.push({ status: answer.status, text: answer.text, compared: work['timingSafeEqual'] });
      expect(work['load of a tenant']).toBeGreaterThanOrEqual(2);
    }
    expect(all).toEqual([all[0], all[0], all[0]]);
    expect(all[0]).toMatchObject({ status: 401, compared: 2 });
  });

  it('is the same page to who never had a handle, has a changed one, or comes with one that was used', async () => {
    const { id } = await must(own.call('POST', '/v1/accounts', { userId: uniqueName('user') }));
    const handle = handleIn((await must(own.call('POST', `/v1/accounts/${id}/pages`, { returnUrl }))).pageUrl);
    const open = (text: string) => () => own.call('POST', '/v1/pages/sessions', { handle: text });
    await must(open(handle)());
    const never = `${'C'.repeat(22)}${handle.slice(22)}`;
    const answers = await Promise.all([handle, altered(handle), never, 'x'].map((one) => open(one)()));
    for (const { status, text } of answers) expect([status, text]).toEqual([404, answers[0]?.text]);
    // Without the session key nobody makes one that is looked for in the store.
    expect((await expectSame(open(altered(handle)), open(never))).work).not.toHaveProperty('load');
  });
});

function withChecksum(body: string): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return `${body}_${Array.from(sha256(body).subarray(0, 6), (byte) => alphabet[byte & 31]).join('')}`;
}
