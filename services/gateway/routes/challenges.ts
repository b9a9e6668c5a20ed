import { cancelChallenge } from '#core/challenge.ts';
import type { AddressDocument, AddressOutcome } from '#core/address-document.ts';
import {
  answers,
  ChallengeAnswer,
  ChallengeWithSends,
  CreateChallenge,
  IdParams,
  Nothing,
  Repeatable,
} from '#schemas/api.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { handleChallenge, ownChallenge, subjectOfChallenge } from '#runtime/challenge-call.ts';
import { addressOf, viewAfter, viewChallenge } from '#runtime/challenge-view.ts';
import { problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { askForChallenge } from '../request-challenge.ts';
import { askForResend } from '../resend-challenge.ts';
import { viewSends } from '../view-sends.ts';

const common = { tags: ['challenges'], security: [{ apiKey: [] }] };

/** The calls on challenges that check no code: request, read, resend, cancel. */
export function registerChallenges(app: Http, foundation: Foundation): void {
  const { authenticate, handle, keys, now, store } = foundation;
  const onRequest = demand(authenticate, 'challenges');

  const create = {
    ...common,
    summary: 'Request a code',
    headers: Repeatable,
    body: CreateChallenge,
    response: answers(202, ChallengeAnswer),
  };
  app.post('/v1/challenges', { onRequest, schema: create }, async (request, reply) => {
    const caller = tenantOf(request);
    reply.code(202);
    return askForChallenge(foundation, caller, request.body, await claimOf(foundation, request, caller));
  });

  const read = { ...common, summary: 'Read a challenge', params: IdParams, response: answers(200, ChallengeWithSends) };
  app.get('/v1/challenges/:id', { onRequest, schema: read }, async (request) => {
    const caller = tenantOf(request);
    const { id } = request.params;
    const subject = subjectOfChallenge(id);
    const [found, notes] = await Promise.all([handle.look<AddressDocument>(subject), store.notes(id)]);
    const challenge = ownChallenge(found?.document, caller, id);
    const address = addressOf(keys, { tenant: caller.tenantId, subject, salt: found?.salt ?? '' }, challenge);
    const at = now();
    return { ...viewChallenge(challenge, address, subject, at), sends: viewSends(challenge, notes, at) };
  });

  const onId = { ...common, params: IdParams, headers: Repeatable, body: Nothing };
  const resend = { ...onId, summary: 'Send a new code', response: answers(202, ChallengeAnswer) };
  app.post('/v1/challenges/:id/resend', { onRequest, schema: resend }, async (request, reply) => {
    const caller = tenantOf(request);
    reply.code(202);
    return askForResend(foundation, caller, request.params.id, await claimOf(foundation, request, caller));
  });

  const cancel = { ...onId, summary: 'Cancel a challenge', response: answers(200, ChallengeAnswer) };
  app.post('/v1/challenges/:id/cancel', { onRequest, schema: cancel }, async (request) => {
    const caller = tenantOf(request);
    const { id } = request.params;
    const subject = subjectOfChallenge(id);
    const claimed = await claimOf(foundation, request, caller);
    const handled = await handleChallenge<AddressOutcome>(foundation, caller, id, claimed, (document, _challenge, at) =>
      cancelChallenge(document, id, at.now),
    );
    if (handled.kind === 'refused') throw problemOf(handled.refusal);
    const challenge = ownChallenge(handled.document, caller, id);
    const address = addressOf(keys, { tenant: caller.tenantId, subject, salt: handled.salt }, challenge);
    if (handled.kind === 'answer') return viewChallenge(challenge, address, subject, now());
    return viewAfter(challenge, handled.outcome, address, subject);
  });
}
