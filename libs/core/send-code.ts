import type { Counted } from '#schemas/challenge.ts';
import type { ChannelName } from '#schemas/channel.ts';
import { newestSend, type Challenge } from './challenge-book.ts';
import type { Refusal } from './decider.ts';
import type { Draft } from './event.ts';

/** The numbers that settings fix for one channel of one tenant. */
export type ChallengePolicy = {
  readonly codeDigits: number;
  readonly codeLifetimeSeconds: number;
  readonly resendMinSeconds: number;
  readonly sendsPerChallenge: number;
  readonly attemptsPerChallenge: number;
  readonly settingsVersion: string;
};

/** What the counted limits said: when the destination takes the next send, and how many more. */
export type Reservation = { readonly nextAt: number; readonly left: number };

export type NewSend = {
  readonly nonce: string;
  readonly kid: string;
  readonly reservation: Reservation;
  readonly now: number;
};

/** One code for one address and one purpose. */
export type CodeRequest = NewSend & {
  readonly challengeId: string;
  readonly channel: ChannelName;
  readonly purpose: string;
  readonly to: string;
  readonly params?: string;
  readonly bindingDigest?: string;
  readonly counted: Counted;
  readonly policy: ChallengePolicy;
  /** At an account: the login and the method it is for. */
  readonly loginId?: string;
  readonly methodId?: string;
};

export type Status = 'pending' | 'approved' | 'exhausted' | 'expired' | 'canceled';

type Holder = { readonly challenges: readonly Challenge[] };

/** No challenge outlives 900 s, whatever its resends. */
const challengeMsMax = 900_000;

/**
 * The status at `now` (Unix milliseconds): nobody writes that time ran out, so a pending challenge expires by being looked at.
 */
export function statusOf(challenge: Challenge, now: number): Status {
  if (challenge.state.kind !== 'pending') return challenge.state.kind;
  return now >= newestSend(challenge).expiresAt ? 'expired' : 'pending';
}

/** A new challenge with its first send. @param digits @param attemptsMax where they differ from the policy's */
export function requestCode(
  command: CodeRequest,
  { digits = command.policy.codeDigits, attemptsMax = command.policy.attemptsPerChallenge } = {},
): Draft {
  const { challengeId, policy, now } = command;
  const { channel, purpose, to, params, bindingDigest, counted, loginId, methodId } = command;
  const endsAtMax = now + challengeMsMax;
  return {
    type: 'challenge-requested',
    about: challengeId,
    data: {
      challengeId,
      channel,
      purpose,
      to,
      params,
      bindingDigest,
      digits,
      attemptsMax,
      sendsMax: policy.sendsPerChallenge,
      endsAtMax,
      send: newSend(1, policy.sendsPerChallenge, endsAtMax, policy, command),
      counted,
      settingsVersion: policy.settingsVersion,
      loginId,
      methodId,
    },
  };
}

const openPerPurposeMax = 3;

/** A new challenge of an account; a fourth open one of its purpose cancels the oldest. */
export function requestOne(document: Holder | undefined, command: CodeRequest): Draft[] {
  const { purpose, now } = command;
  const open = document?.challenges.filter((one) => one.purpose === purpose && statusOf(one, now) === 'pending') ?? [];
  const canceled = open.slice(0, Math.max(open.length + 1 - openPerPurposeMax, 0));
  return [requestCode(command), ...canceled.map(({ id }) => cancelReplaced(id))];
}

export const cancelReplaced = (challengeId: string): Draft => ({
  type: 'challenge-canceled',
  about: challengeId,
  data: { challengeId, reason: 'replaced' },
});

function newSend(number: number, sendsMax: number, endsAtMax: number, policy: ChallengePolicy, send: NewSend) {
  return {
    number,
    nonce: send.nonce,
    kid: send.kid,
    expiresAt: Math.min(send.now + policy.codeLifetimeSeconds * 1_000, endsAtMax),
    resendAvailableAt: Math.max(send.now + policy.resendMinSeconds * 1_000, send.reservation.nextAt),
    sendsLeft: Math.max(Math.min(sendsMax - number, send.reservation.left), 0),
  };
}

/** Why no new code can be sent for a challenge now, or undefined. Asked before limits are counted. */
export function wouldResendCode(challenge: Challenge, now: number): Refusal | undefined {
  if (statusOf(challenge, now) !== 'pending') return { code: 'challenge-not-pending' };
  const last = newestSend(challenge);
  if (last.number >= challenge.sendsMax) return { code: 'no-sends-left' };
  const waitMs = last.resendAvailableAt - now;
  return waitMs > 0 ? { code: 'resend-too-early', retryAfterMs: waitMs } : undefined;
}

/** A new code for a challenge: it voids the one before; attempts stay. */
export function resendCode(challenge: Challenge, command: NewSend & { readonly policy: ChallengePolicy }): Draft {
  const { id: challengeId, channel, purpose, to, params, counted } = challenge;
  const { policy } = command;
  const number = newestSend(challenge).number + 1;
  const send = newSend(number, challenge.sendsMax, challenge.endsAtMax, policy, command);
  const settingsVersion = policy.settingsVersion;
  return {
    type: 'challenge-resend-requested',
    about: challengeId,
    data: { challengeId, channel, purpose, to, params, send, counted, settingsVersion },
  };
}
