import { findChallenge } from '#core/challenge-book.ts';
import { confirmEnrolment, findEnrolment, type EnrolmentVerdict } from '#core/enrolment.ts';
import { loginStatus } from '#core/login-status.ts';
import { accountPolicy } from '#core/settings.ts';
import { mayConfirm } from '#core/step-up.ts';
import { thingId } from '#core/subject.ts';
import { commandAccount } from '#runtime/account-command.ts';
import type { AccountCaller } from '#runtime/account-caller.ts';
import { viewMethod } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { clearSends } from './clear-sends.ts';
import { compareWithEnrolment } from './compare-guess.ts';
import { newProof, type Proofs } from './proof.ts';
import { loginOr404, passedAnswer, passedBy } from './verify-login.ts';

type Confirmation = {
  readonly accountId: string;
  readonly enrolmentId: string;
  readonly code: string;
  readonly loginId?: string;
};

/** The first code of a new method. Inside a login it may also be what the login waited for. */
export async function confirmMethod(
  foundation: Foundation,
  proofs: Proofs,
  caller: AccountCaller,
  { accountId, enrolmentId, code, loginId }: Confirmation,
  request: Claim,
) {
  const policy = accountPolicy(caller.tenant.settings);
  const methodId = thingId(accountId, 'm', request.seed);
  let proved = '';
  const done = await commandAccount<EnrolmentVerdict>(
    foundation,
    caller,
    accountId,
    request,
    (document, { now, salt }) => {
      const place = { tenant: caller.tenantId, accountId, salt, now };
      const begun = findEnrolment(document, enrolmentId);
      proved = begun?.challengeId ?? '';
      if (caller.kind === 'page' && loginId === undefined && begun && !mayConfirm(document, begun, caller.nonce, now))
        throw new Problem('step-up-required');
      return confirmEnrolment(document, {
        enrolmentId,
        methodId,
        loginId,
        policy,
        compare: (enrolment, challenge) => compareWithEnrolment(foundation, place, enrolment, challenge, code),
        by: passedBy(caller, now),
        proof: newProof(now),
        now,
      });
    },
  );
  const { document, salt } = done;
  const now = foundation.now();
  const login = loginId === undefined ? undefined : loginOr404(document, loginId);
  const status = login && { status: loginStatus(login, now) };
  if (done.kind === 'answer') return { result: 'rejected', reason: done.answer.reason, ...status };
  if (done.outcome.did === 'attempt-rejected') {
    return { result: 'rejected', reason: 'wrong-code', attemptsLeft: done.outcome.attemptsLeft ?? 0, ...status };
  }
  if (done.fresh) await clearSends(foundation, caller.tenantId, findChallenge(document, proved));
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
  const method = document.methods.find(({ id }) => id === methodId);
  const passed = login && (login.status.kind === 'approved' || login.status.kind === 'awaiting-result');
  return {
    result: 'approved',
    ...(method && { method: viewMethod(place, document, method, now, caller.kind === 'page') }),
    ...status,
    ...(passed && passedAnswer(foundation, proofs, caller, place, login)),
  };
}
