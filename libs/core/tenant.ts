import type {
  ApiKeyCreated,
  ApiKeyRevoked,
  ApiKeyRotated,
  PlatformCreated,
  Scope,
  SettingsChanged,
  TenantCreated,
  TenantListed,
  TenantUpdated,
} from '#schemas/tenant.ts';
import { sha256 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { happened, refused, type Decider, type Decision, type Fact } from './decider.ts';
import type { OwnSettings } from './settings.ts';

export type ApiKey = {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
};

/** How a command at a tenant or the platform ended. */
export type TenantOutcome = { readonly id: string; readonly at: number; readonly did: string; readonly thing?: string };

/** One of the last versions of a level's settings. Its content lies beside the record, under its digest. */
export type SettingsVersion = {
  readonly version: number;
  readonly at: number;
  readonly actor: string;
  readonly digest: string;
  /** The version whose content it brought back. */
  readonly restored?: number;
};

export type Governed = {
  readonly settings: OwnSettings;
  readonly settingsVersion: number;
  /** Oldest first. A record without any was made before versions were kept, or its settings were never changed. */
  readonly versions?: readonly SettingsVersion[];
  readonly commands: readonly TenantOutcome[];
};

export type TenantDocument = Governed & {
  readonly kind: 'tenant';
  readonly tenantId: string;
  readonly name: string;
  readonly state: 'active' | 'suspended';
  readonly createdAt: number;
  readonly keys: readonly ApiKey[];
};

export type ListedTenant = { readonly tenantId: string; readonly name: string; readonly state: 'active' | 'suspended' };

export type PlatformDocument = Governed & {
  readonly kind: 'platform';
  readonly keyCheck: string;
  readonly tenants: readonly ListedTenant[];
};

/** Of all kept keys, dead ones included; those are forgotten oldest first beyond it. */
const keysMax = 100;
const versionsMax = 50;
const commandsMax = 64;
const commandsKeptMs = 86_400_000;

/** Whether the key opens anything at `now` (Unix milliseconds). */
export const keyIsLive = (key: ApiKey, now: number): boolean =>
  key.revokedAt === undefined && (key.expiresAt === undefined || now < key.expiresAt);

function remember<T extends Governed>(document: T, fact: Fact, thing?: string): T {
  const entry: TenantOutcome = { id: fact.causationId, at: fact.time, did: fact.type, thing };
  const kept = document.commands.filter(({ id, at }) => id !== entry.id && fact.time - at < commandsKeptMs);
  return { ...document, commands: [...kept, entry].slice(-commandsMax) };
}

const changeKey = (document: TenantDocument, id: string, edit: (key: ApiKey) => ApiKey): TenantDocument => ({
  ...document,
  keys: document.keys.map((key) => (key.id === id ? edit(key) : key)),
});

/** Names a version's content, so that what is kept under it can be no other. */
export const settingsDigest = (settings: OwnSettings): string =>
  sha256(canonical(settings)).toString('base64url').slice(0, 22);

/** Where the content of a version lies. The digest is in the name, so a commit that lost its race can leave nothing there that the winner did not mean. */
export const versionKey = (subject: string, { version, digest }: Pick<SettingsVersion, 'version' | 'digest'>): string =>
  `settings/${subject}/${version}/${digest}`;

function evolveSettings<T extends Governed>(document: T, fact: Fact): T {
  const { settings, version, restored } = fact.data as SettingsChanged;
  const { time: at, actor } = fact;
  const entry = { version, at, actor, digest: settingsDigest(settings), ...(restored !== undefined && { restored }) };
  const versions = [...(document.versions ?? []), entry].slice(-versionsMax);
  return remember({ ...document, settings, settingsVersion: version, versions }, fact, String(version));
}

function bornTenant(fact: Fact): TenantDocument {
  const { tenantId, name } = fact.data as TenantCreated;
  return {
    kind: 'tenant',
    tenantId,
    name,
    state: 'active',
    createdAt: fact.time,
    keys: [],
    settings: {},
    settingsVersion: 0,
    commands: [],
  };
}

function evolveTenant(before: TenantDocument | undefined, fact: Fact): TenantDocument {
  const document = before ?? bornTenant(fact);
  switch (fact.type) {
    case 'tenant-created':
      return remember(document, fact, document.tenantId);
    case 'tenant-updated':
      return remember({ ...document, name: (fact.data as TenantUpdated).name }, fact);
    case 'tenant-suspended':
      return remember({ ...document, state: 'suspended' }, fact);
    case 'tenant-resumed':
      return remember({ ...document, state: 'active' }, fact);
    case 'api-key-created': {
      const { keyId, ...key } = fact.data as ApiKeyCreated;
      const keys = [...document.keys, { ...key, id: keyId, createdAt: fact.time }];
      const oldest = keys.length > keysMax ? keys.findIndex((one) => !keyIsLive(one, fact.time)) : -1;
      return remember({ ...document, keys: oldest < 0 ? keys : keys.toSpliced(oldest, 1) }, fact, keyId);
    }
    case 'api-key-revoked': {
      const { keyId } = fact.data as ApiKeyRevoked;
      return remember(
        changeKey(document, keyId, (key) => ({ ...key, revokedAt: fact.time })),
        fact,
        keyId,
      );
    }
    case 'api-key-rotated': {
      const { keyId, oldExpiresAt } = fact.data as ApiKeyRotated;
      const shorter = (key: ApiKey) => ({ ...key, expiresAt: Math.min(key.expiresAt ?? oldExpiresAt, oldExpiresAt) });
      return changeKey(document, keyId, shorter);
    }
    case 'settings-changed':
      return evolveSettings(document, fact);
    default:
      return document;
  }
}

function evolvePlatform(before: PlatformDocument | undefined, fact: Fact): PlatformDocument {
  const document: PlatformDocument = before ?? {
    kind: 'platform',
    keyCheck: '',
    tenants: [],
    settings: {},
    settingsVersion: 0,
    commands: [],
  };
  switch (fact.type) {
    case 'platform-created':
      return remember({ ...document, keyCheck: (fact.data as PlatformCreated).keyCheck }, fact);
    case 'tenant-listed': {
      const listed = fact.data as TenantListed;
      const others = document.tenants.filter(({ tenantId }) => tenantId !== listed.tenantId);
      const tenants = [...others, listed].toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
      return remember({ ...document, tenants }, fact, listed.tenantId);
    }
    case 'settings-changed':
      return evolveSettings(document, fact);
    default:
      return document;
  }
}

const outcomeOf = (document: Governed, commandId: string) => document.commands.find(({ id }) => id === commandId);

export const tenantDecider: Decider<TenantDocument, TenantOutcome> = {
  evolve: evolveTenant,
  outcomeOf,
  expiresAt: () => 0,
};
export const platformDecider: Decider<PlatformDocument, TenantOutcome> = {
  evolve: evolvePlatform,
  outcomeOf,
  expiresAt: () => 0,
};

/** A tenant's id is taken for ever: nobody may inherit another's subjects. */
export function createTenant(document: TenantDocument | undefined, data: TenantCreated): Decision<never> {
  if (document) return refused('tenant-exists');
  return happened({ type: 'tenant-created', about: data.tenantId, data });
}

/** The platform's record, made once; whoever comes later finds it and compares the key check. */
export function createPlatform(document: PlatformDocument | undefined, keyCheck: string): Decision<TenantOutcome> {
  if (document && document.keyCheck !== '') return unchanged('platform-created');
  return happened({ type: 'platform-created', about: 'platform', data: { keyCheck } });
}

/** Answers without an event when nothing would change, so that repeating it until it is there costs nothing. */
export function listTenant(document: PlatformDocument | undefined, data: TenantListed): Decision<TenantOutcome> {
  const listed = document?.tenants.find(({ tenantId }) => tenantId === data.tenantId);
  if (listed && listed.name === data.name && listed.state === data.state) return unchanged('tenant-listed');
  return happened({ type: 'tenant-listed', about: data.tenantId, data });
}

/** Renames, suspends or resumes; what is so already makes no event. */
export function updateTenant(
  document: TenantDocument | undefined,
  change: { readonly name?: string; readonly state?: 'active' | 'suspended' },
): Decision<TenantOutcome> {
  if (!document) return refused('not-found');
  const { tenantId } = document;
  const renamed = change.name !== undefined && change.name !== document.name;
  const turned = change.state !== undefined && change.state !== document.state;
  if (!renamed && !turned) return unchanged('tenant-updated');
  return happened(
    ...(renamed ? [{ type: 'tenant-updated' as const, about: tenantId, data: { tenantId, name: change.name } }] : []),
    ...(turned
      ? [
          {
            type: change.state === 'active' ? ('tenant-resumed' as const) : ('tenant-suspended' as const),
            about: tenantId,
            data: { tenantId },
          },
        ]
      : []),
  );
}

const liveKeys = (document: TenantDocument, now: number): number =>
  document.keys.filter((key) => keyIsLive(key, now)).length;

/** Refused with `too-many-keys` at 100 live ones: each is looked through at every call. */
export function createApiKey(document: TenantDocument | undefined, data: ApiKeyCreated, now: number): Decision<never> {
  if (!document) return refused('not-found');
  if (liveKeys(document, now) >= keysMax) return refused('too-many-keys');
  return happened({ type: 'api-key-created', about: data.keyId, data });
}

/** Revoking a revoked key changes nothing. */
export function revokeApiKey(document: TenantDocument | undefined, keyId: string): Decision<TenantOutcome> {
  const key = document?.keys.find(({ id }) => id === keyId);
  if (!key) return refused('not-found');
  if (key.revokedAt !== undefined) return unchanged('api-key-revoked');
  return happened({ type: 'api-key-revoked', about: keyId, data: { keyId } });
}

/** The old key lives on for the overlap, then only the successor. */
export function rotateApiKey(
  document: TenantDocument | undefined,
  keyId: string,
  successor: { readonly keyId: string; readonly hash: string },
  overlapMs: number,
  now: number,
): Decision<never> {
  const key = document?.keys.find(({ id }) => id === keyId);
  if (!document || !key || !keyIsLive(key, now)) return refused('not-found');
  // Without an overlap the successor takes the old key's place.
  if (overlapMs > 0 && liveKeys(document, now) >= keysMax) return refused('too-many-keys');
  const { label, scopes, expiresAt } = key;
  return happened(
    {
      type: 'api-key-rotated',
      about: keyId,
      data: { keyId, successorId: successor.keyId, oldExpiresAt: now + overlapMs },
    },
    { type: 'api-key-created', about: successor.keyId, data: { ...successor, label, scopes, expiresAt } },
  );
}

/**
 * @param expected the version the change was made on; undefined = whatever is there
 * @param restored the version that these settings were
 */
export function changeSettings(
  document: Governed | undefined,
  about: string,
  settings: OwnSettings,
  expected: number | undefined,
  restored?: number,
): Decision<never> {
  if (!document) return refused('not-found');
  if (expected !== undefined && expected !== document.settingsVersion) return refused('settings-changed-meanwhile');
  const data = { version: document.settingsVersion + 1, settings, ...(restored !== undefined && { restored }) };
  return happened({ type: 'settings-changed', about, data });
}

const unchanged = (did: string): Decision<TenantOutcome> => ({ kind: 'answer', answer: { id: '', at: 0, did } });
