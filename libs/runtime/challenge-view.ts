import type { AddressOutcome } from '#core/address-document.ts';
import { attemptsLeft, newestSend, type Challenge } from '#core/challenge-book.ts';
import { maskAddress } from '#core/address.ts';
import { statusOf } from '#core/send-code.ts';
import type { ChallengeAnswer } from '#schemas/api.ts';
import type { KeyRing } from './keys.ts';
import { openField } from './sealing.ts';

const iso = (ms: number) => new Date(ms).toISOString();

/** The address of a challenge, or undefined when the record's salt no longer opens it. */
export function addressOf(
  keys: KeyRing,
  at: { tenant: string; subject: string; salt: string },
  challenge: Challenge,
): string | undefined {
  const { tenant, subject } = at;
  return openField(keys, 'address', at.salt, { tenant, subject, field: 'to', thing: challenge.id }, challenge.to);
}

/** A challenge as callers see it at `now`. */
export function viewChallenge(
  challenge: Challenge,
  address: string | undefined,
  subject: string,
  now: number,
): ChallengeAnswer {
  const send = newestSend(challenge);
  return {
    id: challenge.id,
    subject,
    status: statusOf(challenge, now),
    channel: challenge.channel,
    to: address === undefined ? null : maskAddress(challenge.channel, address),
    createdAt: iso(challenge.createdAt),
    expiresAt: iso(send.expiresAt),
    resendAvailableAt: iso(send.resendAvailableAt),
    sendsLeft: send.sendsLeft,
    attemptsLeft: attemptsLeft(challenge),
  };
}

/** The same as it was right after a command, so that repeating the command answers the same bytes. */
export function viewAfter(
  challenge: Challenge,
  outcome: AddressOutcome,
  address: string | undefined,
  subject: string,
): ChallengeAnswer {
  if (outcome.did === 'reset') throw new Error('a reset is about no challenge');
  const send = 'send' in outcome ? outcome.send : newestSend(challenge).number;
  const then: Challenge = {
    ...challenge,
    sends: challenge.sends.filter(({ number }) => number <= send),
    attempts: challenge.attemptsMax - outcome.attemptsLeft,
    state: outcome.did === 'cancel' ? challenge.state : { kind: 'pending' },
  };
  return viewChallenge(then, address, subject, outcome.at);
}
