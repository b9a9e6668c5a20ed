import { addressDecider, type AddressDocument, type AddressOutcome } from '#core/address-document.ts';
import { resetAddress } from '#core/challenge.ts';
import { destinationKey } from '#core/throttle.ts';
import { checkCalls } from '#schemas/api.ts';
import { readAddress } from '#runtime/address-request.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import type { Proofs } from '../proof.ts';
import { verifyChallenge } from '../verify-challenge.ts';

/** The calls that check codes, and the keys with which their proofs are checked. */
export function registerChecks(app: Http, foundation: Foundation, proofs: Proofs): void {
  const { authenticate, handle, keys, store } = foundation;

  app.post(
    '/v1/challenges/:id/verify',
    { onRequest: demand(authenticate, 'challenges'), schema: checkCalls.verify },
    async (request) => {
      const caller = tenantOf(request);
      const claimed = await claimOf(foundation, request, caller);
      return verifyChallenge(foundation, proofs, caller, request.params.id, request.body, claimed);
    },
  );

  app.post(
    '/v1/addresses/reset',
    { onRequest: demand(authenticate, 'support'), schema: checkCalls.reset },
    async (request) => {
      const caller = tenantOf(request);
      const { subject, counted } = readAddress(keys, caller.tenantId, request.body);
      const { commandId, late } = await claimOf(foundation, request, caller);
      const handled = await handle.handle<AddressDocument, AddressOutcome, AddressOutcome>({
        subject,
        tenant: caller.tenantId,
        commandId,
        late,
        actor: caller.actor,
        decider: addressDecider,
        decide: (document) => resetAddress(document, counted, subject),
      });
      if (handled.kind === 'refused') throw problemOf(handled.refusal);
      // Carried out long ago, it must not empty the limit once more.
      if (!late) await store.release(destinationKey(caller.tenantId, counted));
      return { reset: true };
    },
  );

  app.get('/.well-known/jwks.json', { schema: checkCalls.jwks }, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300');
    return proofs.jwks();
  });
}
