import { randomBytes } from 'node:crypto';
import { sameSecret, sha256 } from '#core/bytes.ts';
import { tenantSubject } from '#core/subject.ts';
import { keyIsLive } from '#core/tenant.ts';
import type { Scope } from '#schemas/tenant.ts';
import { Problem } from './errors.ts';
import type { Tenants, TenantView } from './tenants.ts';

/** Who asks. The tenant comes from here and from nowhere else. */
export type Caller =
  | {
      readonly kind: 'tenant';
      readonly tenantId: string;
      readonly keyId: string;
      readonly actor: string;
      readonly tenant: TenantView;
      readonly scopes: readonly Scope[];
    }
  | { readonly kind: 'platform'; readonly keyId: 'platform'; readonly actor: string };

export type TenantCaller = Extract<Caller, { kind: 'tenant' }>;

export type Authenticate = {
  /** A live tenant key with one of the scopes, or a Problem 401 or 403. */
  tenant(authorization: string | undefined, ...scopes: readonly Scope[]): Promise<TenantCaller>;
  /** A live tenant key of any scope. */
  anyTenant(authorization: string | undefined): Promise<TenantCaller>;
  /** The operator's PLATFORM_KEY, or a Problem 401. */
  platform(authorization: string | undefined): Caller;
};

const keyPattern = /^tf_([a-z0-9-]{1,32})_([a-z0-9]{8})_([a-z0-9]{32})_([a-z0-9]{6})$/;
// 32 characters that no font confuses (Crockford's alphabet, in lower case): 5 bits each, so 32 of them are 160 bits.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const letters = (bytes: Uint8Array) => Array.from(bytes, (byte) => alphabet[byte & 31]).join('');
const checksumOf = (body: string) => letters(sha256(body).subarray(0, 6));

/** A new API key: the text that is shown once, and what is kept of it. 160 random bits, so SHA-256 is hash enough. */
export function newApiKey(tenantId: string): { keyId: string; key: string; hash: string } {
  const keyId = letters(randomBytes(8));
  const body = `tf_${tenantId}_${keyId}_${letters(randomBytes(32))}`;
  const key = `${body}_${checksumOf(body)}`;
  return { keyId, key, hash: hashApiKey(key) };
}

/** What is kept of a key, and what a presented one is compared by. */
export const hashApiKey = (key: string): string => sha256(key).toString('base64url');

/** @param platformKey undefined: nobody is the platform */
export function createAuthenticate(options: {
  readonly tenants: Tenants;
  readonly platformKey: string | undefined;
  readonly now: () => number;
}): Authenticate {
  const bearer = (authorization: string | undefined) =>
    /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1] ?? '';

  async function findKey(tenantId: string, keyId: string, presented: string) {
    const tenant = await options.tenants.find(tenantId);
    const key = tenant?.document.keys.find(({ id }) => id === keyId);
    // Compared even when there is no such key, so that time does not tell which ids exist.
    const same = sameSecret(key?.hash ?? '', hashApiKey(presented));
    return tenant && key && same ? { tenant, key } : undefined;
  }

  async function anyTenant(authorization: string | undefined) {
    const presented = bearer(authorization);
    const [, tenantId = '', keyId = ''] = keyPattern.exec(presented) ?? [];
    if (tenantId === '' || checksumOf(presented.slice(0, -7)) !== presented.slice(-6))
      throw new Problem('unauthenticated');
    let found = await findKey(tenantId, keyId, presented);
    if (!found) {
      // What is known may be older than the key: whoever was just given one can use it everywhere, at once.
      options.tenants.forget(tenantSubject(tenantId));
      found = await findKey(tenantId, keyId, presented);
    }
    if (!found || !keyIsLive(found.key, options.now())) throw new Problem('unauthenticated');
    const { tenant, key } = found;
    if (tenant.document.state === 'suspended') throw new Problem('tenant-suspended');
    return { kind: 'tenant' as const, tenantId, keyId, actor: `key:${keyId}`, tenant, scopes: key.scopes };
  }

  return {
    anyTenant,
    async tenant(authorization, ...scopes) {
      const caller = await anyTenant(authorization);
      if (!scopes.some((scope) => caller.scopes.includes(scope))) throw new Problem('scope-missing');
      return caller;
    },
    platform(authorization) {
      const expected = options.platformKey;
      const same = sameSecret(expected ?? '', bearer(authorization));
      if (expected === undefined || !same) throw new Problem('unauthenticated');
      return { kind: 'platform', keyId: 'platform', actor: 'key:platform' };
    },
  };
}
