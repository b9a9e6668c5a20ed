import { accountCalls } from '#schemas/account-calls.ts';
import { happened } from '#core/decider.ts';
import { accountPolicy } from '#core/settings.ts';
import { accountCallerOf, accountIdOf, demandAccount } from '#runtime/account-caller.ts';
import { commandAccount, lookAtAccount } from '#runtime/account-command.ts';
import { sealOf } from '#runtime/account-fields.ts';
import { viewAccount } from '#runtime/account-view.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { readReturnUrl } from '#runtime/login-redirect.ts';
import { handleOf, resultMs } from '#runtime/page-token.ts';
import { viewPage } from '#runtime/page-view.ts';
import { accountIdFor, makeOrFindAccount } from '../save-account.ts';

/** Accounts by user id, what is known of one, and the page of its Security tab. */
export function registerAccounts(app: Http, foundation: Foundation): void {
  const { authenticate, keys, now } = foundation;

  app.post(
    '/v1/accounts',
    { onRequest: demand(authenticate, 'accounts'), schema: accountCalls.save },
    async (request) => {
      const caller = tenantOf(request);
      return makeOrFindAccount(foundation, caller, request.body, await claimOf(foundation, request, caller));
    },
  );

  app.post(
    '/v1/accounts/find',
    { onRequest: demand(authenticate, 'support'), schema: accountCalls.find },
    async (request) => {
      const caller = tenantOf(request);
      const accountId = accountIdFor(foundation, caller.tenantId, request.body.userId);
      const { document, salt } = await lookAtAccount(foundation, caller, accountId);
      const place = { keys, tenant: caller.tenantId, accountId, salt };
      return viewAccount(place, document, accountPolicy(caller.tenant.settings), now());
    },
  );

  app.get(
    '/v1/accounts/:id',
    // Support sees what its calls answer anyway.
    { onRequest: demandAccount(foundation, ['accounts', 'support'], 'account'), schema: accountCalls.read },
    async (request) => {
      const caller = accountCallerOf(request);
      const accountId = accountIdOf(request.params.id);
      const { document, salt } = await lookAtAccount(foundation, caller, accountId);
      const place = { keys, tenant: caller.tenantId, accountId, salt };
      const page = caller.kind === 'page' ? caller : undefined;
      const view = viewAccount(place, document, accountPolicy(caller.tenant.settings), now(), page);
      if (!page) return view;
      const { nonce, tenant } = page;
      const opened = document.pages.find((one) => one.nonce === nonce);
      return { ...view, page: viewPage(place, tenant, document, { thing: nonce, returnUrl: opened?.returnUrl }) };
    },
  );

  app.post(
    '/v1/accounts/:id/pages',
    { onRequest: demandAccount(foundation, 'accounts', 'none'), schema: accountCalls.openPage },
    async (request, reply) => {
      const caller = accountCallerOf(request);
      const accountId = accountIdOf(request.params.id);
      const returnUrl = readReturnUrl(caller.tenant.settings.returnUrls, request.body.returnUrl);
      const claimed = await claimOf(foundation, request, caller);
      const nonce = claimed.seed.toString('base64url');
      await commandAccount<never>(foundation, caller, accountId, claimed, (_document, at) => {
        const place = { keys, tenant: caller.tenantId, accountId, salt: at.salt };
        const sealed = sealOf(place, 'returnUrl', nonce, returnUrl);
        const data = { nonce, handleExpiresAt: at.now + resultMs, returnUrl: sealed };
        return happened({ type: 'page-opened', about: accountId, data });
      });
      reply.code(201);
      return { pageUrl: `${foundation.config.portalUrl}/security/${handleOf(keys, accountId, nonce)}` };
    },
  );
}
