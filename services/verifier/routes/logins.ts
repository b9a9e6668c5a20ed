import { accountCalls } from '#schemas/account-calls.ts';
import { takeResult, type LoginVerdict } from '#core/login.ts';
import { loginStatus } from '#core/login-status.ts';
import { accountCallerOf, accountOfLogin, demandAccount } from '#runtime/account-caller.ts';
import { commandAccount } from '#runtime/account-command.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { isResultCode } from '#runtime/page-token.ts';
import type { Proofs } from '../proof.ts';
import { loginOr404, signLoginProof, verifyLogin } from '../verify-login.ts';

/** The calls of a login that check a code. */
export function registerLoginChecks(app: Http, foundation: Foundation, proofs: Proofs): void {
  app.post(
    '/v1/logins/:id/verify',
    { onRequest: demandAccount(foundation, 'accounts', 'login'), schema: accountCalls.verifyLogin },
    async (request) => {
      const caller = accountCallerOf(request);
      const claimed = await claimOf(foundation, request, caller);
      return verifyLogin(foundation, proofs, caller, request.params.id, request.body, claimed);
    },
  );

  app.post(
    '/v1/logins/:id/result',
    { onRequest: demandAccount(foundation, 'accounts', 'none'), schema: accountCalls.takeResult },
    async (request) => {
      const caller = accountCallerOf(request);
      const { id } = request.params;
      const accountId = accountOfLogin(id);
      const { code } = request.body;
      const claimed = await claimOf(foundation, request, caller);
      const done = await commandAccount<LoginVerdict>(foundation, caller, accountId, claimed, (document, { now }) =>
        takeResult(document, id, (nonce) => isResultCode(foundation.keys, id, nonce, code), now),
      );
      const login = loginOr404(done.document, id);
      return {
        status: loginStatus(login, foundation.now()),
        proof: signLoginProof(foundation, proofs, caller.tenantId, accountId, login),
      };
    },
  );
}
