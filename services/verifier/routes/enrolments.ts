import { answers, IdParams, Nothing } from '#schemas/api.ts';
import {
  BackupCodesAnswer,
  ConfirmAnswer,
  ConfirmEnrolment,
  EnrolmentAnswer,
  EnrolmentParams,
  EnrolMethod,
  SendAnswer,
} from '#schemas/account-api.ts';
import type { AccountDocument } from '#core/account-document.ts';
import { cancelEnrolment, findEnrolment, resendEnrolment, wouldResendEnrolment } from '#core/enrolment.ts';
import { findChallenge } from '#core/challenge-book.ts';
import { challengePolicy } from '#core/settings.ts';
import {
  accountCallerOf,
  accountIdOf,
  accountOfLogin,
  claimFor,
  demandAccount,
  type AccountCaller,
} from '#runtime/account-caller.ts';
import { createReservation } from '#runtime/account-code.ts';
import { commandAccount } from '#runtime/account-command.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { makeBackupCodes } from '../backup-codes.ts';
import { confirmMethod } from '../confirm-enrolment.ts';
import { demandStepUp } from '../demand-step-up.ts';
import type { Proofs } from '../proof.ts';
import { enrolMethod, freshNonce, viewEnrolment } from '../start-enrolment.ts';

const security = [{ apiKey: [] }];

/** Enrolments of an account, and the same within a login that settings force: one set of calls in two places. */
export function registerEnrolments(app: Http, foundation: Foundation, proofs: Proofs): void {
  for (const place of ['account', 'login'] as const) {
    const base = place === 'account' ? '/v1/accounts' : '/v1/logins';
    const common = { tags: [place === 'account' ? 'accounts' : 'logins'], security };
    const onRequest = demandAccount(foundation, 'accounts', place);
    /** The account a path is about, and the login if it is one's. */
    const whose = (id: string) =>
      place === 'account'
        ? { accountId: accountIdOf(id), loginId: undefined }
        : { accountId: accountOfLogin(id), loginId: id };

    const start = {
      ...common,
      summary: 'Begin an enrolment',
      params: IdParams,
      body: EnrolMethod,
      response: answers(201, EnrolmentAnswer),
    };
    app.post(`${base}/:id/methods`, { onRequest, schema: start }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { accountId, loginId } = whose(request.params.id);
      const claimed = await claimFor(foundation, request, caller);
      if (caller.kind === 'page' && place === 'account') await demandFurther(foundation, caller, accountId);
      reply.code(201);
      return enrolMethod(foundation, caller, { accountId, body: request.body, loginId }, claimed);
    });

    const onEnrolment = { ...common, params: EnrolmentParams };
    const confirm = {
      ...onEnrolment,
      summary: 'Confirm by a first code',
      body: ConfirmEnrolment,
      response: answers(200, ConfirmAnswer),
    };
    app.post(`${base}/:id/enrolments/:eid/confirm`, { onRequest, schema: confirm }, async (request) => {
      const caller = accountCallerOf(request);
      const { id, eid: enrolmentId } = request.params;
      const claimed = await claimFor(foundation, request, caller);
      return confirmMethod(foundation, proofs, caller, { ...whose(id), enrolmentId, code: request.body.code }, claimed);
    });

    const resend = { ...onEnrolment, summary: 'Send a new code', body: Nothing, response: answers(202, SendAnswer) };
    app.post(`${base}/:id/enrolments/:eid/resend`, { onRequest, schema: resend }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { id, eid } = request.params;
      reply.code(202);
      const { accountId, loginId } = whose(id);
      return resendCodeOf(
        foundation,
        caller,
        { accountId, loginId, enrolmentId: eid },
        await claimFor(foundation, request, caller),
      );
    });

    const cancel = { ...onEnrolment, summary: 'Give an enrolment up', response: answers(204, undefined) };
    app.delete(`${base}/:id/enrolments/:eid`, { onRequest, schema: cancel }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const { accountId, loginId } = whose(request.params.id);
      const claimed = await claimFor(foundation, request, caller);
      await commandAccount<never>(foundation, caller, accountId, claimed, (document, { now }) => {
        ofPlace(document, request.params.eid, loginId);
        return cancelEnrolment(document, request.params.eid, now);
      });
      return reply.code(204).send(null);
    });

    const codes = {
      ...common,
      summary: 'Make backup codes',
      params: IdParams,
      body: Nothing,
      response: answers(201, BackupCodesAnswer),
    };
    app.post(`${base}/:id/backup-codes`, { onRequest, schema: codes }, async (request, reply) => {
      const caller = accountCallerOf(request);
      const claimed = await claimFor(foundation, request, caller);
      reply.code(201);
      return makeBackupCodes(foundation, caller, whose(request.params.id), claimed);
    });
  }
}

/** A page may add a further method only after a fresh proof; the first one needs none. */
async function demandFurther(foundation: Foundation, caller: AccountCaller, accountId: string): Promise<void> {
  const found = await foundation.handle.look<AccountDocument>(accountId);
  if (found) demandStepUp(caller, found.document, undefined, foundation.now());
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
