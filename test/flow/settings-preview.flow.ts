import { describe, expect, it } from 'vitest';
import type { System } from '../support/system.ts';

/** What a person would see, before anybody does. */
export function describeSettingsPreview(given: () => System): void {
  describe('the preview of a message', () => {
    async function previewOf(settings: object = {}) {
      const { call } = await given().newTenant({ ...settings });
      return (body: object) => call('POST', '/v1/settings/preview', body);
    }

    it('shows the built-in SMS in its language, with its segments', async () => {
      const preview = await previewOf({ branding: { name: 'Acme' } });
      const english = await preview({ channel: 'sms' });
      expect(english).toMatchObject({ status: 200, json: { encoding: 'gsm-7', segments: 1 } });
      expect(english.json.text).toMatch(/123456/);
      expect(english.json.text).toContain('Acme');
      const japanese = await preview({ channel: 'sms', locale: 'ja' });
      expect(japanese.json).toMatchObject({ encoding: 'ucs-2', text: expect.stringMatching(/123456/) });
      expect(Object.keys(japanese.json).toSorted()).toEqual(['encoding', 'segments', 'text']);
    });

    it('shows a mail whole', async () => {
      const preview = await previewOf({ methods: { email: { codeDigits: 8 } } });
      const { status, json } = await preview({ channel: 'email', locale: 'de-AT' });
      expect(status).toBe(200);
      expect(Object.keys(json).toSorted()).toEqual(['html', 'subject', 'text']);
      expect(json.text).toMatch(/\b12345678\b/);
      expect(json.html).toContain('12345678');
    });

    it('shows the tenant’s own texts, and one that is only tried', async () => {
      const preview = await previewOf({
        methods: { sms: { template: { de: 'Alt {{code}}' } }, email: { subject: { en: 'Hello from {{brand}}' } } },
        smsOrigin: 'acme.example',
      });
      const saved = await preview({ channel: 'sms', locale: 'de' });
      expect(saved.json.text).toBe('Alt 123456\n@acme.example #123456');
      const tried = await preview({ channel: 'sms', locale: 'de', template: 'Neu {{code}} für {{params.order}}' });
      expect(tried.json.text).toBe('Neu 123456 für [order]\n@acme.example #123456');
      const filled = await preview({ channel: 'sms', template: '{{code}} {{params.order}}', params: { order: 'B-7' } });
      expect(filled.json.text).toBe('123456 B-7\n@acme.example #123456');
      const mail = await preview({ channel: 'email', template: { text: '{{code}}', html: '<b>{{code}}</b>' } });
      expect(mail.json).toEqual({ subject: 'Hello from Example', text: '123456', html: '<b>123456</b>' });
      const subject = await preview({ channel: 'email', locale: 'fr', template: { subject: 'Bonjour' } });
      expect(subject.json.subject).toBe('Bonjour');
    });

    it('counts the segments of a long text', async () => {
      const preview = await previewOf();
      const { json } = await preview({ channel: 'sms', template: `{{code}} ${'a'.repeat(154)}` });
      expect(json).toMatchObject({ encoding: 'gsm-7', segments: 2 });
      const wide = await preview({ channel: 'sms', template: `{{code}} ${'ы'.repeat(64)}` });
      expect(wide.json).toMatchObject({ encoding: 'ucs-2', segments: 2 });
    });

    it('tells what is wrong with a template, and where', async () => {
      const preview = await previewOf();
      const fieldsOf = async (body: object) => {
        const { status, json } = await preview(body);
        expect([status, json.code]).toEqual([400, 'malformed-request']);
        return json.errors.map(({ field }: { field: string }) => field);
      };
      expect(await fieldsOf({ channel: 'sms', template: 'no code' })).toEqual(['template']);
      expect(await fieldsOf({ channel: 'sms', template: { text: '{{code}}' } })).toEqual(['template']);
      expect(await fieldsOf({ channel: 'email', template: '{{code}}' })).toEqual(['template']);
      expect(await fieldsOf({ channel: 'email', template: { html: '{{code}}' } })).toEqual(['template.text']);
      const both = { subject: 'a\nb', text: '{{#each x}}{{/each}}' };
      const fields = await fieldsOf({ channel: 'email', template: both });
      expect(new Set(fields)).toEqual(new Set(['template.subject', 'template.text']));
      const place = (await preview({ channel: 'sms', template: '{{code}}\n{{helper code}}' })).json.errors[0].message;
      expect(place).toMatch(/^line 2, column \d+: /);
      expect((await preview({ channel: 'fax' })).status).toBe(400);
    });

    it('is the platform’s as well', async () => {
      const shown = await given().platform('POST', '/v1/platform/settings/preview', { channel: 'sms', locale: 'en' });
      expect(shown).toMatchObject({ status: 200, json: { text: expect.stringContaining('Example') } });
    });

    it('wants the scope of settings', async () => {
      const { call } = await given().newTenant({});
      const { key } = (await call('POST', '/v1/keys', { label: 'codes', scopes: ['challenges'] })).json;
      const answer = await call('POST', '/v1/settings/preview', { channel: 'sms' }, { authorization: `Bearer ${key}` });
      expect(answer).toMatchObject({ status: 403, json: { code: 'scope-missing' } });
    });
  });
}
