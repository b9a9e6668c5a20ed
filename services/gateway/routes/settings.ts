import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDeepStrictEqual } from 'node:util';
import type { Decider } from '#core/decider.ts';
import { checkSettings, effectiveSettings, type Level, type OwnSettings } from '#core/settings.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import {
  changeSettings,
  platformDecider,
  tenantDecider,
  type PlatformDocument,
  type TenantDocument,
  type TenantOutcome,
} from '#core/tenant.ts';
import {
  answers,
  Conditional,
  DryRun,
  EffectiveSettings,
  SettingsAnswer,
  SettingsBody,
  SettingsSaved,
} from '#schemas/api.ts';
import { callerOf, demand } from '#runtime/caller.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claim, type Claim } from '#runtime/idempotency.ts';
import { checkTemplate } from '#runtime/render.ts';

const settingsBytesMax = 393_216;
const security = [{ apiKey: [] }];

/** Whose settings a call is about. */
type Place = {
  readonly level: Level;
  readonly subject: string;
  readonly tenant: string;
  readonly keyId: string;
  readonly actor: string;
};

type Governed = TenantDocument | PlatformDocument;

const outside = {
  template: (source: string, kind: Parameters<typeof checkTemplate>[1]) =>
    checkTemplate(source, kind).map(({ line, column, reason }) => `line ${line}, column ${column}: ${reason}`),
};

/** The level a call is about follows from who asks: a tenant's key means that tenant, the operator's key the platform. */
function placeOf(request: FastifyRequest): Place {
  const caller = callerOf(request);
  const { keyId, actor } = caller;
  if (caller.kind === 'platform')
    return { level: 'platform', subject: platformSubject, tenant: 'platform', keyId, actor };
  const { tenantId } = caller;
  return { level: 'tenant', subject: tenantSubject(tenantId), tenant: tenantId, keyId, actor };
}

/** A level's own settings, whole; what is left out is inherited. The same calls for a tenant and for the platform. */
export function registerSettings(app: Http, foundation: Foundation): void {
  const { authenticate, handle } = foundation;

  async function governedBy(subject: string): Promise<Governed> {
    const found = await handle.look<Governed>(subject);
    if (!found) throw new Problem('not-found');
    return found.document;
  }

  async function save(place: Place, settings: OwnSettings, expected: number | undefined, { commandId, late }: Claim) {
    const handled = await handle.handle<Governed, TenantOutcome, never>({
      subject: place.subject,
      tenant: place.tenant,
      commandId,
      late,
      actor: place.actor,
      decider: (place.level === 'tenant' ? tenantDecider : platformDecider) as Decider<Governed, TenantOutcome>,
      decide: (document) => changeSettings(document, place.tenant, settings, expected),
    });
    if (handled.kind === 'refused') throw problemOf(handled.refusal);
    if (!handled.document) throw new Problem('not-found');
    return handled.document;
  }

  const show = (document: Governed, reply: FastifyReply) => {
    reply.header('etag', `"${document.settingsVersion}"`);
    return { version: document.settingsVersion, settings: { ...document.settings } };
  };

  for (const [base, scope] of [
    ['/v1/settings', 'settings'],
    ['/v1/platform/settings', 'platform'],
  ] as const) {
    const common = { tags: [scope], security };
    const onRequest = demand(authenticate, scope);
    app.get(
      base,
      { onRequest, schema: { ...common, summary: 'Own settings', response: answers(200, SettingsAnswer) } },
      async (request, reply) => {
        const place = placeOf(request);
        return show(await governedBy(place.subject), reply);
      },
    );

    const effective = { ...common, summary: 'Each value with its level', response: answers(200, EffectiveSettings) };
    app.get(`${base}/effective`, { onRequest, schema: effective }, async (request) => {
      const place = placeOf(request);
      const [own, platform] = await Promise.all([governedBy(place.subject), governedBy(platformSubject)]);
      return effectiveSettings(platform.settings, place.level === 'tenant' ? own.settings : undefined);
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
        const place = placeOf(request);
        const faults = checkSettings(request.body, place.level, outside);
        if (faults.length > 0) throw new Problem('malformed-request', { errors: faults.slice(0, 100) });
        const expected = versionOf(request.headers['if-match']);
        if (request.query.dryRun === 'true') {
          const before = await governedBy(place.subject);
          if (expected !== undefined && expected !== before.settingsVersion)
            throw new Problem('settings-changed-meanwhile');
          return { version: before.settingsVersion, changes: differences(before.settings, request.body) };
        }
        const claimed = await claim(foundation, {
          idempotencyKey: request.headers['idempotency-key']?.toString(),
          tenant: place.tenant,
          credential: place.keyId,
          method: request.method,
          path: request.url,
          body: request.body,
        });
        return show(await save(place, request.body, expected, claimed), reply);
      },
    );
  }
}

/** `"7"` → 7, `*` or nothing → whatever is there. */
function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) {
    throw new Problem('malformed-request', {
      errors: [{ field: 'If-Match', message: 'must be the ETag of a version, such as "3"' }],
    });
  }
  return Number(version);
}

/** What a change would change, value by value, as it takes effect below the level. */
function differences(before: OwnSettings, after: OwnSettings) {
  const [from, to] = [effectiveSettings(undefined, before), effectiveSettings(undefined, after)];
  const valueAt = (settings: unknown, path: string) =>
    path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], settings);
  return Object.keys(to.levels)
    .map((field) => ({ field, from: valueAt(from.settings, field), to: valueAt(to.settings, field) }))
    .filter((change) => !isDeepStrictEqual(change.from, change.to));
}
