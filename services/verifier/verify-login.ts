import { randomBytes } from 'node:crypto';
import type { AccountDocument, Login } from '#core/account-document.ts';
import { sameSecret } from '#core/bytes.ts';
import type { Guessed } from '#core/guess.ts';
import { checkLogin, type CheckLogin, type LoginReason, type LoginVerdict } from '#core/login.ts';
import { challengeOf, findLogin, loginStatus } from '#core/login-status.ts';
import { accountPolicy } from '#core/settings.ts';
import { accountOfLogin, type AccountCaller } from '#runtime/account-caller.ts';
import { commandAccount } from '#runtime/account-command.ts';
import type { AccountPlace } from '#runtime/account-fields.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { redirectOf } from '#runtime/login-redirect.ts';
import { resultMs } from '#runtime/page-token.ts';
import { clearSends } from './clear-sends.ts';
import { compareWithMethod, hashesOfBackup, readBackupCode } from './compare-guess.ts';
import { newProof, type Proofs } from './proof.ts';

export type LoginAnswer = {
  readonly result: 'approved' | 'rejected';
  readonly reason?: LoginReason;
  readonly status: string;
  readonly attemptsLeft: number;
  readonly proof?: string;
  readonly redirectTo?: string;
};

/** How a pass is recorded: for an API key it is the end; for a page it waits for the application to exchange the result code. */
export function passedBy(caller: AccountCaller, now: number): CheckLogin['by'] {
  if (caller.kind === 'tenant') return 'key';
  return { nonce: randomBytes(16).toString('base64url'), resultExpiresAt: now + resultMs };
}

/** Checks one guess of a login, with whatever method: counted, compared and used up in one commit. */
export async function verifyLogin(
  foundation: Foundation,
  proofs: Proofs,
  caller: AccountCaller,
  loginId: string,
  guess: { readonly methodId: string; readonly code: string },
  request: Claim,
): Promise<LoginAnswer> {
  const accountId = accountOfLogin(loginId);
  const policy = accountPolicy(caller.tenant.settings);
  const done = await commandAccount<LoginVerdict>(foundation, caller, accountId, request, (document, { now, salt }) => {
    const at = { tenant: caller.tenantId, accountId, salt, now };
    const compare: CheckLogin['compare'] = (method, challenge) =>
      method === 'bypass'
        ? compareBypass(foundation, document, caller.tenantId, accountId, guess.code)
        : compareWithMethod(foundation, at, method, challenge, guess.code);
    const { methodId } = guess;
    return checkLogin(document, {
      loginId,
      methodId,
      policy,
      compare,
      by: passedBy(caller, now),
      proof: newProof(now),
      now,
    });
  });
  const { document } = done;
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: done.salt };
  const login = loginOr404(document, loginId);
  if (done.kind === 'answer') {
    const reason = hidden(caller, login, done.answer.reason, guess.methodId);
    foundation.telemetry.count('twofold.verdicts', { result: 'rejected', reason });
    return rejected(foundation, caller, place, login, reason, leftOf(login));
  }
  if (done.outcome.did === 'attempt-rejected') {
    foundation.telemetry.count('twofold.verdicts', { result: 'rejected', reason: 'wrong-code' });
    return rejected(foundation, caller, place, login, 'wrong-code', done.outcome.loginAttemptsLeft ?? leftOf(login));
  }
  if (done.fresh) await clearSends(foundation, caller.tenantId, challengeOf(document, loginId, guess.methodId));
  foundation.telemetry.count('twofold.verdicts', { result: 'approved' });
  return {
    result: 'approved',
    status: loginStatus(login, foundation.now()),
    attemptsLeft: leftOf(login),
    ...passedAnswer(foundation, proofs, caller, place, login),
  };
}

/** The proof for an API key; for a page where to go back to, with the result code. */
export function passedAnswer(
  foundation: Foundation,
  proofs: Proofs,
  caller: AccountCaller,
  place: AccountPlace,
  login: Login,
): { proof?: string; redirectTo?: string } {
  const { tenant, accountId } = place;
  if (caller.kind === 'tenant') return { proof: signLoginProof(foundation, proofs, tenant, accountId, login) };
  return { redirectTo: redirectOf(place, login, foundation.now()) };
}

/** JWT over a passed login: who, which login, how. */
export function signLoginProof(
  foundation: Foundation,
  proofs: Proofs,
  tenantId: string,
  accountId: string,
  login: Login,
): string {
  const { status } = login;
  if (status.kind !== 'approved' && status.kind !== 'awaiting-result')
    throw new Error('only a passed login has a proof');
  return proofs.sign({
    iss: foundation.config.publicUrl,
    aud: tenantId,
    sub: accountId,
    lid: login.id,
    ...status.proof,
    purpose: 'login',
    amr: status.method === 'sms' ? ['otp', 'sms'] : ['otp'],
    method: status.method,
  });
}

export function loginOr404(document: AccountDocument, loginId: string): Login {
  const login = findLogin(document, loginId);
  if (!login) throw new Problem('not-found');
  return login;
}

const leftOf = (login: Login) => Math.max(login.attemptsMax - login.attempts, 0);

/** A page learns of a lock only where it arose in its own login: else it would tell a stranger of somebody's wrong guesses. */
function hidden(caller: AccountCaller, login: Login, reason: LoginReason, methodId: string): LoginReason {
  if (reason !== 'locked' || caller.kind === 'tenant' || login.lockedHere.includes(methodId)) return reason;
  return 'method-unavailable';
}

function rejected(
  foundation: Foundation,
  caller: AccountCaller,
  place: AccountPlace,
  login: Login,
  reason: LoginReason,
  attemptsLeft: number,
): LoginAnswer {
  const now = foundation.now();
  return {
    result: 'rejected',
    reason,
    status: loginStatus(login, now),
    attemptsLeft,
    ...(caller.kind === 'page' && { redirectTo: redirectOf(place, login, now) }),
  };
}

function compareBypass(
  foundation: Foundation,
  document: AccountDocument,
  tenant: string,
  accountId: string,
  typed: string,
): Guessed {
  const kept = document.bypass?.hash ?? '';
  const hashes = hashesOfBackup(foundation, { tenant, accountId }, readBackupCode(typed));
  const same = hashes.map((hash) => sameSecret(kept, hash)).includes(true);
  return { kind: same ? 'right' : 'wrong' };
}
