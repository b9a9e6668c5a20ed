import type { ApiKey, TenantDocument, TenantOutcome } from '#core/tenant.ts';
import { keyIsLive } from '#core/tenant.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Handled } from '#runtime/handle.ts';

/** A new key's answer: the key itself once; a repetition of the call learns only that it was shown. */
export function showKey(
  handled: Handled<TenantDocument, TenantOutcome, never>,
  fresh: { readonly keyId: string; readonly key: string },
): { keyId: string; key?: string; secretShown?: boolean } {
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  if (handled.kind !== 'done') throw new Error('a new key is an event');
  if (handled.fresh) return { keyId: fresh.keyId, key: fresh.key };
  return { keyId: handled.outcome.thing ?? '', secretShown: true };
}

/** When a key is to end, in Unix milliseconds; a past end is a fault of the caller's. */
export function expiryOf(body: { readonly expiresAt?: string }, now: number): number | undefined {
  if (body.expiresAt === undefined) return undefined;
  const at = Date.parse(body.expiresAt);
  if (Number.isNaN(at) || at <= now) {
    throw new Problem('malformed-request', {
      errors: [{ field: 'expiresAt', message: 'must be a time in the future' }],
    });
  }
  return at;
}

/** A key as its owners see it: never its secret, nor its hash. */
export function viewKey(key: ApiKey, now: number) {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return {
    keyId: key.id,
    label: key.label,
    scopes: [...key.scopes],
    state: key.revokedAt !== undefined ? 'revoked' : keyIsLive(key, now) ? 'live' : 'expired',
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: iso(key.expiresAt),
    revokedAt: iso(key.revokedAt),
  };
}
