import { enrolmentCalls } from '#schemas/account-calls.ts';
import type { AccountDocument } from '#core/account-document.ts';
import { cancelEnrolment, findEnrolment, resendEnrolment, wouldResendEnrolment } from '#core/enrolment.ts';
import { findChallenge } from '#core/challenge-book.ts';
import { challengePolicy } from '#core/settings.ts';
import {
  accountCallerOf,
  accountIdOf,
  accountOfLogin,
  demandAccount,
  type AccountCaller,
} from '#runtime/account-caller.ts';
import { createReservation } from '#runtime/account-code.ts';
import { commandAccount } from '#runtime/account-command.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf, type Claim } from '#runtime/idempotency.ts';
import { makeBackupCodes } from '../backup-codes.ts';
import { confirmMethod } from '../confirm-enrolment.ts';
import type { Proofs } from '../proof.ts';
import { enrolMethod, freshNonce, viewEnrolment } from '../start-enrolment.ts';

/** Enrolments of an account, and the same within a login that settings force: one set of calls in two places. */
export function registerEnrolments(app: Http, foundation: Foundation, proofs: Proofs): void {
  for (const place of ['accounts', 'logins'] as const) {
    const base = `/v1/${place}`;
    const calls = enrolmentCalls(place);
    const onRequest = demandAccount(foundation, 'accounts', place === 'accounts' ? 'account' : 'login');
    /** The account a path is about, and the login if it is one's. */
    const whose = (id: string) =>
      place === 'accounts'
        ? { accountId: accountIdOf(id), loginId: undefined }
        : { accountId: accountOfLogin(id), loginId: id };

    app.post(`${base}/:id/methods`, { onRequest, schema: calls.start }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { accountId, loginId } = whose(request.params.id);
      const claimed = await claimOf(foundation, request, caller);
      reply.code(201);
      return enrolMethod(foundation, caller, { accountId, body: request.body, loginId }, claimed);
    });

    app.post(`${base}/:id/enrolments/:eid/confirm`, { onRequest, schema: calls.confirm }, async (request) => {
      const caller = accountCallerOf(request);
      const { id, eid: enrolmentId } = request.params;
      const claimed = await claimOf(foundation, request, caller);
      return confirmMethod(foundation, proofs, caller, { ...whose(id), enrolmentId, code: request.body.code }, claimed);
    });

    app.post(`${base}/:id/enrolments/:eid/resend`, { onRequest, schema: calls.resend }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { id, eid } = request.params;
      reply.code(202);
      const { accountId, loginId } = whose(id);
      return resendCodeOf(
        foundation,
        caller,
        { accountId, loginId, enrolmentId: eid },
        await claimOf(foundation, request, caller),
      );
    });

    app.delete(`${base}/:id/enrolments/:eid`, { onRequest, schema: calls.cancel }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { accountId, loginId } = whose(request.params.id);
      const claimed = await claimOf(foundation, request, caller);
      await commandAccount<never>(foundation, caller, accountId, claimed, (document, { now }) => {
        ofPlace(document, request.params.eid, loginId);
        return cancelEnrolment(document, request.params.eid, now);
      });
      return reply.code(204).send(null);
    });

    app.post(`${base}/:id/backup-codes`, { onRequest, schema: calls.backupCodes }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const claimed = await claimOf(foundation, request, caller);
      reply.code(201);
      return makeBackupCodes(foundation, caller, whose(request.params.id), claimed);
    });
  }
}

function ofPlace(document: AccountDocument, enrolmentId: string, loginId: string | undefined) {
  const enrolment = findEnrolment(document, enrolmentId);
  if (!enrolment || enrolment.loginId !== loginId) throw new Problem('not-found');
  return enrolment;
}

async function resendCodeOf(
  foundation: Foundation,
  caller: AccountCaller,
  at: { readonly accountId: string; readonly loginId?: string; readonly enrolmentId: string },
  request: Claim,
) {
  const { accountId, loginId, enrolmentId } = at;
  const reserve = createReservation(foundation, caller, request);
  const done = await commandAccount<never>(foundation, caller, accountId, request, async (document, { now }) => {
    const { challengeId = '' } = ofPlace(document, enrolmentId, loginId);
    const challenge = findChallenge(document, challengeId);
    const refusal = wouldResendEnrolment(document, enrolmentId, now);
    if (refusal || !challenge) return { kind: 'refused', refusal: refusal ?? { code: 'not-found' } };
    if (request.late) throw new Problem('idempotency-key-spent');
    const { settings, settingsVersion } = caller.tenant;
    return resendEnrolment(document, enrolmentId, {
      policy: challengePolicy(settings, challenge.channel, settingsVersion),
      reservation: await reserve(challenge),
      nonce: freshNonce(),
      kid: foundation.otpKid,
      now,
    });
  });
  const { enrolmentId: _, ...answer } = viewEnrolment(foundation, caller, accountId, done, enrolmentId);
  return answer;
}
