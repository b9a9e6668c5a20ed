import { accountCalls } from '#schemas/account-calls.ts';
import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { happened, refused, type Decision } from '#core/decider.ts';
import { findLogin, loginStatus } from '#core/login-status.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { viewPage } from '#runtime/page-view.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { readHandle, sessionMs, tokenOf, type PagePlace } from '#runtime/page-token.ts';

/** Exchanges the one-time handle of a pageUrl for a page's token: the handle is its own credential, and dies by this. */
export function registerPages(app: Http, foundation: Foundation): void {
  const { handle, keys, tenants, now } = foundation;
  app.post('/v1/pages/sessions', { schema: accountCalls.openSession }, async (request, reply) => {
    const place = readHandle(keys, request.body.handle);
    const found = place && (await handle.look<AccountDocument>(place.accountId));
    if (!place || found?.document.kind !== 'account') throw new Problem('not-found');
    const { tenant: tenantId } = found.document;
    const tenant = await tenants.find(tenantId);
    if (!tenant || tenant.document.state === 'suspended') throw new Problem('not-found');
    const { commandId, late } = await claimOf(foundation, request, { tenantId, keyId: `handle:${place.nonce}` });
    const handled = await handle.handle<AccountDocument, AccountOutcome, never>({
      subject: place.accountId,
      tenant: tenantId,
      commandId,
      actor: `page:${place.accountId}`,
      decider: accountDecider,
      decide: (document, at) => (late ? refused('not-found') : openSession(document, place, at.now)),
    });
    if (handled.kind !== 'done') throw new Problem('not-found');
    const { document, salt } = handled;
    const login = findLogin(document, place.thing);
    const page = document.pages.find(({ nonce }) => nonce === place.nonce);
    const account = { keys, tenant: tenantId, accountId: place.accountId, salt };
    const [thing, returnUrl] = login ? [login.id, login.returnUrl] : [place.nonce, page?.returnUrl];
    reply.code(201);
    return {
      token: tokenOf(keys, place.thing, place.nonce),
      kind: login ? 'login' : 'account',
      id: place.thing,
      ...viewPage(account, tenant, document, { thing, returnUrl }),
      expiresAt: new Date(login?.expiresAt ?? page?.sessionExpiresAt ?? now()).toISOString(),
    };
  });
}

/** A handle opens once, while it lives, and a login's only while the login is open. */
function openSession(
  document: AccountDocument | undefined,
  { thing, accountId, nonce }: PagePlace,
  now: number,
): Decision<never> {
  const opened = (expiresAt: number) =>
    happened({ type: 'page-session-started', about: thing, data: { nonce, expiresAt } });
  if (thing === accountId) {
    const page = document?.pages.find((candidate) => candidate.nonce === nonce);
    if (!page || page.sessionExpiresAt !== undefined || now >= page.handleExpiresAt) return refused('not-found');
    return opened(now + sessionMs);
  }
  const login = findLogin(document, thing);
  const alive = login?.nonce === nonce && login.sessionStarted !== true && now < (login.handleExpiresAt ?? 0);
  if (!login || !alive || loginStatus(login, now) === 'canceled') return refused('not-found');
  return opened(login.expiresAt);
}
