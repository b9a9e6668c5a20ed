import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/call.ts';
import { obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

/** What the platform leaves to its tenants, and what it does not. */
export function describeSettingsLevels(given: () => System): void {
  /** The platform's settings with more in them, for as long as the work takes. */
  async function withPlatform(more: object, work: (saved: Answer) => Promise<void>): Promise<void> {
    const { platform } = given();
    const { settings } = (await platform('GET', '/v1/platform/settings')).json;
    try {
      await work(await platform('PUT', '/v1/platform/settings', { ...settings, ...more }));
    } finally {
      await platform('PUT', '/v1/platform/settings', settings);
    }
  }

  describe('levels of settings', () => {
    it('let a tenant use the platform’s settings alone, and keep its own for later', async () => {
      const system = given();
      const own = { attemptsPerChallenge: 2, branding: { name: 'Acme' } };
      const { call } = await system.newTenant({});
      await call('PUT', '/v1/settings', { ...own, useSystemSettings: true });
      await withPlatform({ attemptsPerChallenge: 4 }, async () => {
        const { json } = await call('GET', '/v1/settings/effective');
        expect(json.settings).toMatchObject({ attemptsPerChallenge: 4, useSystemSettings: true });
        expect(json.levels).toMatchObject({ attemptsPerChallenge: 'platform', 'branding.name': 'default' });
        expect(json.overridden).toEqual(['attemptsPerChallenge', 'branding.name']);
        expect((await obtainCode({ ...system, call })).made.json.attemptsLeft).toBe(4);
      });
      expect((await call('GET', '/v1/settings')).json.settings).toEqual({ ...own, useSystemSettings: true });
      await call('PUT', '/v1/settings', { ...own, useSystemSettings: false });
      expect((await obtainCode({ ...system, call })).made.json.attemptsLeft).toBe(2);
    });

    it('take a locked field’s looser values back from tenants at once, and refuse new ones with the platform’s value', async () => {
      const system = given();
      const { call } = await system.newTenant({ attemptsPerChallenge: 9 });
      expect((await obtainCode({ ...system, call })).made.json.attemptsLeft).toBe(9);
      await withPlatform({ attemptsPerChallenge: 4, locked: ['attemptsPerChallenge'] }, async (saved) => {
        expect(saved.status).toBe(200);
        expect((await obtainCode({ ...system, call })).made.json.attemptsLeft).toBe(4);
        const { json } = await call('GET', '/v1/settings/effective');
        expect(json.levels.attemptsPerChallenge).toBe('locked');
        expect([json.locked, json.overridden]).toEqual([['attemptsPerChallenge'], ['attemptsPerChallenge']]);
        const looser = await call('PUT', '/v1/settings', { attemptsPerChallenge: 5, lockSeconds: 1 });
        expect(looser).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
        expect(looser.json.errors).toEqual([
          { field: 'lockSeconds', message: 'must be a whole number from 60 to 86400' },
          {
            field: 'attemptsPerChallenge',
            message: 'is locked by the platform at 4: a tenant may only set lower',
          },
        ]);
        const stricter = await call('PUT', '/v1/settings', { attemptsPerChallenge: 3 });
        expect(stricter).toMatchObject({ status: 200, json: { settings: { attemptsPerChallenge: 3 } } });
        expect((await call('GET', '/v1/settings/effective')).json.levels.attemptsPerChallenge).toBe('tenant');
      });
    });

    it('let no tenant lock, and the platform lock nothing that tenants do not have', async () => {
      const { call } = await given().newTenant({});
      const own = await call('PUT', '/v1/settings', { locked: ['lockSeconds'] });
      expect(own.json.errors).toEqual([{ field: 'locked', message: 'can be set by the platform only' }]);
      await withPlatform({ locked: ['lockSeconds', 'colour'] }, async (saved) => {
        expect(saved).toMatchObject({ status: 400, json: { errors: [{ field: 'locked.1' }] } });
      });
      await withPlatform({ useSystemSettings: true }, async (saved) => {
        expect(saved).toMatchObject({ status: 400, json: { errors: [{ field: 'useSystemSettings' }] } });
      });
    });

    it('are told by a dry run as they would take effect', async () => {
      const { call } = await given().newTenant({});
      await withPlatform(
        { methods: { sms: { codeLifetimeSeconds: 240 } }, locked: ['loginLifetimeSeconds'] },
        async () => {
          const tried = await call('PUT', '/v1/settings?dryRun=true', {
            methods: { sms: { codeLifetimeSeconds: 120 } },
            loginLifetimeSeconds: 600,
          });
          expect(tried.json.changes).toEqual([
            {
              field: 'methods.sms.codeLifetimeSeconds',
              from: 240,
              to: 120,
              level: 'tenant',
              words: 'codes sent by SMS live 120 s instead of 240 s',
            },
          ]);
        },
      );
    });

    it('refuse enforcement that nobody could meet, and backup codes that would stand alone', async () => {
      const { call } = await given().newTenant({});
      const off = { offered: false };
      const answer = await call('PUT', '/v1/settings', {
        methods: { totp: off, sms: off, email: off, backupCodes: { offered: true } },
        enforcement: { mode: 'groups' },
      });
      expect(answer).toMatchObject({ status: 400, json: { code: 'malformed-request' } });
      const fields = answer.json.errors.map(({ field }: { field: string }) => field);
      expect(fields).toEqual(['enforcement.groups', 'enforcement.mode', 'methods.backupCodes.offered']);
      const all = { methods: { totp: off, sms: off, email: off, backupCodes: off } };
      expect((await call('PUT', '/v1/settings', all)).status).toBe(200);
    });
  });
}
