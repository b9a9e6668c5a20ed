import type { Scope } from '#schemas/tenant.ts';
import type { Portal } from '../portal.ts';
import { createSessions, type Session, type Sessions } from '../session.ts';

/** Who administers: whoever holds a key. The key travels sealed in the session's cookie, so that each call is the API's to allow. */
export type Administrator = {
  readonly key: string;
  /** The operator with PLATFORM_KEY, or a tenant's administrator. */
  readonly kind: 'platform' | 'tenant';
  /** What the key is called; shown on every page. */
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Absent for the operator. */
  readonly tenant?: string;
  readonly keyId?: string;
};

/** Before anybody has signed in: only so that the form is ours. */
export type Stranger = { readonly stranger: true };

export type AdminSession = Session<Administrator>;

/** What the administration's routes stand on. */
export type Ground = {
  readonly portal: Portal;
  readonly sessions: Sessions<Administrator>;
  readonly strangers: Sessions<Stranger>;
};

export const adminPath = '/admin';
export const signInPath = '/admin/sign-in';
/** A working day; a revoked or expired key ends it earlier, at its next call. */
export const sessionMsMax = 12 * 3_600_000;
/** How long the sign-in form may stand open. */
export const signInMsMax = 3_600_000;

export function layGround(portal: Portal): Ground {
  const { keys, secure, now } = portal;
  const cookies = { keys, secure, now, sameSite: 'strict' } as const;
  return {
    portal,
    sessions: createSessions<Administrator>({ ...cookies, kind: 'admin' }),
    strangers: createSessions<Stranger>({ ...cookies, kind: 'admin_door' }),
  };
}

/** What a page of the administration takes: a scope of a tenant's key, or the operator's key. */
export type Need = 'settings' | 'support' | 'platform' | 'settings-or-platform' | 'any';

export function allows({ kind, scopes }: Administrator, need: Need): boolean {
  if (need === 'any') return true;
  if (kind === 'platform') return need === 'platform' || need === 'settings-or-platform';
  if (need === 'settings-or-platform') return scopes.includes('settings');
  return need !== 'platform' && scopes.includes(need);
}

/** Why a key does not open a page, for whoever holds it. */
export function whyNot({ kind }: Administrator, need: Need): string {
  if (kind === 'platform') return 'This belongs to a tenant: sign in with a key of that tenant.';
  if (need === 'platform') return "This is the operator's: it takes the platform's key.";
  const scope = need === 'support' ? 'support' : 'settings';
  return `Your key lacks the scope “${scope}”.`;
}
