import { describe, expect, it } from 'vitest';
import { aPhone } from '../support/installation.ts';
import { claimsOf, guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** What a code is bound to, and what its message says. */
export function describeMessages(given: () => System): void {
  describe('a binding', () => {
    const binding = { amount: '12.50 EUR', payee: 'Grace Hopper' };

    it('must come again, equal, in whatever order', async () => {
      const system = given();
      const { id, code } = await obtainCode(system, { binding });
      const attempts: object[] = [
        {},
        { binding: {} },
        { binding: { amount: binding.amount } },
        { binding: { ...binding, amount: '12.51 EUR' } },
        { binding: { ...binding, more: '' } },
      ];
      const { call } = system;
      for (const attempt of attempts.slice(1)) {
        expect(await guess(call, id, code, attempt)).toMatchObject({ reason: 'wrong-code' });
      }
      const right = await guess(call, id, code, { binding: { payee: binding.payee, amount: binding.amount } });
      expect(right).toMatchObject({ result: 'approved', attemptsLeft: 1 });
      expect(claimsOf(right.proof).bnd).toMatch(/^[A-Za-z0-9_-]{43}$/);
    });

    it('is not forgotten by leaving it out', async () => {
      const system = given();
      const { id, code } = await obtainCode(system, { binding });
      expect(await guess(system.call, id, code)).toMatchObject({ reason: 'wrong-code' });
    });

    it('is wrong for a challenge that has none', async () => {
      const system = given();
      const { id, code } = await obtainCode(system);
      expect(await guess(system.call, id, code, { binding })).toMatchObject({ reason: 'wrong-code' });
      expect(await guess(system.call, id, code, { binding: {} })).toMatchObject({ result: 'approved' });
    });

    it('stands in the message, so that the person sees what the code is for', async () => {
      const system = given();
      for (const channel of ['sms', 'email'] as const) {
        const { text } = await obtainCode(system, { channel, binding });
        expect(text).toContain('Amount: 12.50 EUR');
        expect(text).toContain('Payee: Grace Hopper');
      }
    });
  });

  describe('a message', () => {
    it("fills the tenant's template with params, purpose and brand", async () => {
      const system = given();
      const { call } = await system.newTenant({
        branding: { name: 'Acme' },
        methods: {
          sms: {
            template: { en: '{{brand}}: {{code}} for {{params.name}} ({{purpose}}, {{minutes}} min){{params.none}}' },
          },
        },
      });
      const asked = { channel: 'sms', params: { name: 'Ada\nLovelace' }, purpose: 'transfer' } as const;
      const { code, text } = await obtainCode({ ...system, call }, asked);
      expect(text).toBe(`Acme: ${code} for Ada Lovelace (transfer, 5 min)`);
    });

    it('looks for its template by locale, language, built-in and English', async () => {
      const system = given();
      const { call } = await system.newTenant({
        resendMinSeconds: 0,
        methods: { sms: { template: { de: 'DE {{code}}', 'pt-BR': 'BR {{code}}', en: 'EN {{code}}' } } },
      });
      const textIn = async (locale?: string) => {
        const { text, code } = await obtainCode({ ...system, call }, { channel: 'sms', to: aPhone(), locale });
        return text.replace(code, '*').split('\n', 1).join();
      };
      expect(await textIn('de-AT')).toBe('DE *');
      expect(await textIn('pt-BR')).toBe('BR *');
      expect(await textIn('pt-PT')).toMatch(/^\* é /);
      expect(await textIn('fr')).toMatch(/^\* est /);
      expect(await textIn('xx')).toBe('EN *');
      expect(await textIn()).toBe('EN *');
    });

    it('by email has a subject without the code, a text and an HTML part', async () => {
      const system = given();
      const { to, code } = await obtainCode(system, { locale: 'de' });
      const [message] = system.inbox.list({ to });
      expect(message).toMatchObject({ channel: 'email', subject: expect.stringContaining('Example') });
      expect(message?.subject).not.toContain(code);
      expect(message?.html).toContain(code);
      expect(message?.html).toContain('<html lang="de"');
    });

    it('by SMS ends with the line that binds the code to a site, where the tenant asked for it', async () => {
      const system = given();
      const { call } = await system.newTenant({ smsOrigin: 'login.acme.example' });
      const { to } = await obtainCode({ ...system, call }, { channel: 'sms' });
      const [message] = system.inbox.list({ to });
      expect(message?.text).toMatch(/\n@login\.acme\.example #\d{6}$/);
    });
  });
}
