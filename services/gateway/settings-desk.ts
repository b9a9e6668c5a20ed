import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Decider } from '#core/decider.ts';
import { differences, type SettingsChange } from '#core/settings-difference.ts';
import { checkSettings, type SettingsFault } from '#core/settings-input.ts';
import { effectiveSettings, type Effective, type OwnSettings } from '#core/settings.ts';
import type { Level } from '#core/settings-table.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import {
  changeSettings,
  platformDecider,
  tenantDecider,
  type PlatformDocument,
  type TenantDocument,
  type TenantOutcome,
} from '#core/tenant.ts';
import { callerOf } from '#runtime/caller.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { reserveSave } from '#runtime/quota.ts';
import { checkTemplate } from '#runtime/render.ts';
import { notChecked, readProviders } from './provider-states.ts';
import { keepVersion, readVersion } from './settings-versions.ts';

/** Whose settings a call is about. */
export type Place = {
  readonly level: Level;
  readonly subject: string;
  readonly tenant: string;
  readonly keyId: string;
  readonly actor: string;
};

type Governed = TenantDocument | PlatformDocument;
export type Saved = { readonly version: number; readonly settings: OwnSettings };
type Save = {
  readonly settings: OwnSettings;
  readonly expected: number | undefined;
  readonly restored?: number;
};

type Levels = { readonly own: Governed; readonly platform: Governed };

const faultsMax = 100;
/** Delivery workers that have just started, or just woken, have not told of their providers yet. */
const probesMsMax = 2_000;
const probesPauseMs = 100;

const outside = {
  template: (source: string, kind: Parameters<typeof checkTemplate>[1]) =>
    checkTemplate(source, kind).map(({ line, column, reason }) => `line ${line}, column ${column}: ${reason}`),
};

/** The level a call is about follows from who asks: a tenant's key means that tenant, the operator's key the platform. */
export function placeOf(request: FastifyRequest): Place {
  const caller = callerOf(request);
  const { keyId, actor } = caller;
  if (caller.kind === 'platform')
    return { level: 'platform', subject: platformSubject, tenant: 'platform', keyId, actor };
  const { tenantId } = caller;
  return { level: 'tenant', subject: tenantSubject(tenantId), tenant: tenantId, keyId, actor };
}

/** `"7"` → 7, `*` or nothing → whatever is there. */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) {
    throw new Problem('malformed-request', {
      errors: [{ field: 'If-Match', message: 'must be the ETag of a version, such as "3"' }],
    });
  }
  return Number(version);
}

/** The version as the body and as the ETag that If-Match takes. */
export function show({ version, settings }: Saved, reply: FastifyReply): Saved {
  reply.header('etag', `"${version}"`);
  return { version, settings: { ...settings } };
}

/** What all calls on settings have in common, for a tenant and for the platform alike. */
export type SettingsDesk = {
  /** The level's record, as it is in the log; a Problem 404 without one. */
  governedBy(subject: string): Promise<Governed>;
  /** What holds at the level now. */
  effective(place: Place): Promise<Effective>;
  /** What a save would change; it is checked and changes nothing. */
  tryOut(place: Place, save: Save): Promise<{ version: number; changes: SettingsChange[] }>;
  /** Checks and saves: a new version, or a Problem that lists every fault. */
  save(request: FastifyRequest, place: Place, save: Save): Promise<Saved>;
};

