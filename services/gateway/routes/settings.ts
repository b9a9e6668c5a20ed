import { answers, Conditional } from '#schemas/api.ts';
import {
  DryRun,
  EffectiveSettings,
  PreviewAnswer,
  PreviewBody,
  ProviderList,
  SettingsAnswer,
  SettingsBody,
  SettingsSaved,
} from '#schemas/settings-api.ts';
import { demand } from '#runtime/caller.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { previewMessage } from '../preview-message.ts';
import { readProviders } from '../provider-states.ts';
import { createSettingsDesk, placeOf, show, versionOf, type SettingsDesk } from '../settings-desk.ts';
import { registerSettingsVersions } from './settings-versions.ts';

const settingsBytesMax = 393_216;
const security = [{ apiKey: [] }];

/** Where a level's calls are, and who may make them. */
export type SettingsBase = {
  readonly base: string;
  readonly common: { readonly tags: string[]; readonly security: typeof security };
  readonly onRequest: ReturnType<typeof demand>;
};

/** A level's own settings, whole; what is left out is inherited. The same calls for a tenant and for the platform. */
export function registerSettings(app: Http, foundation: Foundation): void {
  const desk = createSettingsDesk(foundation);
  for (const [root, scope] of [
    ['/v1', 'settings'],
    ['/v1/platform', 'platform'],
  ] as const) {
    const common = { tags: [scope], security };
    const at = { base: `${root}/settings`, common, onRequest: demand(foundation.authenticate, scope) };
    registerOwn(app, desk, at);
    registerSettingsVersions(app, foundation, desk, at);
    registerPreview(app, desk, at);
    registerProviders(app, foundation, { ...at, base: `${root}/providers` });
  }
}

function registerOwn(app: Http, desk: SettingsDesk, { base, common, onRequest }: SettingsBase): void {
  const own = { ...common, summary: 'Own settings', response: answers(200, SettingsAnswer) };
  app.get(base, { onRequest, schema: own }, async (request, reply) => {
    const { settings, settingsVersion: version } = await desk.governedBy(placeOf(request).subject);
    return show({ version, settings }, reply);
  });

  const effective = { ...common, summary: 'Each value with its level', response: answers(200, EffectiveSettings) };
  app.get(`${base}/effective`, { onRequest, schema: effective }, async (request) => {
    const { settings, levels, locked, overridden } = await desk.effective(placeOf(request));
    return { settings, levels, locked: [...locked], overridden: [...overridden] };
  });

  const put = {
    ...common,
    summary: 'Replace own settings',
    querystring: DryRun,
    headers: Conditional,
    body: SettingsBody,
  };
  app.put(
    base,
    { onRequest, schema: { ...put, response: answers(200, SettingsSaved) }, bodyLimit: settingsBytesMax },
    async (request, reply) => {
      const save = { settings: request.body, expected: versionOf(request.headers['if-match']) };
      if (request.query.dryRun === 'true') return desk.tryOut(placeOf(request), save);
      return show(await desk.save(request, placeOf(request), save), reply);
    },
  );
}

function registerPreview(app: Http, desk: SettingsDesk, { base, common, onRequest }: SettingsBase): void {
  const preview = { ...common, summary: 'A message as a person would see it', body: PreviewBody };
  app.post(
    `${base}/preview`,
    { onRequest, schema: { ...preview, response: answers(200, PreviewAnswer) } },
    async (request) => {
      const place = placeOf(request);
      const document = await desk.governedBy(place.subject);
      const { settings } = await desk.effective(place);
      return previewMessage(settings, document.kind === 'tenant' ? document.name : 'Example', request.body);
    },
  );
}

/** Not settings, but what they rely on: the operator's providers, and whether they work. */
function registerProviders(app: Http, foundation: Foundation, { base, common, onRequest }: SettingsBase): void {
  const list = { ...common, summary: 'Providers, and whether they work', response: answers(200, ProviderList) };
  app.get(base, { onRequest, schema: list }, async () => {
    const providers = await readProviders(foundation);
    return providers.map((provider) => ({ ...provider, checkedAt: new Date(provider.checkedAt).toISOString() }));
  });
}
