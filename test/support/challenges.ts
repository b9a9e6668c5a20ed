import { addressDecider } from '#core/address-document.ts';
import type { Challenge } from '#core/challenge-book.ts';
import type { CheckCode, RequestChallenge, ResendChallenge } from '#core/challenge.ts';
import type { ChallengePolicy } from '#core/send-code.ts';
import { storyOf, type Told } from './given.ts';

/** Words for stories of challenges. Times are Unix milliseconds; `t0` is when most stories begin. */

export const given = storyOf(addressDecider);

export const t0 = 1_790_000_000_000;
export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const subject = 'AAAAAAAAAAAAAAAAAAAAAA';
/** The id of a challenge, by a short name. */
export const challenge = (name: string): string => `${subject}.c${name.padEnd(22, '-')}`;

export const policy: ChallengePolicy = {
  codeDigits: 6,
  codeLifetimeSeconds: 300,
  resendMinSeconds: 30,
  sendsPerChallenge: 5,
  attemptsPerChallenge: 5,
  settingsVersion: 'p0.t0',
};

export const counted = { destination: 'd'.repeat(22), prefix: 'p'.repeat(22) };
const nonce = 'n'.repeat(22);
const proof = { jti: 'j'.repeat(22), iat: t0 / secondMs, exp: t0 / secondMs + 300 };

export const requestAt = (now: number, name = 'new', change: Partial<RequestChallenge> = {}): RequestChallenge => ({
  challengeId: challenge(name),
  channel: 'email',
  purpose: 'verification',
  to: 'kid00000.sealed-address',
  counted,
  policy,
  nonce,
  kid: 'kid00000',
  reservation: { nextAt: now + 30 * secondMs, left: 4 },
  now,
  ...change,
});

export const resendAt = (now: number, name: string, change: Partial<ResendChallenge> = {}): ResendChallenge => ({
  challengeId: challenge(name),
  policy,
  nonce: 'm'.repeat(22),
  kid: 'kid00000',
  reservation: { nextAt: now + 60 * secondMs, left: 3 },
  now,
  ...change,
});

/** A guess that is right or not, whatever the challenge. */
export const guessAt = (
  now: number,
  name: string,
  right: boolean | ((challenge: Challenge) => boolean),
): CheckCode => ({
  challengeId: challenge(name),
  matches: typeof right === 'boolean' ? () => right : right,
  proof,
  now,
});

const sendOf = (number: number, at: number, lifetimeMs: number) => ({
  number,
  nonce,
  kid: 'kid00000',
  expiresAt: at + lifetimeMs,
  resendAvailableAt: at + 30 * secondMs,
  sendsLeft: 5 - number,
});

type Requested = {
  readonly purpose?: string;
  readonly lifetimeMs?: number;
  readonly attemptsMax?: number;
  readonly sendsMax?: number;
  readonly params?: string;
};

/** Facts of the past, as the log holds them. */
export const requested = (name: string, time: number, change: Requested = {}): Told => ({
  type: 'challenge-requested',
  time,
  causationId: `request-${name}`,
  data: {
    challengeId: challenge(name),
    channel: 'email',
    purpose: change.purpose ?? 'verification',
    to: 'kid00000.sealed-address',
    params: change.params,
    digits: 6,
    attemptsMax: change.attemptsMax ?? 5,
    sendsMax: change.sendsMax ?? 5,
    endsAtMax: time + 15 * minuteMs,
    send: sendOf(1, time, change.lifetimeMs ?? 5 * minuteMs),
    counted,
    settingsVersion: 'p0.t0',
  },
});

export const resent = (name: string, time: number, number: number, lifetimeMs = 5 * minuteMs): Told => ({
  type: 'challenge-resend-requested',
  time,
  causationId: `resend-${name}-${number}`,
  data: {
    challengeId: challenge(name),
    channel: 'email',
    purpose: 'verification',
    to: 'kid00000.sealed-address',
    send: sendOf(number, time, lifetimeMs),
    counted,
    settingsVersion: 'p0.t0',
  },
});

export const rejected = (name: string, time: number, attemptsLeft: number, failures: number): Told => ({
  type: 'attempt-rejected',
  time,
  causationId: `guess-${name}-${attemptsLeft}`,
  data: { challengeId: challenge(name), attemptsLeft, failures },
});

export const exhausted = (name: string, time: number): Told => ({
  type: 'challenge-exhausted',
  time,
  causationId: `guess-${name}-0`,
  data: { challengeId: challenge(name) },
});

export const approved = (name: string, time: number, attemptsLeft = 5): Told => ({
  type: 'challenge-approved',
  time,
  causationId: `guess-${name}-right`,
  data: { challengeId: challenge(name), attemptsLeft, proof, counted },
});

export const canceled = (name: string, time: number, reason: 'requested' | 'replaced' = 'requested'): Told => ({
  type: 'challenge-canceled',
  time,
  causationId: `cancel-${name}`,
  data: { challengeId: challenge(name), reason },
});

/** An address at which `failures` guesses in a row were wrong, the last one at `time`. */
export const suspicious = (failures: number, time: number): Told => rejected('old', time, 0, failures);
