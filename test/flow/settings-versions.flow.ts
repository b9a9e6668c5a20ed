import { describe, expect, it } from 'vitest';
import { tenantSubject } from '#core/subject.ts';
import { createCall } from '../support/call.ts';
import { journalOf } from '../support/story.ts';
import type { System } from '../support/system.ts';

type Version = { version: number; at: string; actor: string; restored?: number };

/** What settings were, who made them so, and the way back. */
export function describeSettingsVersions(given: () => System): void {
  describe('versions of settings', () => {
    async function withVersions(...all: readonly object[]) {
      const tenant = await given().newTenant({});
      for (const settings of all) {
        expect((await tenant.call('PUT', '/v1/settings', settings)).status).toBe(200);
      }
      const list = async (): Promise<Version[]> => (await tenant.call('GET', '/v1/settings/versions')).json.versions;
      return { ...tenant, list };
    }
    const [first, second] = [{ lockSeconds: 61 }, { lockSeconds: 62, branding: { name: 'Acme' } }];

    it('are listed newest first, with time and actor, and none before the first save', async () => {
      const { call, list, apiKey } = await withVersions();
      expect(await list()).toEqual([]);
      await call('PUT', '/v1/settings', first);
      await call('PUT', '/v1/settings', second);
      const actor = `key:${apiKey.split('_')[2]}`;
      const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(await list()).toStrictEqual([
        { version: 2, at, actor },
        { version: 1, at, actor },
      ]);
    });

    it('are shown with what they said', async () => {
      const { call } = await withVersions(first, second);
      const shown = await call('GET', '/v1/settings/versions/1');
      expect(shown).toMatchObject({ status: 200, json: { version: 1, settings: first } });
      expect((await call('GET', '/v1/settings/versions/2')).json.settings).toEqual(second);
      for (const other of ['3', '0', '01', 'x', '-1', '9999999999']) {
        const missing = await call('GET', `/v1/settings/versions/${other}`);
        expect([other, missing.status, missing.json.code]).toEqual([other, 404, 'not-found']);
      }
    });

    it('come back as a new version that says which one it was', async () => {
      const { call, list, tenant } = await withVersions(first, second);
      const restored = await call('POST', '/v1/settings/versions/1/restore', {}, { 'if-match': '"2"' });
      expect(restored).toMatchObject({ status: 200, json: { version: 3, settings: first }, headers: { etag: '"3"' } });
      expect((await call('GET', '/v1/settings')).json).toEqual({ version: 3, settings: first });
      expect((await list()).map(({ version, restored: of }) => [version, of])).toEqual([
        [3, 1],
        [2, undefined],
        [1, undefined],
      ]);
      const told = await journalOf(given().foundation, tenantSubject(tenant));
      const last = told.at(-1);
      expect(last).toMatchObject({ type: 'settings-changed', data: { version: 3, settings: first, restored: 1 } });
      expect(last?.actor).toMatch(/^key:/);
    });

    it('come back only over the version that If-Match names, and once for each Idempotency-Key', async () => {
      const { call, list } = await withVersions(first, second);
      const restore = (headers: Record<string, string>) => call('POST', '/v1/settings/versions/1/restore', {}, headers);
      expect(await restore({ 'if-match': '"1"' })).toMatchObject({
        status: 412,
        json: { code: 'settings-changed-meanwhile' },
      });
      const once = { 'idempotency-key': 'restore-once', 'if-match': '"2"' };
      const answers = await Promise.all([restore(once), restore(once)]);
      expect(answers.map(({ status, json }) => [status, json.version])).toEqual([
        [200, 3],
        [200, 3],
      ]);
      await call('PUT', '/v1/settings', second);
      expect(await restore(once)).toMatchObject({ status: 200, json: { version: 3, settings: first } });
      expect(await list()).toHaveLength(4);
    });

    it('can be tried before they come back', async () => {
      const { call } = await withVersions(first, second);
      const tried = await call('POST', '/v1/settings/versions/1/restore?dryRun=true', {});
      expect(tried).toMatchObject({ status: 200, json: { version: 2 } });
      expect(tried.json.changes.map(({ field }: { field: string }) => field)).toEqual(['lockSeconds', 'branding.name']);
      expect((await call('GET', '/v1/settings')).json.version).toBe(2);
    });

    it('come back only as far as they would be saved today', async () => {
      const { call } = await withVersions({ sendsPerChallenge: 9 }, {});
      const { platform } = given();
      const before = (await platform('GET', '/v1/platform/settings')).json;
      await platform('PUT', '/v1/platform/settings', { ...before.settings, locked: ['sendsPerChallenge'] });
      try {
        const refused = await call('POST', '/v1/settings/versions/1/restore', {});
        expect(refused).toMatchObject({ status: 400, json: { errors: [{ field: 'sendsPerChallenge' }] } });
      } finally {
        await platform('PUT', '/v1/platform/settings', before.settings);
      }
      expect((await call('POST', '/v1/settings/versions/1/restore', {})).status).toBe(200);
    });

    it('are the platform’s as well, and nobody else’s', async () => {
      const { platform, newTenant, url } = given();
      const before = (await platform('GET', '/v1/platform/settings')).json;
      await platform('PUT', '/v1/platform/settings', before.settings);
      const { versions } = (await platform('GET', '/v1/platform/settings/versions')).json as { versions: Version[] };
      expect(versions[0]).toMatchObject({ version: before.version + 1, actor: 'key:platform' });
      const shown = await platform('GET', `/v1/platform/settings/versions/${before.version + 1}`);
      expect(shown.json.settings).toEqual(before.settings);
      const { apiKey } = await newTenant();
      const stranger = createCall(url, apiKey);
      expect((await stranger('GET', '/v1/platform/settings/versions')).status).toBe(401);
    });

    it('are found in the journal again when the store has lost what they said', async () => {
      // Saved past the gateway, as by an older one: listed, and laid down nowhere.
      const { call } = await given().newTenant(first);
      await call('PUT', '/v1/settings', second);
      const shown = await call('GET', '/v1/settings/versions/1');
      expect(shown).toMatchObject({ status: 200, json: { settings: first } });
      expect((await call('GET', '/v1/settings/versions/1')).json).toEqual(shown.json);
    });

    it('are at most a hundred an hour, and a repeated save is none', async () => {
      const { call } = await withVersions();
      for (let saves = 1; saves < 100; saves += 1) {
        expect((await call('PUT', '/v1/settings', first)).status).toBe(200);
      }
      const headers = { 'idempotency-key': 'hundredth' };
      const restore = () => call('POST', '/v1/settings/versions/99/restore', {}, headers);
      expect((await restore()).status).toBe(200);
      const refused = await call('PUT', '/v1/settings', second);
      expect(refused).toMatchObject({ status: 429, json: { code: 'rate-limited', limit: 'settings-saves' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      for (let times = 0; times < 3; times += 1) expect((await restore()).json.version).toBe(100);
      expect((await call('GET', '/v1/settings')).json).toEqual({ version: 100, settings: first });
      expect((await call('PUT', '/v1/settings?dryRun=true', second)).status).toBe(200);
    });

    it('repeat an answer that others have overtaken', async () => {
      const { call } = await withVersions(first);
      const once = { 'idempotency-key': 'put-once' };
      const saved = await call('PUT', '/v1/settings', second, once);
      await call('PUT', '/v1/settings', {});
      expect(await call('PUT', '/v1/settings', second, once)).toMatchObject({ status: 200, json: saved.json });
      expect((await call('GET', '/v1/settings')).json).toEqual({ version: 3, settings: {} });
    });
  });
}
