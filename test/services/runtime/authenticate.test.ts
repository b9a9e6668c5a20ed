import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveSettings } from '#core/settings.ts';
import { tenantDecider, type ApiKey, type TenantDocument } from '#core/tenant.ts';
import { createAuthenticate, hashApiKey, newApiKey } from '#runtime/authenticate.ts';
import { Problem } from '#runtime/errors.ts';
import type { Tenants, TenantView } from '#runtime/tenants.ts';
import { fold } from '../../support/given.ts';
import { born, tenantCreated } from '../../support/tenant-stories.ts';

const platformKey = 'p'.repeat(40);
const live = newApiKey('acme');
const ended = newApiKey('acme');
const revoked = newApiKey('acme');
const end = born + 1_000;

const kept = (key: typeof live, more: Partial<ApiKey> = {}): ApiKey => ({
  id: key.keyId,
  label: 'test',
  scopes: ['challenges', 'settings'],
  hash: key.hash,
  createdAt: born,
  ...more,
});
const acme = fold(tenantDecider, [tenantCreated]) as TenantDocument;
const keys = [kept(live), kept(ended, { expiresAt: end }), kept(revoked, { revokedAt: born })];

function viewOf(document: TenantDocument): TenantView {
  return { document, ...effectiveSettings(undefined, document.settings), settingsVersion: 'p0.t0' };
}

/** What is known of tenants: `now` at first, `then` once it was asked to forget. */
function createKnown(now: TenantDocument | undefined, then = now) {
  let document = now;
  const forgotten: string[] = [];
  const tenants: Tenants = {
    find: async (tenantId) => (document?.tenantId === tenantId ? viewOf(document) : undefined),
    forget(subject) {
      forgotten.push(subject);
      document = then;
    },
  };
  return { tenants, forgotten };
}

function setUp(document: TenantDocument | undefined = { ...acme, keys }, now = born, then = document) {
  const known = createKnown(document, then);
  const authenticate = createAuthenticate({ tenants: known.tenants, platformKey, now: () => now });
  return { ...known, authenticate };
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}
const bearer = ({ key }: { readonly key: string }) => `Bearer ${key}`;

describe('A new API key', () => {
  it('is tf, tenant, key id, secret and checksum, and only its hash is kept', () => {
    const { key, keyId, hash } = newApiKey('a-tenant-of-32-characters-012345');
    const [prefix, tenant, id, secret = '', checksum] = key.split('_');
    expect([prefix, tenant, id]).toEqual(['tf', 'a-tenant-of-32-characters-012345', keyId]);
    expect(secret).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
    const letters = '0123456789abcdefghjkmnpqrstvwxyz';
    const digest = createHash('sha256').update(key.slice(0, -7)).digest();
    expect(checksum).toBe([...digest.subarray(0, 6)].map((byte) => letters[byte & 31]).join(''));
    expect(hash).toBe(createHash('sha256').update(key).digest('base64url'));
    expect(hash).toBe(hashApiKey(key));
  });

  it('is another one each time', () => {
    const many = Array.from({ length: 200 }, () => newApiKey('acme').key);
    expect(new Set(many).size).toBe(200);
  });
});

