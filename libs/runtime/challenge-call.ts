import { addressDecider, type AddressDocument, type AddressOutcome } from '#core/address-document.ts';
import { findChallenge, type Challenge } from '#core/challenge-book.ts';
import type { Decision } from '#core/decider.ts';
import { subjectOfThing } from '#core/subject.ts';
import type { TenantCaller } from './authenticate.ts';
import { Problem } from './errors.ts';
import type { Foundation } from './foundation.ts';
import type { Handled } from './handle.ts';
import type { Claim } from './idempotency.ts';

/** The subject a challenge id belongs to; a wrong shape is as unknown as a wrong id. */
export function subjectOfChallenge(id: string): string {
  const subject = subjectOfThing(id, 'c');
  if (subject === undefined) throw new Problem('not-found');
  return subject;
}

/** A challenge of the caller's own tenant, or 404: unknown and foreign ids are told apart by nothing. */
export function ownChallenge(document: AddressDocument | undefined, caller: TenantCaller, id: string): Challenge {
  const own = document?.kind === 'address' && document.tenant === caller.tenantId;
  const challenge = own ? findChallenge(document, id) : undefined;
  if (!challenge) throw new Problem('not-found');
  return challenge;
}

export type ChallengeAt = { readonly now: number; readonly salt: string };

/** Carries out a command on an existing challenge of the caller's. */
export function handleChallenge<Answer>(
  foundation: Foundation,
  caller: TenantCaller,
  id: string,
  request: Claim,
  decide: (
    document: AddressDocument,
    challenge: Challenge,
    at: ChallengeAt,
  ) => Decision<Answer> | Promise<Decision<Answer>>,
): Promise<Handled<AddressDocument, AddressOutcome, Answer>> {
  return foundation.handle.handle<AddressDocument, AddressOutcome, Answer>({
    subject: subjectOfChallenge(id),
    tenant: caller.tenantId,
    commandId: request.commandId,
    late: request.late,
    actor: caller.actor,
    decider: addressDecider,
    decide: (document, at) => decide(document as AddressDocument, ownChallenge(document, caller, id), at),
  });
}
