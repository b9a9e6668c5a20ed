import { randomBytes } from 'node:crypto';
import { resendChallenge, wouldResend } from '#core/challenge.ts';
import type { Reservation } from '#core/send-code.ts';
import { challengePolicy } from '#core/settings.ts';
import type { ChallengeAnswer } from '#schemas/api.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { handleChallenge, ownChallenge, subjectOfChallenge } from '#runtime/challenge-call.ts';
import { addressOf, viewAfter } from '#runtime/challenge-view.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { reserveSend } from '#runtime/quota.ts';

/** Sends a new code for a pending challenge; the one before is void from then on. */
export async function askForResend(
  foundation: Foundation,
  caller: TenantCaller,
  id: string,
  request: Claim,
): Promise<ChallengeAnswer> {
  const { keys, store } = foundation;
  const { tenantId, tenant } = caller;
  const subject = subjectOfChallenge(id);
  let reservation: Reservation | undefined;
  const handled = await handleChallenge<never>(
    foundation,
    caller,
    id,
    request,
    async (document, challenge, { now, salt }) => {
      const refusal = wouldResend(document, id, now);
      if (refusal) return { kind: 'refused', refusal };
      // Without its salt the address can be read by nobody, so there is nowhere to send to.
      if (addressOf(keys, { tenant: tenantId, subject, salt }, challenge) === undefined)
        throw new Problem('challenge-not-pending');
      if (request.late) throw new Problem('idempotency-key-spent');
      reservation ??= await reserveSend(store, request.commandId, tenant, challenge.counted);
      return resendChallenge(document, {
        challengeId: id,
        policy: challengePolicy(tenant.settings, challenge.channel, tenant.settingsVersion),
        nonce: randomBytes(16).toString('base64url'),
        kid: foundation.otpKid,
        reservation,
        now,
      });
    },
  );
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  if (handled.kind !== 'done') throw new Error('a resend ends in events');
  const challenge = ownChallenge(handled.document, caller, id);
  return viewAfter(
    challenge,
    handled.outcome,
    addressOf(keys, { tenant: tenantId, subject, salt: handled.salt }, challenge),
    subject,
  );
}
