// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import {
  createApiKey,
  keyIsLive,
  revokeApiKey,
  rotateApiKey,
  tenantDecider,
  type TenantDocument,
} from '#core/tenant.ts';
import {
  born,
  givenTenant,
  idsOf,
  keyCreated,
  keyId,
  keyRevoked,
  keyRotated,
  tenantCreated,
} from '../support/tenant-stories.ts';

const keysMax = 100;
const hourMs = 3_600_000;
const fresh = { keyId: 'newnewne', hash: 'n'.repeat(43) };
const create = (now: number) => (document: TenantDocument | undefined) =>
  createApiKey(document, { ...fresh, label: 'new', scopes: ['settings'] }, now);
const revoke = (index: number) => (document: TenantDocument | undefined) => revokeApiKey(document, keyId(index));
const rotate = (index: number, overlapMs: number, now: number) => (document: TenantDocument | undefined) =>
  rotateApiKey(document, keyId(index), fresh, overlapMs, now);
const stateOf = (document: TenantDocument | undefined, index: number, now: number) => {
  const key = document?.keys.find(({ id }) => id === keyId(index));
  return key && keyIsLive(key, now);
};
const hundred = Array.from({ length: keysMax }, (_, index) => keyCreated(index, born + index));

describe('An API key', () => {
  it('is created with what is kept of it, and lives until its end, to the millisecond', () => {
    givenTenant(tenantCreated)
      .when(create(born))
      .thenHappened({
        type: 'api-key-created',
        about: fresh.keyId,
        data: { ...fresh, label: 'new', scopes: ['settings'] },
      });
    const { document } = givenTenant(tenantCreated, keyCreated(1, born, born + hourMs), keyCreated(2));
    expect(document?.keys[0]).toMatchObject({
      id: keyId(1),
      hash: 'h'.repeat(43),
      createdAt: born,
      expiresAt: born + hourMs,
    });
    expect([stateOf(document, 1, born + hourMs - 1), stateOf(document, 1, born + hourMs)]).toEqual([true, false]);
    expect(stateOf(document, 2, born + 1_000 * hourMs)).toBe(true);
  });

  it('is dead from its revocation on, and revoking it again writes nothing', () => {
    const history = [tenantCreated, keyCreated(1), keyRevoked(1, born + 5)];
    givenTenant(tenantCreated, keyCreated(1))
      .when(revoke(1))
      .thenHappened({ type: 'api-key-revoked', about: keyId(1) });
    expect(stateOf(givenTenant(...history).document, 1, born + 5)).toBe(false);
    expect(givenTenant(...history).document?.keys[0]).toMatchObject({ revokedAt: born + 5 });
    givenTenant(...history)
      .when(revoke(1))
      .thenAnswered({ did: 'api-key-revoked' });
  });

  it('of another tenant or of none is unknown', () => {
    givenTenant(tenantCreated, keyCreated(1)).when(revoke(2)).thenRefused('not-found');
    givenTenant().when(revoke(1)).thenRefused('not-found');
    givenTenant().when(create(born)).thenRefused('not-found');
    givenTenant(tenantCreated)
      .when(rotate(1, hourMs, born))
      .thenRefused('not-found');
  });
});

describe('Rotation', () => {
  it('makes a successor with the same label, scopes and end, and gives the old key the overlap', () => {
    const now = born + 10;
    givenTenant(tenantCreated, keyCreated(1, born, born + 10 * hourMs))
      .when(rotate(1, hourMs, now))
      .thenHappened(
        {
          type: 'api-key-rotated',
          about: keyId(1),
          data: { keyId: keyId(1), successorId: fresh.keyId, oldExpiresAt: now + hourMs },
        },
        {
          type: 'api-key-created',
          about: fresh.keyId,
          data: { ...fresh, label: 'key 1', scopes: ['challenges'], expiresAt: born + 10 * hourMs },
        },
      );
  });

  it('leaves both keys alive until the overlap ends, to the millisecond, then the successor', () => {
    const end = born + hourMs;
    const { document } = givenTenant(tenantCreated, keyCreated(1), ...keyRotated(1, 2, born + 1, end));
    expect([stateOf(document, 1, end - 1), stateOf(document, 2, end - 1)]).toEqual([true, true]);
    expect([stateOf(document, 1, end), stateOf(document, 2, end)]).toEqual([false, true]);
  });

  it('never lengthens the life of the old key', () => {
    const history = [tenantCreated, keyCreated(1, born, born + 60), ...keyRotated(1, 2, born, born + hourMs)];
    expect(givenTenant(...history).document?.keys[0]?.expiresAt).toBe(born + 60);
  });

  it('is answered under its command with the successor', () => {
    const { document } = givenTenant(tenantCreated, keyCreated(1), ...keyRotated(1, 2, born + 1, born + hourMs));
    expect(tenantDecider.outcomeOf(document as TenantDocument, 'rotate-1')).toMatchObject({ thing: keyId(2) });
  });

  it('of a dead key is refused', () => {
    givenTenant(tenantCreated, keyCreated(1), keyRevoked(1, born + 1))
      .when(rotate(1, hourMs, born + 2))
      .thenRefused('not-found');
    givenTenant(tenantCreated, keyCreated(1, born, born + 1))
      .when(rotate(1, hourMs, born + 1))
      .thenRefused('not-found');
  });
});

describe('A tenant has at most 100 live keys', () => {
  it('so that another is refused, until one is dead', () => {
    givenTenant(tenantCreated, ...hundred.slice(1))
      .when(create(born + keysMax))
      .thenHappened({ type: 'api-key-created' });
    givenTenant(tenantCreated, ...hundred)
      .when(create(born + keysMax))
      .thenRefused('too-many-keys');
    givenTenant(tenantCreated, ...hundred, keyRevoked(7, born + keysMax))
      .when(create(born + keysMax))
      .thenHappened({ type: 'api-key-created' });
  });

  it('rotated ones included: a successor beside the old key is one more', () => {
    givenTenant(tenantCreated, ...hundred)
      .when(rotate(1, 1, born + keysMax))
      .thenRefused('too-many-keys');
    givenTenant(tenantCreated, ...hundred)
      .when(rotate(1, 0, born + keysMax))
      .thenHappened({ type: 'api-key-rotated' }, { type: 'api-key-created' });
  });

  it('and forgets the oldest dead one beyond that, revoked or expired', () => {
    const revoked = givenTenant(
      tenantCreated,
      ...hundred,
      keyRevoked(7, born + 100),
      keyCreated(200, born + 101),
    ).document;
    expect(idsOf(revoked)).toHaveLength(keysMax);
    expect(idsOf(revoked)).not.toContain(keyId(7));
    const [, ...others] = hundred;
    const expired = [keyCreated(0, born, born + 50), ...others, keyCreated(200, born + 101)];
    expect(idsOf(givenTenant(tenantCreated, ...expired).document)).not.toContain(keyId(0));
    expect(idsOf(givenTenant(tenantCreated, ...expired).document)).toHaveLength(keysMax);
  });

  it('however often keys are rotated', () => {
    const rotations = Array.from({ length: 500 }, (_, index) =>
      keyRotated(index, index + 1, born + index * hourMs, born + index * hourMs + 1),
    ).flat();
    expect(idsOf(givenTenant(tenantCreated, keyCreated(0), ...rotations).document)).toHaveLength(keysMax);
  });
});
