import { Type, type Static } from 'typebox';
import { Millis } from './event.ts';

export const scopes = ['challenges', 'accounts', 'import', 'support', 'settings', 'platform'] as const;
export const Scope = Type.Enum([...scopes]);
export type Scope = (typeof scopes)[number];

export const TenantId = Type.String({ pattern: '^[a-z0-9-]{1,32}$' });
export const KeyId = Type.String({ pattern: '^[a-z0-9]{8}$' });
export const TenantName = Type.String({ minLength: 1, maxLength: 100 });

/** The platform's record is born; `keyCheck` is a digest that only the same subject key can make. */
export const PlatformCreated = Type.Object({ keyCheck: Type.String({ maxLength: 64 }) });

export const TenantCreated = Type.Object({ tenantId: TenantId, name: TenantName });
/** The platform's list takes the tenant up; repeated until it is there. */
export const TenantListed = Type.Object({
  tenantId: TenantId,
  name: TenantName,
  state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
});
export const TenantUpdated = Type.Object({ tenantId: TenantId, name: TenantName });
export const TenantSuspended = Type.Object({ tenantId: TenantId });
export const TenantResumed = Type.Object({ tenantId: TenantId });

/** `hash` is SHA-256 of the whole key; its secret part has 160 random bits, so no slow hash is needed. */
export const ApiKeyCreated = Type.Object({
  keyId: KeyId,
  label: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: Type.Array(Scope, { minItems: 1, maxItems: 6 }),
  hash: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  expiresAt: Type.Optional(Millis),
});
export const ApiKeyRevoked = Type.Object({ keyId: KeyId });
/** A successor takes over; the old key lives until `oldExpiresAt`. */
export const ApiKeyRotated = Type.Object({ keyId: KeyId, successorId: KeyId, oldExpiresAt: Millis });

/** The whole of a level's own settings after the change; `version` counts from 1. */
export const SettingsChanged = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  settings: Type.Record(Type.String(), Type.Unknown()),
  /** The version whose content was brought back. */
  restored: Type.Optional(Type.Integer({ minimum: 0 })),
});

export type PlatformCreated = Static<typeof PlatformCreated>;
export type TenantCreated = Static<typeof TenantCreated>;
export type TenantListed = Static<typeof TenantListed>;
export type TenantUpdated = Static<typeof TenantUpdated>;
export type TenantSuspended = Static<typeof TenantSuspended>;
export type TenantResumed = Static<typeof TenantResumed>;
export type ApiKeyCreated = Static<typeof ApiKeyCreated>;
export type ApiKeyRevoked = Static<typeof ApiKeyRevoked>;
export type ApiKeyRotated = Static<typeof ApiKeyRotated>;
export type SettingsChanged = Static<typeof SettingsChanged>;
