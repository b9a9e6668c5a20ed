import type { FastifyRequest } from 'fastify';
import type { AccountDocument } from '#core/account-document.ts';
import { subjectOfThing } from '#core/subject.ts';
import type { Scope } from '#schemas/tenant.ts';
import type { TenantCaller } from './authenticate.ts';
import { documentOf } from './document-of.ts';
import { Problem } from './errors.ts';
import type { Foundation } from './foundation.ts';
import { isLivePage, looksLikePageToken, readPageToken } from './page-token.ts';
import type { TenantView } from './tenants.ts';

/** A page of ours acts for its owner: for one account, or for one login of it, and for nothing else. */
export type PageCaller = {
  readonly kind: 'page';
  readonly tenantId: string;
  readonly tenant: TenantView;
  readonly keyId: string;
  readonly actor: string;
  readonly accountId: string;
  /** Absent on the Security tab. */
  readonly loginId?: string;
  readonly nonce: string;
};

export type AccountCaller = TenantCaller | PageCaller;

const callers = new WeakMap<FastifyRequest, AccountCaller>();

/**
 * Lets in an API key with the scope (of several, one of them), or the token of a page. A page token opens the account or login of the path and no other; whatever
 * else it names is as unknown as if it were not there.
 */
export function demandAccount(
  foundation: Foundation,
  scope: Scope | readonly Scope[],
  pages: 'account' | 'login' | 'none',
) {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization = '' } = request.headers;
    const bearer = /^Bearer (\S{1,512})$/i.exec(authorization)?.[1] ?? '';
    if (!looksLikePageToken(bearer)) {
      callers.set(request, await foundation.authenticate.tenant(authorization, ...[scope].flat()));
      return;
    }
    const caller = await pageCaller(foundation, bearer);
    if (pages === 'none') throw new Problem('scope-missing');
    const { id } = request.params as { id?: string };
    const opened = pages === 'login' ? caller.loginId : caller.loginId === undefined ? caller.accountId : undefined;
    if (opened === undefined || opened !== id) throw new Problem('not-found');
    callers.set(request, caller);
  };
}

async function pageCaller({ keys, store, tenants, now }: Foundation, token: string): Promise<PageCaller> {
  const place = readPageToken(keys, token);
  const record = place && (await store.load(place.accountId));
  const document = documentOf<AccountDocument>(record);
  if (!place || document?.kind !== 'account' || !isLivePage(document, place, now()))
    throw new Problem('unauthenticated');
  const tenant = await tenants.find(document.tenant);
  if (!tenant || tenant.document.state === 'suspended') throw new Problem('unauthenticated');
  const { accountId, thing, nonce } = place;
  return {
    kind: 'page',
    tenantId: document.tenant,
    tenant,
    keyId: `page:${nonce}`,
    actor: `page:${accountId}`,
    accountId,
    ...(thing !== accountId && { loginId: thing }),
    nonce,
  };
}

/** Who asks; only in a route that demanded it. */
export function accountCallerOf(request: FastifyRequest): AccountCaller {
  const caller = callers.get(request);
  if (!caller) throw new Error('this route demands no caller');
  return caller;
}

/** The account a login id belongs to; a wrong shape is as unknown as a wrong id. */
export function accountOfLogin(loginId: string): string {
  const accountId = subjectOfThing(loginId, 'l');
  if (accountId === undefined) throw new Problem('not-found');
  return accountId;
}

/** An account id as its shape allows, or 404. */
export function accountIdOf(id: string): string {
  if (!/^[A-Za-z0-9_-]{22}$/.test(id)) throw new Problem('not-found');
  return id;
}

/** The caller's own account, or 404. */
export function ownAccount(document: AccountDocument | undefined, caller: AccountCaller): AccountDocument {
  if (document?.kind !== 'account' || document.tenant !== caller.tenantId) throw new Problem('not-found');
  return document;
}