describe('A caller of a tenant', () => {
  it('is who its key says, and acts under the name of the key', async () => {
    const { authenticate } = setUp();
    const caller = await authenticate.tenant(bearer(live), 'challenges');
    expect(caller).toMatchObject({ kind: 'tenant', tenantId: 'acme', keyId: live.keyId, actor: `key:${live.keyId}` });
    expect(caller.scopes).toEqual(['challenges', 'settings']);
    expect(JSON.stringify(caller)).not.toContain(live.key);
    expect((await authenticate.anyTenant(`bearer ${live.key}`)).keyId).toBe(live.keyId);
  });

  it('needs the scope of the call', async () => {
    const { authenticate } = setUp();
    expect(await codeOf(() => authenticate.tenant(bearer(live), 'settings'))).toBe('accepted');
    expect(await codeOf(() => authenticate.tenant(bearer(live), 'support'))).toBe('scope-missing');
    expect(await codeOf(() => authenticate.anyTenant(bearer(live)))).toBe('accepted');
  });

  it('is refused with a revoked key, and with an expired one from its end on, to the millisecond', async () => {
    const at = (now: number, key: typeof live) =>
      codeOf(() => setUp(undefined, now).authenticate.anyTenant(bearer(key)));
    expect(await at(born, revoked)).toBe('unauthenticated');
    expect(await at(end - 1, ended)).toBe('accepted');
    expect(await at(end, ended)).toBe('unauthenticated');
  });

  it('of a suspended tenant is told so, but only with a right key', async () => {
    const { authenticate } = setUp({ ...acme, keys, state: 'suspended' });
    expect(await codeOf(() => authenticate.anyTenant(bearer(live)))).toBe('tenant-suspended');
    expect(await codeOf(() => authenticate.anyTenant(bearer(newApiKey('acme'))))).toBe('unauthenticated');
  });

  it('is refused with the key of another tenant or of none', async () => {
    const { authenticate } = setUp();
    for (const tenant of ['globex', 'acm']) {
      expect(await codeOf(() => authenticate.anyTenant(bearer(newApiKey(tenant))))).toBe('unauthenticated');
    }
  });

  it('is refused when a key that is right in all but one character is shown', async () => {
    const { authenticate } = setUp();
    for (let at = 0; at < live.key.length; at += 1) {
      const other = live.key[at] === '0' ? '1' : '0';
      const altered = live.key.slice(0, at) + other + live.key.slice(at + 1);
      expect(await codeOf(() => authenticate.anyTenant(`Bearer ${altered}`))).toBe('unauthenticated');
    }
  });

  it('is refused with a key whose id and checksum are right and whose secret is not', async () => {
    const body = `tf_acme_${live.keyId}_${'0'.repeat(32)}`;
    const letters = '0123456789abcdefghjkmnpqrstvwxyz';
    const digest = createHash('sha256').update(body).digest();
    const forged = `${body}_${[...digest.subarray(0, 6)].map((byte) => letters[byte & 31]).join('')}`;
    const { authenticate, forgotten } = setUp();
    expect(await codeOf(() => authenticate.anyTenant(`Bearer ${forged}`))).toBe('unauthenticated');
    expect(forgotten).toEqual(['tenant:acme']);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    live.key,
    `Basic ${live.key}`,
    `Bearer  ${live.key}`,
    `Bearer ${live.key} `,
  ])('is refused with the header %j, and nothing is looked up', async (authorization) => {
    const { authenticate, forgotten } = setUp();
    expect(await codeOf(() => authenticate.anyTenant(authorization))).toBe('unauthenticated');
    expect(forgotten).toEqual([]);
  });

  it('is refused with any other text, and never by throwing anything else', async () => {
    const { authenticate } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await codeOf(() => authenticate.anyTenant(`Bearer ${text}`))).toBe('unauthenticated');
        expect(await codeOf(() => authenticate.anyTenant(text))).toBe('unauthenticated');
      }),
    );
  });

  it('whose key is younger than what is known of its tenant is known on a second look', async () => {
    const { authenticate, forgotten } = setUp({ ...acme, keys: [] }, born, { ...acme, keys });
    expect(await codeOf(() => authenticate.anyTenant(bearer(live)))).toBe('accepted');
    expect(forgotten).toEqual(['tenant:acme']);
  });

  it('is not decided when the store is down', async () => {
    const down = () => Promise.reject(new Error('store down'));
    const authenticate = createAuthenticate({ tenants: { find: down, forget() {} }, platformKey, now: () => born });
    await expect(authenticate.anyTenant(bearer(live))).rejects.toThrow('store down');
  });
});

describe('The operator', () => {
  it('is whoever has the whole PLATFORM_KEY', async () => {
    const { authenticate } = setUp();
    expect(authenticate.platform(`Bearer ${platformKey}`)).toEqual({
      kind: 'platform',
      keyId: 'platform',
      actor: 'key:platform',
    });
    for (const wrong of [
      undefined,
      '',
      'Bearer ',
      `Bearer ${platformKey}p`,
      `Bearer ${platformKey.slice(1)}`,
      bearer(live),
    ])
      expect(await codeOf(() => authenticate.platform(wrong))).toBe('unauthenticated');
  });

  it('is nobody where there is no PLATFORM_KEY', async () => {
    const authenticate = createAuthenticate({ ...createKnown(undefined), platformKey: undefined, now: () => born });
    for (const header of [undefined, '', 'Bearer ', `Bearer ${platformKey}`])
      expect(await codeOf(() => authenticate.platform(header))).toBe('unauthenticated');
  });

  it('is no tenant, and no tenant is the operator', async () => {
    const { authenticate } = setUp();
    expect(await codeOf(() => authenticate.anyTenant(`Bearer ${platformKey}`))).toBe('unauthenticated');
  });
});
