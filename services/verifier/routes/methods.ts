import { accountCalls } from '#schemas/account-calls.ts';
import { removeMethod, setDefault, type AccountAnswer } from '#core/account.ts';
import { accountPolicy } from '#core/settings.ts';
import { checkStepUp, type StepUpVerdict } from '#core/step-up.ts';
import { accountCallerOf, accountIdOf, demandAccount } from '#runtime/account-caller.ts';
import { commandAccount } from '#runtime/account-command.ts';
import { groupsOf } from '#runtime/account-fields.ts';
import { viewMethod } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { compareWithMethod } from '../compare-guess.ts';
import { demandStepUp } from '../demand-step-up.ts';
import { newProof } from '../proof.ts';
import { sendStepUpCode } from '../send-step-up.ts';

/** What an owner or the application does to enrolled methods, and the fresh proof that a page needs for it. */
export function registerMethods(app: Http, foundation: Foundation): void {
  const { keys, now } = foundation;
  const onRequest = demandAccount(foundation, 'accounts', 'account');

  app.patch('/v1/accounts/:id/methods/:mid', { onRequest, schema: accountCalls.makeDefault }, async (request) => {
    const caller = accountCallerOf(request);
    const { id, mid } = request.params;
    const accountId = accountIdOf(id);
    const claimed = await claimOf(foundation, request, caller);
    const done = await commandAccount<AccountAnswer>(foundation, caller, accountId, claimed, (document, at) => {
      demandStepUp(caller, document, undefined, at.now);
      return setDefault(document, mid);
    });
    const method = done.document.methods.find((candidate) => candidate.id === mid);
    if (!method) throw new Problem('not-found');
    const place = { keys, tenant: caller.tenantId, accountId, salt: done.salt };
    return viewMethod(place, done.document, method, now(), caller.kind === 'page');
  });

  app.delete(
    '/v1/accounts/:id/methods/:mid',
    { onRequest, schema: accountCalls.removeMethod },
    async (request, reply) => {
      const caller = accountCallerOf(request);
      const { id, mid } = request.params;
      const claimed = await claimOf(foundation, request, caller);
      const policy = accountPolicy(caller.tenant.settings);
      const accountId = accountIdOf(id);
      await commandAccount<AccountAnswer>(foundation, caller, accountId, claimed, (document, at) => {
        demandStepUp(caller, document, undefined, at.now);
        const groups = groupsOf({ keys, tenant: caller.tenantId, accountId, salt: at.salt }, document);
        return removeMethod(document, mid, policy, groups, at.now);
      });
      return reply.code(204).send(null);
    },
  );

  app.post('/v1/accounts/:id/step-up', { onRequest, schema: accountCalls.beginStepUp }, async (request, reply) => {
    const caller = accountCallerOf(request);
    const claimed = await claimOf(foundation, request, caller);
    reply.code(202);
    return sendStepUpCode(foundation, caller, accountIdOf(request.params.id), request.body.methodId, claimed);
  });

  app.post('/v1/accounts/:id/step-up/verify', { onRequest, schema: accountCalls.passStepUp }, async (request) => {
    const caller = accountCallerOf(request);
    if (caller.kind !== 'page') throw new Problem('scope-missing');
    const accountId = accountIdOf(request.params.id);
    const { methodId, code } = request.body;
    const claimed = await claimOf(foundation, request, caller);
    const policy = accountPolicy(caller.tenant.settings);
    const done = await commandAccount<StepUpVerdict>(foundation, caller, accountId, claimed, (document, at) => {
      const place = { tenant: caller.tenantId, accountId, ...at };
      return checkStepUp(document, {
        methodId,
        nonce: caller.nonce,
        policy,
        compare: (method, challenge) => compareWithMethod(foundation, place, method, challenge, code),
        proof: newProof(at.now),
        now: at.now,
      });
    });
    if (done.kind === 'answer') {
      // Locks are told apart only to the tenant.
      const { reason } = done.answer;
      return { result: 'rejected', reason: reason === 'locked' ? 'method-unavailable' : reason };
    }
    if (done.outcome.did === 'attempt-rejected') return { result: 'rejected', reason: 'wrong-code' };
    const until = done.document.pages.find(({ nonce }) => nonce === caller.nonce)?.stepUpUntil;
    return { result: 'approved', ...(until !== undefined && { stepUpUntil: new Date(until).toISOString() }) };
  });
}
