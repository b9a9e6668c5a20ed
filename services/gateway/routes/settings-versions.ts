import type { OwnSettings } from '#core/settings.ts';
import type { SettingsVersion } from '#core/tenant.ts';
import { answers, Conditional, Nothing } from '#schemas/api.ts';
import { DryRun, SettingsSaved, VersionAnswer, VersionList, VersionParams } from '#schemas/settings-api.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { placeOf, show, versionOf, type Place, type SettingsDesk } from '../settings-desk.ts';
import { readVersion } from '../settings-versions.ts';
import type { SettingsBase } from './settings.ts';

const view = ({ version, at, actor, restored }: SettingsVersion) => ({
  version,
  at: new Date(at).toISOString(),
  actor,
  ...(restored !== undefined && { restored }),
});

/** The last 50 versions of a level's settings: who saved them and when, their content, and the way back to one. */
export function registerSettingsVersions(
  app: Http,
  foundation: Foundation,
  desk: SettingsDesk,
  { base, common, onRequest }: SettingsBase,
): void {
  async function find({ subject }: Place, wanted: string): Promise<{ entry: SettingsVersion; settings: OwnSettings }> {
    const { versions = [] } = await desk.governedBy(subject);
    const entry = versions.find(({ version }) => version === Number(wanted));
    if (!entry) throw new Problem('not-found');
    const settings = await readVersion(foundation, subject, entry);
    if (!settings) throw new Problem('settings-version-gone');
    return { entry, settings };
  }

  const list = { ...common, summary: 'The last 50 versions, newest first', response: answers(200, VersionList) };
  app.get(`${base}/versions`, { onRequest, schema: list }, async (request) => {
    const { versions = [] } = await desk.governedBy(placeOf(request).subject);
    return { versions: versions.toReversed().map(view) };
  });

  const one = { ...common, summary: 'A version with its settings', params: VersionParams };
  app.get(
    `${base}/versions/:version`,
    { onRequest, schema: { ...one, response: answers(200, VersionAnswer) } },
    async (request) => {
      const { entry, settings } = await find(placeOf(request), request.params.version);
      return { ...view(entry), settings: { ...settings } };
    },
  );

  const restore = {
    ...common,
    summary: 'Save an old version again, as a new one',
    params: VersionParams,
    querystring: DryRun,
    headers: Conditional,
    body: Nothing,
  };
  app.post(
    `${base}/versions/:version/restore`,
    { onRequest, schema: { ...restore, response: answers(200, SettingsSaved) } },
    async (request, reply) => {
      const place = placeOf(request);
      const expected = versionOf(request.headers['if-match']);
      const { entry, settings } = await find(place, request.params.version);
      const save = { settings, expected, restored: entry.version };
      if (request.query.dryRun === 'true') return desk.tryOut(place, save);
      return show(await desk.save(request, place, save), reply);
    },
  );
}
