import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/call.ts';
import { anEmail } from '../support/installation.ts';
import { guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const deep = (open: string, close: string, inside = '') => open.repeat(10_000) + inside + close.repeat(10_000);
const problem = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  json: { type: `urn:twofold:problem:${code}`, title: expect.any(String), status, code, detail: expect.any(String) },
});
const fieldsOf = (answer: Answer): string[] =>
  answer.json.errors.map(({ field }: { field: string }) => field).toSorted();

/** Bodies that no call takes: each gets a clear problem, and nothing else happens. */
export function describeBadBodies(given: () => System): void {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    given().call('POST', '/v1/challenges', body, headers);

  describe('a body', () => {
    for (const [what, text] of [
      ['cut off', '{"channel":"email"'],
      ['of single quotes', "{'channel':'email'}"],
      ['followed by more', '{"channel":"email","to":"ada@example.com"}}'],
      ['of bytes that are no UTF-8', Buffer.from('7bff7d', 'hex')],
      ['with a prototype', '{"channel":"email","to":"ada@example.com","__proto__":{"admin":true}}'],
      ['with a prototype further down', '{"channel":"email","to":"ada@example.com","params":{"__proto__":"x"}}'],
      ['with the prototype of a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ] as const) {
      it(`${what} is no JSON to us`, async () => {
        expect(await post(text)).toMatchObject(problem(400, 'malformed-json'));
      });
    }

    it('that is JSON but no object is refused', async () => {
      for (const text of ['[]', 'null', '7', '1e999', '"text"', 'true', deep('[', ']')]) {
        const answer = await post(text);
        expect(answer).toMatchObject(problem(400, 'malformed-request'));
        expect(fieldsOf(answer)).toEqual(['body']);
      }
    });

    it('with many faults is told all of them', async () => {
      const answer = await post({
        channel: 'fax',
        purpose: 'Not A Purpose',
        locale: '../../etc',
        params: { 'a b': 'x', fine: 7 },
        binding: ['amount'],
        clientIp: 5,
        admin: true,
      });
      expect(answer).toMatchObject(problem(400, 'malformed-request'));
      expect(new Set(fieldsOf(answer))).toEqual(
        new Set([
          'admin',
          'binding',
          'channel',
          'clientIp',
          'locale',
          'params',
          'params.a b',
          'params.fine',
          'purpose',
          'to',
        ]),
      );
    });

    it('with an address that is none is told which field and why', async () => {
      const bad = {
        email: ['ada', 'ada@', '@example.com', 'ada@example', 'a b@example.com', 'a@b.com,c@d.com', 'a@b.com\nBcc: c@d.com',
          '"quoted"@example.com', 'ada@127.0.0.1', `${'a'.repeat(65)}@example.com`, `a@${'b'.repeat(250)}.com`, 'ada@exa\u0000mple.com'],
        sms: ['12', '0151 1234567', '+49', 'call +4915112345678', '+4915112345678 ext. 5', '+१४१५५५५०१३२', '+1 415 555', '+49\u00001511234567'],
      }; // prettier-ignore
      for (const [channel, addresses] of Object.entries(bad)) {
        for (const to of addresses) {
          const answer = await post({ channel, to });
          expect([to, answer]).toMatchObject([to, problem(400, 'malformed-request')]);
          expect(fieldsOf(answer)).toEqual(['to']);
        }
      }
    });

    it('may use names that objects have by birth, and they are names like others', async () => {
      const system = given();
      const { call } = await system.newTenant({
        methods: { email: { template: { en: { text: '{{code}} [{{params.toString}}{{params.valueOf}}]' } } } },
      });
      const { text, code } = await obtainCode({ ...system, call }, { params: { toString: 'mine', constructor: 'x' } });
      expect(text).toBe(`${code} [mine]`);
      expect(await call('PUT', '/v1/settings', { constructor: 1, toString: {} })).toMatchObject({
        status: 400,
        json: { errors: [{ field: 'constructor' }, { field: 'toString' }] },
      });
    });

    it('that names a field twice means the last one', async () => {
      const to = anEmail();
      const answer = await post(`{"channel":"sms","to":"+49","channel":"email","to":"${to}"}`);
      expect(answer).toMatchObject({ status: 202, json: { channel: 'email' } });
    });

    it('of ten thousand levels is refused wherever it stands', async () => {
      const { call } = given();
      const nested = deep('{"a":', '}', '1');
      const bodies = [
        nested,
        `{"channel":"email","to":"ada@example.com","params":${nested}}`,
        `{"channel":"email","to":${deep('[', ']')}}`,
      ];
      for (const body of bodies) expect(await post(body)).toMatchObject(problem(400, 'malformed-request'));
      const settings = [nested, `{"methods":${nested}}`, `{"methods":{"sms":{"template":${nested}}}}`, deep('[', ']')];
      for (const body of settings) {
        expect(await call('PUT', '/v1/settings', body)).toMatchObject(problem(400, 'malformed-request'));
      }
    });

    it('of a megabyte is refused before it is read', async () => {
      const { call } = given();
      const big = JSON.stringify({ channel: 'email', to: anEmail(), params: { a: 'x'.repeat(1_048_576) } });
      expect(await post(big)).toMatchObject(problem(413, 'body-too-large'));
      expect(await call('PUT', '/v1/settings', big)).toMatchObject(problem(413, 'body-too-large'));
      expect(await call('POST', '/v1/challenges/x/verify', big)).toMatchObject(problem(413, 'body-too-large'));
    });

    it('of another type than JSON is refused', async () => {
      const body = JSON.stringify({ channel: 'email', to: anEmail() });
      for (const type of [
        '',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'json',
        '\u00ff/*',
      ]) {
        expect([type, await post(body, { 'content-type': type })]).toMatchObject([
          type,
          problem(415, 'unsupported-media-type'),
        ]);
      }
      expect((await post(body, { 'content-type': 'Application/JSON; charset=UTF-8' })).status).toBe(202);
    });

    it('of no bytes is none, with or without a type', async () => {
      const { call, ...system } = given();
      const { id } = await obtainCode({ ...system, call });
      expect(await post('')).toMatchObject(problem(400, 'malformed-request'));
      expect((await call('POST', `/v1/challenges/${id}/cancel`, '')).status).toBe(200);
      expect((await call('POST', `/v1/challenges/${id}/cancel`)).status).toBe(200);
    });
  });

  describe('a code', () => {
    it('that can be none is refused and costs no attempt', async () => {
      const { call, ...system } = given();
      const { id, code } = await obtainCode({ ...system, call });
      const arabic = Array.from(code)
        .map((digit) => String.fromCodePoint(0x660 + Number(digit)))
        .join('');
      const wide = Array.from(code)
        .map((digit) => String.fromCodePoint(0xff10 + Number(digit)))
        .join('');
      const bad = [arabic, wide, `${code}x`, `${code}\u0000`, '+123456', '1e5', '123', '12345678901', '', '- -', Number(code), null,
        [code], { $gt: '' }, '0x1F4A9', `${code}\u200b`, '1'.repeat(65)]; // prettier-ignore
      for (const each of bad) {
        const answer = await call('POST', `/v1/challenges/${id}/verify`, { code: each });
        expect([each, answer]).toMatchObject([each, problem(400, 'malformed-request')]);
        expect(fieldsOf(answer)).toEqual(['code']);
      }
      expect(await guess(call, id, code)).toMatchObject({ result: 'approved', attemptsLeft: 5 });
    });
  });

  describe('a template', () => {
    const put = (sms: string, html = '{{code}}') =>
      given().call('PUT', '/v1/settings', {
        methods: { sms: { template: { en: sms } }, email: { template: { en: { text: '{{code}}', html } } } },
      });

    it('that would blow up is refused, whole or in part', async () => {
      const bombs = [
        '{{#if brand}}'.repeat(60) + '{{code}}' + '{{/if}}'.repeat(60),
        `{{code}}${'{{brand}}'.repeat(300)}`,
        `{{code}}${'('.repeat(500)}`.padEnd(1_001, 'x'),
        `{{code}}{{#each brand}}{{#each brand}}x{{/each}}{{/each}}`,
        '{{code}}{{lookup this "constructor"}}',
        '{{code}}{{constructor.constructor}}',
        '{{code}}{{__proto__}}',
        '{{code}}{{{brand}}}',
        '{{code}}{{> partial}}',
        '{{code}}{{params.__proto__.x}}',
        '{{{{raw}}}}{{code}}{{{{/raw}}}}',
        '{{code',
        '{{/if}}{{code}}',
      ];
      for (const bomb of bombs) {
        const answer = await put(bomb);
        expect([bomb, answer]).toMatchObject([bomb, problem(400, 'malformed-request')]);
        expect(answer.json.errors[0]).toMatchObject({ field: 'methods.sms.template.en', message: /^line \d+/ });
      }
      expect(await put('{{code}}', `<b>{{code}}</b>${'<i>{{brand}}</i>'.repeat(2_000)}`)).toMatchObject(
        problem(400, 'malformed-request'),
      );
      const locales = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`en-${1_000 + i}`, '{{code}}']));
      const many = await given().call('PUT', '/v1/settings', { methods: { sms: { template: locales } } });
      expect(many).toMatchObject(problem(400, 'malformed-request'));
    });
  });
}
