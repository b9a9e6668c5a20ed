import { answers, IdParams } from '#schemas/api.ts';
import { AccountAnswer, FindAccount, OpenPage, PageAnswer, SaveAccount } from '#schemas/account-api.ts';
import { happened } from '#core/decider.ts';
import { accountPolicy } from '#core/settings.ts';
import { accountCallerOf, accountIdOf, claimFor, demandAccount } from '#runtime/account-caller.ts';
import { commandAccount, lookAtAccount } from '#runtime/account-command.ts';
import { viewAccount } from '#runtime/account-view.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { claimOf } from '#runtime/challenge-call.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { isAllowedReturnUrl } from '#runtime/login-redirect.ts';
import { handleOf, resultMs } from '#runtime/page-token.ts';
import { accountIdFor, makeOrFindAccount } from '../save-account.ts';

const common = { tags: ['accounts'], security: [{ apiKey: [] }] };

/** Accounts by user id, what is known of one, and the page of its Security tab. */
export function registerAccounts(app: Http, foundation: Foundation): void {
  const { authenticate, keys, now } = foundation;

  const save = {
    ...common,
    summary: 'Make or find an account',
    body: SaveAccount,
    response: answers(200, AccountAnswer),
  };
  app.post('/v1/accounts', { onRequest: demand(authenticate, 'accounts'), schema: save }, async (request) => {
    const caller = tenantOf(request);
    return makeOrFindAccount(foundation, caller, request.body, await claimOf(foundation, request, caller));
  });

  const find = {
    ...common,
    summary: 'Find an account by user id',
    body: FindAccount,
    response: answers(200, AccountAnswer),
  };
  app.post('/v1/accounts/find', { onRequest: demand(authenticate, 'support'), schema: find }, async (request) => {
    const caller = tenantOf(request);
    const accountId = accountIdFor(foundation, caller.tenantId, request.body.userId);
    const { document, salt } = await lookAtAccount(foundation, caller, accountId);
    const place = { keys, tenant: caller.tenantId, accountId, salt };
    return viewAccount(place, document, accountPolicy(caller.tenant.settings), now());
  });

  const read = { ...common, summary: 'Read an account', params: IdParams, response: answers(200, AccountAnswer) };
  app.get(
    '/v1/accounts/:id',
    { onRequest: demandAccount(foundation, 'accounts', 'account'), schema: read },
    async (request) => {
      const caller = accountCallerOf(request);
      const accountId = accountIdOf(request.params.id);
      const { document, salt } = await lookAtAccount(foundation, caller, accountId);
      const place = { keys, tenant: caller.tenantId, accountId, salt };
      const page = caller.kind === 'page' ? caller : undefined;
      return viewAccount(place, document, accountPolicy(caller.tenant.settings), now(), page);
    },
  );

  const open = {
    ...common,
    summary: 'Open the Security tab',
    params: IdParams,
    body: OpenPage,
    response: answers(201, PageAnswer),
  };
  app.post(
    '/v1/accounts/:id/pages',
    { onRequest: demandAccount(foundation, 'accounts', 'none'), schema: open },
    async (request, reply) => {
      const caller = accountCallerOf(request);
      const accountId = accountIdOf(request.params.id);
      const { returnUrl } = request.body;
      if (!isAllowedReturnUrl(caller.tenant.settings.returnUrls, returnUrl))
        throw new Problem('return-url-not-allowed');
      const claimed = await claimFor(foundation, request, caller);
      const nonce = claimed.seed.toString('base64url');
      await commandAccount<never>(foundation, caller, accountId, claimed, (_document, at) =>
        happened({
          type: 'page-opened',
          about: accountId,
          data: { nonce, handleExpiresAt: at.now + resultMs, returnUrl },
        }),
      );
      reply.code(201);
      return { pageUrl: `${foundation.config.portalUrl}/security/${handleOf(keys, accountId, nonce)}` };
    },
  );
}
