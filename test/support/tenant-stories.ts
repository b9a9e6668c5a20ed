import { tenantDecider, platformDecider, type TenantDocument } from '#core/tenant.ts';
import { storyOf, type Told } from './given.ts';

/** Words for stories of tenants and their keys. Times are Unix milliseconds. */

export const givenTenant = storyOf(tenantDecider);
export const givenPlatform = storyOf(platformDecider);

export const born = 1_790_000_000_000;

export const tenantCreated: Told = {
  type: 'tenant-created',
  time: born,
  data: { tenantId: 'acme', name: 'Acme' },
  causationId: 'create',
};

export const keyId = (index: number): string => `k${String(index).padStart(7, '0')}`;

export const keyCreated = (index: number, time = born, expiresAt?: number): Told => ({
  type: 'api-key-created',
  time,
  causationId: `key-${index}`,
  data: { keyId: keyId(index), label: `key ${index}`, scopes: ['challenges'], hash: 'h'.repeat(43), expiresAt },
});

export const keyRevoked = (index: number, time: number): Told => ({
  type: 'api-key-revoked',
  time,
  causationId: `revoke-${index}`,
  data: { keyId: keyId(index) },
});

export const keyRotated = (index: number, successor: number, time: number, oldExpiresAt: number): readonly Told[] => [
  {
    type: 'api-key-rotated',
    time,
    causationId: `rotate-${index}`,
    data: { keyId: keyId(index), successorId: keyId(successor), oldExpiresAt },
  },
  { ...keyCreated(successor, time), causationId: `rotate-${index}` },
];

export const idsOf = (document: TenantDocument | undefined): readonly string[] =>
  document?.keys.map(({ id }) => id) ?? [];