export function createSettingsDesk(foundation: Foundation): SettingsDesk {
  const { handle, store } = foundation;

  async function governedBy(subject: string): Promise<Governed> {
    const found = await handle.look<Governed>(subject);
    if (!found) throw new Problem('not-found');
    return found.document;
  }

  const levelsOf = async (place: Place): Promise<Levels> => {
    const [own, platform] = await Promise.all([governedBy(place.subject), governedBy(platformSubject)]);
    return { own, platform };
  };

  /** What holds at a level whose own settings are these. */
  const effectiveAt = ({ level }: Place, own: OwnSettings, platform: Governed): Effective =>
    level === 'platform' ? effectiveSettings(own, undefined) : effectiveSettings(platform.settings, own);

  async function faultsOf(place: Place, settings: OwnSettings, { own, platform }: Levels): Promise<SettingsFault[]> {
    const deadline = performance.now() + probesMsMax;
    const context = { level: place.level, platform: platform.settings, before: own.settings, outside };
    for (;;) {
      const providers = await readProviders(foundation);
      const faults = checkSettings(settings, { ...context, providers });
      const known = ({ field }: SettingsFault) =>
        providers.some(({ channel, reason }) => field.includes(`.${channel}.`) && reason !== notChecked);
      const untold = faults.length > 0 && faults.every((fault) => isUnready(fault) && !known(fault));
      if (!untold || performance.now() > deadline) return faults;
      await pause(probesPauseMs);
    }
  }

  async function answerOf(place: Place, document: Governed, version: number): Promise<Saved> {
    if (version === document.settingsVersion) return { version, settings: document.settings };
    // The call is repeated, and others have saved since: it is answered with what it made.
    const entry = document.versions?.find((one) => one.version === version);
    const settings = entry && (await readVersion(foundation, place.subject, entry));
    if (!settings) throw new Problem('settings-version-gone');
    return { version, settings };
  }

  return {
    governedBy,
    async effective(place) {
      const { own, platform } = await levelsOf(place);
      return effectiveAt(place, own.settings, platform);
    },
    async tryOut(place, { settings, expected }) {
      const levels = await levelsOf(place);
      const { own, platform } = levels;
      const faults = await faultsOf(place, settings, levels);
      if (faults.length > 0) throw refusalOf(faults);
      const version = own.settingsVersion;
      if (expected !== undefined && expected !== version) throw new Problem('settings-changed-meanwhile');
      const [before, after] = [own.settings, settings].map((stated) => effectiveAt(place, stated, platform));
      return { version, changes: differences(before as Effective, after as Effective) };
    },
    async save(request, place, { settings, expected, restored }) {
      const levels = await levelsOf(place);
      const faults = await faultsOf(place, settings, levels);
      if (faults.some(({ reason }) => reason === undefined)) throw refusalOf(faults);
      const { commandId, late } = await claimOf(foundation, request, { tenantId: place.tenant, keyId: place.keyId });
      // What was carried out is answered again, whatever has changed around it since.
      const repeated = levels.own.commands.some(({ id }) => id === commandId);
      if (faults.length > 0 && !repeated) throw refusalOf(faults);
      const handled = await handle.handle<Governed, TenantOutcome, never>({
        subject: place.subject,
        tenant: place.tenant,
        commandId,
        late,
        actor: place.actor,
        decider: (place.level === 'tenant' ? tenantDecider : platformDecider) as Decider<Governed, TenantOutcome>,
        async decide(document) {
          const decision = changeSettings(document, place.tenant, settings, expected, restored);
          if (decision.kind === 'events' && document) {
            if (place.level === 'tenant') await reserveSave(store, commandId, place.tenant);
            await keepVersion(store, place.subject, document.settingsVersion + 1, settings);
          }
          return decision;
        },
      });
      if (handled.kind === 'refused') throw problemOf(handled.refusal);
      if (handled.kind !== 'done') throw new Error('a save of settings ends in events');
      return answerOf(place, handled.document, Number(handled.outcome.thing));
    },
  };
}

const isUnready = ({ reason }: SettingsFault) => reason === 'provider-not-working';

/** Settings that only want a working provider are told apart from those that want a change. */
function refusalOf(faults: readonly SettingsFault[]): Problem {
  const errors = faults.slice(0, faultsMax).map(({ field, message }) => ({ field, message }));
  return new Problem(faults.every(isUnready) ? 'provider-not-working' : 'malformed-request', { errors });
}
