import { randomBytes } from 'node:crypto';
import { addressDecider, type AddressDocument, type AddressOutcome } from '#core/address-document.ts';
import { findChallenge, type Challenge } from '#core/challenge-book.ts';
import { requestChallenge, wouldRequest } from '#core/challenge.ts';
import type { Reservation } from '#core/send-code.ts';
import { challengePolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import type { ChallengeAnswer, CreateChallenge } from '#schemas/api.ts';
import { readAddress, type Addressed } from '#runtime/address-request.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { bindingDigest } from '#runtime/binding.ts';
import { viewAfter, viewChallenge } from '#runtime/challenge-view.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { sealValues } from '#runtime/message-values.ts';
import { reserveSend } from '#runtime/quota.ts';
import { sealField } from '#runtime/sealing.ts';

/** Requests a challenge: would it send? count it; decide with the count as data; commit; answer once it is in the log. */
export async function askForChallenge(
  foundation: Foundation,
  caller: TenantCaller,
  body: CreateChallenge,
  request: Claim,
): Promise<ChallengeAnswer> {
  const { keys, store } = foundation;
  const { tenantId, tenant } = caller;
  const to = readAddress(keys, tenantId, body);
  refuseForeignCountry(caller, to);
  const challengeId = thingId(to.subject, 'c', request.seed);
  let reservation: Reservation | undefined;
  const handled = await foundation.handle.handle<AddressDocument, AddressOutcome, Challenge>({
    subject: to.subject,
    tenant: tenantId,
    commandId: request.commandId,
    late: request.late,
    actor: caller.actor,
    decider: addressDecider,
    decide: async (document, { now, salt }) => {
      // A repetition whose command is forgotten, since many others came after it: the challenge is there, and answered as it is.
      const existing = findChallenge(document, challengeId);
      if (existing) return { kind: 'answer', answer: existing };
      if (request.late) throw new Problem('idempotency-key-spent');
      const refusal = wouldRequest(document, now);
      if (refusal) return { kind: 'refused', refusal };
      reservation ??= await reserveSend(store, request.commandId, tenant, to.counted);
      const whom = { tenant: tenantId, subject: to.subject, thing: challengeId };
      return requestChallenge(document, {
        challengeId,
        channel: body.channel,
        purpose: body.purpose ?? 'verification',
        to: sealField(keys, 'address', salt, { ...whom, field: 'to' }, to.address),
        params: sealValues(keys, salt, whom, body),
        bindingDigest: bindingDigest(keys, tenantId, challengeId, body.binding) || undefined,
        counted: to.counted,
        policy: challengePolicy(tenant.settings, body.channel, tenant.settingsVersion),
        nonce: randomBytes(16).toString('base64url'),
        kid: foundation.otpKid,
        reservation,
        now,
      });
    },
  });
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  if (handled.kind === 'answer') return viewChallenge(handled.answer, to.address, to.subject, foundation.now());
  const challenge = findChallenge(handled.document, challengeId);
  if (!challenge) throw new Problem('not-found');
  return viewAfter(challenge, handled.outcome, to.address, to.subject);
}

function refuseForeignCountry(caller: TenantCaller, { country }: Addressed): void {
  const { countries } = caller.tenant.settings;
  if (country !== undefined && countries.length > 0 && !countries.includes(country))
    throw new Problem('country-not-allowed');
}
