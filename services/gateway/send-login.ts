import { sendForLogin, wouldSend } from '#core/login.ts';
import { challengeOf, findLogin } from '#core/login-status.ts';
import { accountPolicy } from '#core/settings.ts';
import { codeRequest, createReservation, readCodeTarget } from '#runtime/account-code.ts';
import { accountOfLogin, type AccountCaller } from '#runtime/account-caller.ts';
import { commandAccount } from '#runtime/account-command.ts';
import { localeOf, openOf } from '#runtime/account-fields.ts';
import { addressOf, viewSend } from '#runtime/account-view.ts';
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
  const done = await commandAccount<never>(foundation, caller, accountId, request, async (document, { now, salt }) => {
    const refusal = wouldSend(document, wanted, now);
    const login = findLogin(document, loginId);
    if (refusal) {
      const lockedHere = login?.lockedHere.includes(methodId) ?? false;
      const hide = refusal.code === 'method-locked' && caller.kind === 'page' && !lockedHere;
      return { kind: 'refused', refusal: hide ? { code: 'method-unavailable' } : refusal };
    }
    if (request.late) throw new Problem('idempotency-key-spent');
    const method = document.methods.find(({ id }) => id === methodId);
    if (method?.type !== 'sms' && method?.type !== 'email') throw new Problem('method-unavailable');
    const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
    const to = openOf(place, 'to', method.thing, method.to);
    if (to === undefined) throw new Problem('method-unavailable');
    const target = readCodeTarget(foundation, caller, {
      accountId,
      channel: method.type,
      to,
      clientIp: login?.clientIp,
    });
    const reservation = await reserve(target.address);
    const at = { seed: request.seed, purpose: 'login', locale: localeOf(place, document), salt, reservation, now };
    return sendForLogin(document, { ...wanted, code: codeRequest(foundation, caller, target, at) });
  });
  const challenge = challengeOf(done.document, loginId, methodId);
  const method = done.document.methods.find(({ id }) => id === methodId);
  if (!challenge || !method) throw new Problem('not-found');
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: done.salt };
  return viewSend(challenge, addressOf(place, method));
}
