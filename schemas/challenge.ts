import { Type, type Static } from 'typebox';
import { Channel, Digest, Id, Millis, Purpose, Sealed, SendNumber } from './event.ts';

/** Keyed digests of what limits count; an event never holds the address or the client's IP itself. */
export const Counted = Type.Object({
  destination: Digest,
  prefix: Type.Optional(Digest),
  clientIp: Type.Optional(Digest),
});

/** One message of a challenge: its own nonce makes its own code; `expiresAt` is the code's. */
export const Send = Type.Object({
  number: SendNumber,
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  kid: Type.String({ minLength: 1, maxLength: 16 }),
  expiresAt: Millis,
  resendAvailableAt: Millis,
  sendsLeft: Type.Integer({ minimum: 0 }),
});

const addressed = {
  challengeId: Id,
  channel: Channel,
  purpose: Purpose,
  to: Sealed,
  /** JSON of {params, binding, locale}: what the message may show, and in which language. */
  params: Type.Optional(Sealed),
  send: Send,
  counted: Counted,
  settingsVersion: Type.String({ maxLength: 40 }),
  /** At an account: the login it belongs to and the method it goes to. */
  loginId: Type.Optional(Id),
  methodId: Type.Optional(Id),
};

export const ChallengeRequested = Type.Object({
  ...addressed,
  bindingDigest: Type.Optional(Digest),
  digits: Type.Integer({ minimum: 4, maximum: 10 }),
  attemptsMax: Type.Integer({ minimum: 1 }),
  sendsMax: Type.Integer({ minimum: 1 }),
  /** No code of this challenge lives beyond this instant. */
  endsAtMax: Millis,
});

export const ChallengeResendRequested = Type.Object(addressed);

/**
 * One wrong guess. At a bare address it is about a challenge; at an account about a method, within a login or an enrolment, and about
 * the challenge whose code it tried to be, where there is one. `attemptsLeft` is the challenge's, else the login's or enrolment's.
 */
export const AttemptRejected = Type.Object({
  challengeId: Type.Optional(Id),
  methodId: Type.Optional(Id),
  loginId: Type.Optional(Id),
  enrolmentId: Type.Optional(Id),
  attemptsLeft: Type.Integer({ minimum: 0 }),
  /** Wrong guesses in a row at this address, over all its challenges, or at this method. */
  failures: Type.Integer({ minimum: 0 }),
  /** What the login has left after it. */
  loginAttemptsLeft: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Guesses at the method before this instant no longer count against its rate. */
  countedSince: Type.Optional(Millis),
});

export const ChallengeExhausted = Type.Object({ challengeId: Id });

/** What a proof is signed from, so that a repeated answer carries the same claims. Seconds, as JWT has them. */
export const ProofClaims = Type.Object({ jti: Id, iat: Type.Integer(), exp: Type.Integer() });

export const ChallengeApproved = Type.Object({
  challengeId: Id,
  attemptsLeft: Type.Integer({ minimum: 0 }),
  proof: ProofClaims,
  counted: Counted,
});

export const ChallengeCanceled = Type.Object({
  challengeId: Id,
  reason: Type.Union([Type.Literal('requested'), Type.Literal('replaced')]),
});

/** Support lowered the failures in a row of a bare address to none. */
export const AddressReset = Type.Object({ counted: Counted });

export type Counted = Static<typeof Counted>;
export type Send = Static<typeof Send>;
export type ProofClaims = Static<typeof ProofClaims>;
export type ChallengeRequested = Static<typeof ChallengeRequested>;
export type ChallengeResendRequested = Static<typeof ChallengeResendRequested>;
export type AttemptRejected = Static<typeof AttemptRejected>;
export type ChallengeExhausted = Static<typeof ChallengeExhausted>;
export type ChallengeApproved = Static<typeof ChallengeApproved>;
export type ChallengeCanceled = Static<typeof ChallengeCanceled>;
export type AddressReset = Static<typeof AddressReset>;
