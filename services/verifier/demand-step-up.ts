import type { AccountDocument } from '#core/account-document.ts';
import { findLogin, mayMakeCodes } from '#core/login-status.ts';
import { isSteppedUp } from '#core/step-up.ts';
import type { AccountCaller } from '#runtime/account-caller.ts';
import { Problem } from '#runtime/errors.ts';

/**
 * What changes the second factor needs a proof of the last five minutes from a page; an API key answers for itself and is the recorded
 * actor. Inside a login only a pass by enrolment in that very login opens the way: its first backup codes belong to it.
 */
export function demandStepUp(
  caller: AccountCaller,
  document: AccountDocument,
  loginId: string | undefined,
  now: number,
): void {
  if (loginId !== undefined) {
    const login = findLogin(document, loginId);
    if (!login || !mayMakeCodes(document, login)) throw new Problem('login-not-open');
    return;
  }
  if (caller.kind === 'page' && !isSteppedUp(document, caller.nonce, now)) throw new Problem('step-up-required');
}
