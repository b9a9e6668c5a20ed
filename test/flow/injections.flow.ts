import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/call.ts';
import { aPhone, anEmail, generousSettings } from '../support/installation.ts';
import { injections, lineInjections, shown, unseenSigns } from '../support/injections.ts';
import { must, newTown } from '../support/people.ts';
import { uniqueName } from '../support/services.ts';
import { obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const fieldsOf = ({ json }: Answer): string[] => json.errors.map(({ field }: { field: string }) => field);

/** Whether a call took a text; that it refused it for another reason than that field is a fault. */
function isTaken(answer: Answer, field: string): boolean {
  if (answer.status < 300) return true;
  if (answer.status === 400 && fieldsOf(answer).join() === field) return false;
  throw new Error(`${answer.status} ${answer.text}`);
}

const settings = {
  ...generousSettings,
  methods: {
    sms: { template: { en: 'N[{{params.name}}] A[{{binding.amount}}] C[{{code}}]' } },
    email: {
      subject: { en: 'S[{{params.name}}] of {{brand}}' },
      template: {
        en: {
          text: 'N[{{params.name}}] A[{{binding.amount}}] C[{{code}}]',
          html: '<p title="{{params.name}}">N[{{params.name}}] A[{{binding.amount}}] C[{{code}}]</p>',
        },
      },
    },
  },
};

/** Words of template languages, headers and signs that deceive, through the calls and out at the messages' end. */
export function describeInjections(given: () => System): void {
  describe('what is no name', () => {
    it('is refused with its field wherever a value has a form', async () => {
      const { call } = given();
      for (const text of injections) {
        const faulty: [string, object][] = [
          ['to', { channel: 'email', to: text }],
          ['to', { channel: 'email', to: `ada@example.com${text}` }],
          ['to', { channel: 'email', to: `"${text}"@example.com` }],
          ['to', { channel: 'sms', to: `+4915112345678${text}` }],
          ['channel', { channel: text, to: anEmail() }],
          ['purpose', { channel: 'email', to: anEmail(), purpose: text }],
          ['locale', { channel: 'email', to: anEmail(), locale: text }],
          ['locale', { channel: 'email', to: anEmail(), locale: `en${text}` }],
          ['params', { channel: 'email', to: anEmail(), params: { [text]: 'x' } }],
        ];
        for (const [field, body] of faulty) {
          const answer = await call('POST', '/v1/challenges', body);
          expect([shown(text), field, answer.status]).toEqual([shown(text), field, 400]);
          expect(fieldsOf(answer)).toContain(field);
          expect(fieldsOf(answer).filter((one) => one.split('.')[0] !== field)).toEqual([]);
          expect(answer.headers).not.toHaveProperty('bcc');
        }
      }
    });

    it('is refused as a page to return to and as the key of a repetition', async () => {
      const town = await newTown(given());
      const accountId = await town.account();
      for (const text of injections) {
        const login = await town.post('/v1/logins', { accountId, returnUrl: `https://app.example.com${text}` });
        expect([shown(text), login.status]).toEqual([shown(text), 400]);
      }
      for (const key of ['a b', '{{7*7}}\t{{7*7}}', '\u00fc', 'x'.repeat(256)]) {
        const body = { channel: 'email', to: anEmail() };
        const answer = await given().call('POST', '/v1/challenges', body, { 'idempotency-key': key });
        expect([answer.status, fieldsOf(answer)]).toEqual([400, ['Idempotency-Key']]);
      }
    });
  });

  describe('a value in a message', () => {
    it.each(['sms', 'email'] as const)(
      'by %s is text, whatever it says: nothing is carried out, broken or turned',
      async (channel) => {
        const system = given();
        const { call } = await system.newTenant(settings);
        for (const text of injections) {
          const to = channel === 'sms' ? aPhone() : anEmail();
          const { code } = await obtainCode(
            { ...system, call },
            { channel, to, params: { name: text }, binding: { amount: text } },
          );
          const [message] = system.inbox.list({ to });
          const [, name = '', amount = '', shownCode] =
            /^N\[(.*)\] A\[(.*)\] C\[(\d{6})\]$/s.exec(message?.text ?? '') ?? [];
          expect([shown(text), shownCode]).toEqual([shown(text), code]);
          for (const value of [name, amount, message?.subject ?? '']) {
            expect(value).not.toMatch(unseenSigns);
            expect(value).not.toMatch(/:\/\/|\bevil\.example/);
            expect(value).not.toContain(code);
            expect(value.includes('49')).toBe(text.includes('49') && value !== '');
          }
          expect(name.includes('7*7')).toBe(text.includes('7*7'));
          const html = message?.html ?? '<p ';
          expect(html.match(/<(?!\/?p\b)[a-z!/]/gi) ?? []).toEqual([]);
        }
      },
    );

    it('breaks no subject where the brand itself is one: settings refuse it, or one line comes of it', async () => {
      const system = given();
      for (const text of lineInjections) {
        const { call } = await system.newTenant();
        const brand = { branding: { name: text }, methods: { email: { subject: { en: '{{brand}} code' } } } };
        const saved = await call('PUT', '/v1/settings', { ...generousSettings, ...brand });
        if (!isTaken(saved, 'branding.name')) continue;
        const { to } = await obtainCode({ ...system, call });
        expect(system.inbox.list({ to })[0]?.subject).not.toMatch(unseenSigns);
      }
    });
  });

  describe('a name of an account', () => {
    it('adds nothing to what an app scans: the secret and the parameters are ours', async () => {
      const town = await newTown(given());
      for (const text of [
        ...injections,
        'Ada?secret=AAAA&issuer=Evil',
        'Ada#x',
        'a:b:c',
        '%0d%0a',
        '../../totp/x?digits=4',
      ]) {
        const made = await town.post('/v1/accounts', { userId: uniqueName('user'), accountName: text });
        if (!isTaken(made, 'accountName')) continue;
        const path = `/v1/accounts/${made.json.id}/methods`;
        const { uri, secret, qrSvg } = await must(town.post(path, { type: 'totp' }));
        const { protocol, host, searchParams, hash } = new URL(uri);
        expect([protocol, host, hash]).toEqual(['otpauth:', 'totp', '']);
        expect(searchParams.getAll('secret')).toEqual([secret]);
        expect(searchParams.getAll('issuer')).toEqual(['Example']);
        expect(uri).toMatch(/^[\x21-\x7e]+$/);
        expect(qrSvg).not.toMatch(/<script|onerror|&lt;/);
        const labelled = await town.post(path, { type: 'totp', label: text });
        isTaken(labelled, 'label');
      }
    });
  });
}
