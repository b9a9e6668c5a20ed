import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#runtime/errors.ts';
import { claim, type ClaimRequest } from '#runtime/idempotency.ts';
import { openKeyRing } from '#runtime/keys.ts';
import type { Store } from '#storage/store.ts';

const keys = openKeyRing({ masterKeys: [Buffer.alloc(32, 1)], purposes: ['claim'] });
const at = 1_790_000_000_000;
const request: ClaimRequest = {
  idempotencyKey: 'the-key',
  tenant: 'acme',
  credential: 'abcdefgh',
  method: 'POST',
  path: '/v1/challenges',
  body: { channel: 'sms', to: '+14155550132' },
};

/** A store that knows claims only: the first value of a key, to everybody. */
function createClaims() {
  const claims = new Map<string, { value: string; ttlMs: number | undefined }>();
  let now = at;
  const store = {
    async claim(key: string, value: string, ttlMs?: number) {
      const first = claims.get(key) ?? { value, ttlMs };
      claims.set(key, first);
      return first.value;
    },
  } as Store;
  const ask = (change: Partial<ClaimRequest> = {}) => claim({ store, keys, now: () => now }, { ...request, ...change });
  return { ask, claims, later: (ms: number) => (now = at + ms) };
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  return error instanceof Problem ? { code: error.code, ...error.extras } : error;
}

describe('A request with an Idempotency-Key', () => {
  it('is the same command with the same seed however often it comes, to every process', async () => {
    const { ask } = createClaims();
    const first = await ask();
    const again = await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(again).toEqual(again.map(() => first));
    expect(first.commandId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(first.seed).toHaveLength(16);
  });

  it('is the same whatever the order of its fields, at any depth', async () => {
    const { ask } = createClaims();
    const first = await ask({ body: { a: 1, b: { c: [1, { d: 1, e: 2 }], f: null } } });
    expect(await ask({ body: { b: { f: null, c: [1, { e: 2, d: 1 }] }, a: 1 } })).toEqual(first);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (body) => {
        const { ask: askAnew } = createClaims();
        const reversed = Object.fromEntries(Object.entries(body).toReversed());
        expect(await askAnew({ body: reversed })).toEqual(await askAnew({ body: reversed }));
        expect(await askAnew({ body })).toEqual(await askAnew({ body: reversed }));
      }),
    );
  });

  it.each<[string, unknown]>([
    ['another value', { channel: 'sms', to: '+14155550133' }],
    ['a field more', { channel: 'sms', to: '+14155550132', purpose: 'login' }],
    ['a field less', { channel: 'sms' }],
    ['no fields', {}],
    ['no body', undefined],
    ['a field that objects have by birth', JSON.parse('{"channel":"sms","to":"+14155550132","__proto__":1}')],
  ])('and another body, %s, is refused', async (_what, body) => {
    const { ask } = createClaims();
    await ask();
    expect(await codeOf(ask({ body }))).toEqual({ code: 'idempotency-key-reused' });
  });

  it('tells a list from its reverse, and a number from its text', async () => {
    const { ask } = createClaims();
    await ask({ body: { list: [1, 2] } });
    expect(await codeOf(ask({ body: { list: [2, 1] } }))).toEqual({ code: 'idempotency-key-reused' });
    expect(await codeOf(ask({ body: { list: ['1', '2'] } }))).toEqual({ code: 'idempotency-key-reused' });
  });

  it.each([
    ['tenant', 'globex'],
    ['credential', 'hgfedcba'],
    ['method', 'DELETE'],
    ['path', '/v1/challenges/x/verify'],
    ['idempotencyKey', 'the-other-key'],
  ] as const)('is another command for another %s', async (part, value) => {
    const { ask, claims } = createClaims();
    const first = await ask();
    expect((await ask({ [part]: value })).commandId).not.toBe(first.commandId);
    expect(claims.size).toBe(2);
  });

  it('is another command when text moves from one part to the next', async () => {
    const { ask } = createClaims();
    const [first, moved] = [await ask(), await ask({ tenant: 'acm', credential: 'eabcdefgh' })];
    expect(moved.commandId).not.toBe(first.commandId);
  });

  it('is late after 60 s, to the millisecond', async () => {
    const { ask, later } = createClaims();
    expect((await ask()).late).toBe(false);
    later(60_000);
    expect((await ask()).late).toBe(false);
    later(60_001);
    const late = await ask();
    later(0);
    expect(late).toEqual({ ...(await ask()), late: true });
  });

  it('is kept for 24 h, under a digest and with nothing of the request in clear', async () => {
    const { ask, claims } = createClaims();
    await ask();
    const [[name, { value, ttlMs }] = ['', { value: '', ttlMs: 0 }]] = [...claims];
    expect(ttlMs).toBe(24 * 3_600_000);
    expect(name).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Object.keys(JSON.parse(value)).toSorted()).toEqual(['at', 'commandId', 'fingerprint', 'seed']);
    expect(name + value).not.toMatch(/the-key|acme|14155550132|challenges/);
  });

  it.each(['', ' ', 'a b', 'a\tb', 'schlüssel', 'a\n', '\0', 'x'.repeat(256)])(
    'that is %j is refused',
    async (idempotencyKey) => {
      const { ask, claims } = createClaims();
      expect(await codeOf(ask({ idempotencyKey }))).toEqual({
        code: 'malformed-request',
        errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }],
      });
      expect(claims.size).toBe(0);
    },
  );

  it.each(['x', 'x'.repeat(255), '!~"{}'])('that is %j is taken', async (idempotencyKey) => {
    const { ask } = createClaims();
    expect((await ask({ idempotencyKey })).late).toBe(false);
  });
});

describe('A request without an Idempotency-Key', () => {
  it('is a command of its own each time, never late, and claims nothing', async () => {
    const { ask, claims } = createClaims();
    const all = await Promise.all(Array.from({ length: 50 }, () => ask({ idempotencyKey: undefined })));
    expect(new Set(all.map(({ commandId }) => commandId)).size).toBe(50);
    expect(new Set(all.map(({ seed }) => seed.toString('hex'))).size).toBe(50);
    expect(all.some(({ late }) => late)).toBe(false);
    expect(claims.size).toBe(0);
  });
});
