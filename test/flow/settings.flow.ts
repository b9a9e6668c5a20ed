import { describe, expect, it } from 'vitest';
import { obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

type Fault = { field: string; message: string };

/** What a tenant allows, as its administrator sets it. */
export function describeSettings(given: () => System): void {
  describe('settings', () => {
    it('are empty at first, and each change is a version', async () => {
      const { call } = await given().newTenant({});
      const first = await call('GET', '/v1/settings');
      expect(first).toMatchObject({ status: 200, json: { version: 0, settings: {} }, headers: { etag: '"0"' } });
      const settings = { resendMinSeconds: 5, branding: { name: 'Acme' } };
      const saved = await call('PUT', '/v1/settings', settings);
      expect(saved).toMatchObject({ status: 200, json: { version: 1, settings }, headers: { etag: '"1"' } });
      expect(await call('GET', '/v1/settings')).toMatchObject({ json: saved.json, headers: { etag: '"1"' } });
      const second = await call('PUT', '/v1/settings', { branding: { name: 'Acme' } });
      expect(second.json).toStrictEqual({ version: 2, settings: { branding: { name: 'Acme' } } });
    });

    it('hold from the next call on', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const settings = { methods: { email: { codeDigits: 8 } }, attemptsPerChallenge: 2 };
      await call('PUT', '/v1/settings', settings);
      const { code, made } = await obtainCode({ ...system, call });
      expect(code).toMatch(/^\d{8}$/);
      expect(made.json.attemptsLeft).toBe(2);
    });

    it('change nothing about a code that is on its way: it lives as long as was said (weakness 21 of the model)', async () => {
      const system = given();
      const { call } = await system.newTenant();
      const { id, code, made } = await obtainCode({ ...system, call });
      await call('PUT', '/v1/settings', { methods: { email: { codeLifetimeSeconds: 30, codeDigits: 10 } } });
      expect((await call('GET', `/v1/challenges/${id}`)).json.expiresAt).toBe(made.json.expiresAt);
      expect((await call('POST', `/v1/challenges/${id}/verify`, { code })).json.result).toBe('approved');
    });

    it('are saved only over the version that If-Match names', async () => {
      const { call } = await given().newTenant({});
      const put = (match: string) => call('PUT', '/v1/settings', { resendMinSeconds: 9 }, { 'if-match': match });
      expect(await put('"0"')).toMatchObject({ status: 200, json: { version: 1 } });
      const changed = { status: 412, json: { code: 'settings-changed-meanwhile' } };
      expect(await put('"0"')).toMatchObject(changed);
      expect(await put('"7"')).toMatchObject(changed);
      expect(await put('*')).toMatchObject({ status: 200, json: { version: 2 } });
      expect(await put('seven')).toMatchObject({ status: 400, json: { errors: [{ field: 'If-Match' }] } });
      expect((await call('GET', '/v1/settings')).json.version).toBe(2);
    });

    it('are saved once when two administrators save over the same version', async () => {
      const { call } = await given().newTenant({});
      const saves = await Promise.all(
        [1, 2, 3, 4].map((resendMinSeconds) =>
          call('PUT', '/v1/settings', { resendMinSeconds }, { 'if-match': '"0"' }),
        ),
      );
      expect(saves.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412', '412']);
      expect((await call('GET', '/v1/settings')).json).toEqual(saves.find(({ status }) => status === 200)?.json);
    });

    it('can be tried without being saved', async () => {
      const { call } = await given().newTenant({ resendMinSeconds: 10 });
      const tried = await call('PUT', '/v1/settings?dryRun=true', {
        attemptsPerChallenge: 3,
        branding: { name: 'Acme' },
      });
      expect(tried).toMatchObject({ status: 200, json: { version: 1 } });
      const [gap, guesses, name] = [
        'the first gap between two sends is 30 s instead of 10 s',
        'a challenge has 3 guesses instead of 5',
        'the name in messages and on pages is "Acme" instead of the tenant\'s own',
      ];
      expect(tried.json.changes).toStrictEqual([
        { field: 'resendMinSeconds', from: 10, to: 30, level: 'default', words: gap },
        { field: 'attemptsPerChallenge', from: 5, to: 3, level: 'tenant', words: guesses },
        { field: 'branding.name', from: '', to: 'Acme', level: 'tenant', words: name },
      ]);
      const misspelt = await call('PUT', '/v1/settings?dryrun=true', {});
      expect(misspelt).toMatchObject({ status: 400, json: { errors: [{ field: 'querystring.dryrun' }] } });
      expect((await call('GET', '/v1/settings')).json).toEqual({ version: 1, settings: { resendMinSeconds: 10 } });
      const faulty = await call('PUT', '/v1/settings?dryRun=true', { attemptsPerChallenge: 300 });
      expect(faulty).toMatchObject({ status: 400, json: { errors: [{ field: 'attemptsPerChallenge' }] } });
    });

    it('are shown whole, each value with the level it is from', async () => {
      const { call } = await given().newTenant({ methods: { sms: { codeDigits: 7 } } });
      const { status, json } = await call('GET', '/v1/settings/effective');
      expect(status).toBe(200);
      expect(json.settings).toMatchObject({
        methods: { sms: { codeDigits: 7, codeLifetimeSeconds: 300 }, email: { codeDigits: 6 } },
        resendMinSeconds: 30,
        attemptsPerChallenge: 5,
        quotas: { tenantPerSecond: 50, destinationPerHour: 5 },
      });
      expect(json.levels).toMatchObject({ 'methods.sms.codeDigits': 'tenant', 'methods.email.codeDigits': 'default' });
    });

    it('are inherited from the platform', async () => {
      const system = given();
      const { call } = await system.newTenant({});
      const before = (await system.platform('GET', '/v1/platform/settings')).json;
      await system.platform('PUT', '/v1/platform/settings', { ...before.settings, sendsPerChallenge: 3 });
      try {
        const { json } = await call('GET', '/v1/settings/effective');
        expect(json.settings.sendsPerChallenge).toBe(3);
        expect(json.levels.sendsPerChallenge).toBe('platform');
        const { made } = await obtainCode({ ...system, call });
        expect(made.json.sendsLeft).toBe(2);
      } finally {
        await system.platform('PUT', '/v1/platform/settings', before.settings);
      }
      expect((await call('GET', '/v1/settings/effective')).json.levels.sendsPerChallenge).toBe('default');
    });

    it('are refused with every fault at once', async () => {
      const { call } = await given().newTenant({});
      const answer = await call('PUT', '/v1/settings', {
        resendMinSeconds: -1,
        attemptsPerChallenge: '5',
        countries: ['de'],
        colour: 'red',
        methods: { sms: { codeDigits: 3, tempalte: {} }, fax: {} },
        quotas: { platformDestinationPerDay: 5, tenantPerDay: 0 },
        providers: { sms: ['twilio', 'twilio'] },
        branding: { name: 'a\u0000b' },
        smsOrigin: 'https://acme.example',
      });
      expect(answer).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
      expect(answer.json.errors.map(({ field }: Fault) => field).toSorted()).toEqual([
        'attemptsPerChallenge',
        'branding.name',
        'colour',
        'countries',
        'methods.fax',
        'methods.sms.codeDigits',
        'methods.sms.tempalte',
        'providers.sms',
        'quotas.platformDestinationPerDay',
        'quotas.tenantPerDay',
        'resendMinSeconds',
        'smsOrigin',
      ]);
      expect((await call('GET', '/v1/settings')).json.version).toBe(0);
    });

    it('with a template that misses the code, or says more than it may, are refused with place and reason', async () => {
      const { call } = await given().newTenant({});
      const answer = await call('PUT', '/v1/settings', {
        methods: {
          sms: { template: { en: 'Your code', de: '{{code}}\n{{#each params}}{{/each}}', 'not a locale': '{{code}}' } },
          email: {
            subject: { en: 'Code\nBcc: x' },
            template: { en: { text: '{{code}}', html: '<a href="{{params.url}}">{{code}}</a>' }, fr: { html: 'x' } },
          },
        },
      });
      expect(answer).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
      const faults = new Map<string, string>(answer.json.errors.map(({ field, message }: Fault) => [field, message]));
      expect([...faults.keys()].toSorted()).toEqual([
        'methods.email.subject.en',
        'methods.email.template.en.html',
        'methods.email.template.fr.html',
        'methods.email.template.fr.text',
        'methods.sms.template.de',
        'methods.sms.template.en',
        'methods.sms.template.not a locale',
      ]);
      expect(faults.get('methods.sms.template.en')).toMatch(/^line 1, column \d+: .*code/);
      expect(faults.get('methods.sms.template.de')).toMatch(/^line 2, column \d+: /);
    });
  });
}
