import { sendForLogin, wouldSend } from '#core/login.ts';
import { findLogin } from '#core/login-status.ts';
import { findChallenge } from '#core/challenge-book.ts';
import { maskAddress } from '#core/address.ts';
import { accountPolicy } from '#core/settings.ts';
import { codeRequest, createReservation, readCodeTarget } from '#runtime/account-code.ts';
import { accountOfLogin, type AccountCaller } from '#runtime/account-caller.ts';
import { commandAccount } from '#runtime/account-command.ts';
import { openOf, viewSend } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';

/** Sends a code for a login to one of its methods, or a new one for the code that is on its way. */
export async function sendLoginCode(
  foundation: Foundation,
  caller: AccountCaller,
  loginId: string,
  methodId: string,
  request: Claim,
) {
  const accountId = accountOfLogin(loginId);
  const policy = accountPolicy(caller.tenant.settings);
  const wanted = { loginId, methodId, policy };
  const reserve = createReservation(foundation, caller, request);
  let masked = '';
  const done = await commandAccount<never>(foundation, caller, accountId, request, async (document, { now, salt }) => {
    const refusal = wouldSend(document, wanted, now);
    if (refusal) {
      const lockedHere = findLogin(document, loginId)?.lockedHere.includes(methodId) ?? false;
      const hide = refusal.code === 'method-locked' && caller.kind === 'page' && !lockedHere;
      return { kind: 'refused', refusal: hide ? { code: 'method-unavailable' } : refusal };
    }
    if (request.late) throw new Problem('idempotency-key-spent');
    const method = document.methods.find(({ id }) => id === methodId);
    if (method?.type !== 'sms' && method?.type !== 'email') throw new Problem('method-unavailable');
    const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
    const to = openOf(place, 'to', method.thing, method.to);
    if (to === undefined) throw new Problem('method-unavailable');
    masked = maskAddress(method.type, to);
    const target = readCodeTarget(foundation, caller, accountId, method.type, to);
    const reservation = await reserve(target.address);
    const at = { seed: request.seed, purpose: 'login', locale: document.locale, salt, reservation, now };
    return sendForLogin(document, { ...wanted, code: codeRequest(foundation, caller, target, at) });
  });
  const sending = findLogin(done.document, loginId)?.sending;
  const challenge = sending && findChallenge(done.document, sending.challengeId);
  if (!challenge) throw new Problem('not-found');
  return viewSend(challenge, masked);
}
