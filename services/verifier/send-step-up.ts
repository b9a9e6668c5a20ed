import { accountPolicy } from '#core/settings.ts';
import { sendStepUp, stepUpPurpose, wouldSendStepUp } from '#core/step-up.ts';
import { codeRequest, createReservation, readCodeTarget } from '#runtime/account-code.ts';
import type { AccountCaller } from '#runtime/account-caller.ts';
import { commandAccount, lookAtAccount } from '#runtime/account-command.ts';
import { localeOf, openOf } from '#runtime/account-fields.ts';
import { addressOf, viewSend } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';

/** Sends a code for a step-up; an app or a backup code needs none sent. */
export async function sendStepUpCode(
  foundation: Foundation,
  caller: AccountCaller,
  accountId: string,
  methodId: string,
  request: Claim,
) {
  if (caller.kind !== 'page') throw new Problem('scope-missing');
  const { document } = await lookAtAccount(foundation, caller, accountId);
  const wanted = document.methods.find(({ id }) => id === methodId);
  if (wanted?.type === 'totp' || wanted?.type === 'backup-codes') return {};
  const policy = accountPolicy(caller.tenant.settings);
  const reserve = createReservation(foundation, caller, request);
  const done = await commandAccount<never>(foundation, caller, accountId, request, async (before, { now, salt }) => {
    const refusal = wouldSendStepUp(before, methodId, policy, now);
    // Locks are told apart only to the tenant.
    if (refusal)
      return { kind: 'refused', refusal: refusal.code === 'method-locked' ? { code: 'method-unavailable' } : refusal };
    if (request.late) throw new Problem('idempotency-key-spent');
    const method = before.methods.find(({ id }) => id === methodId);
    if (method?.type !== 'sms' && method?.type !== 'email')
      return { kind: 'refused', refusal: { code: 'method-unavailable' } };
    const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
    const to = openOf(place, 'to', method.thing, method.to);
    if (to === undefined) return { kind: 'refused', refusal: { code: 'method-unavailable' } };
    const target = readCodeTarget(foundation, caller, { accountId, channel: method.type, to });
    const reservation = await reserve(target.address);
    const at = { seed: request.seed, purpose: stepUpPurpose, locale: localeOf(place, before), salt, reservation, now };
    return sendStepUp(before, methodId, policy, codeRequest(foundation, caller, target, at));
  });
  const challenge = done.document.challenges.findLast(
    (one) => one.purpose === stepUpPurpose && one.methodId === methodId,
  );
  const method = done.document.methods.find(({ id }) => id === methodId);
  if (!challenge || !method) throw new Problem('not-found');
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: done.salt };
  return viewSend(challenge, addressOf(place, method));
}
