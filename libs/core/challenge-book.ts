import type {
  AttemptRejected,
  ChallengeApproved,
  ChallengeCanceled,
  ChallengeExhausted,
  ChallengeRequested,
  ChallengeResendRequested,
  Counted,
  ProofClaims,
  Send,
} from '#schemas/challenge.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { Fact } from './decider.ts';

export type SendState = Send & { readonly requestedAt: number };

export type ChallengeState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'approved'; readonly at: number; readonly proof: ProofClaims }
  | { readonly kind: 'exhausted'; readonly at: number }
  | { readonly kind: 'canceled'; readonly at: number };

export type Challenge = {
  readonly id: string;
  readonly channel: ChannelName;
  readonly purpose: string;
  readonly to: string;
  readonly params?: string;
  readonly bindingDigest?: string;
  readonly digits: number;
  readonly attemptsMax: number;
  readonly sendsMax: number;
  readonly attempts: number;
  readonly createdAt: number;
  readonly endsAtMax: number;
  readonly counted: Counted;
  /** At an account: the login and the method it is for. */
  readonly loginId?: string;
  readonly methodId?: string;
  readonly sends: readonly SendState[];
  readonly state: ChallengeState;
};

/** The send whose code counts: every earlier one is void. */
export const newestSend = (challenge: Challenge): SendState => {
  const send = challenge.sends.at(-1);
  if (!send) throw new Error('a challenge has at least one send');
  return send;
};

/** Guesses that may still be compared; none is ever given back. */
export const attemptsLeft = (challenge: Challenge): number => Math.max(challenge.attemptsMax - challenge.attempts, 0);

/** The challenge of an id, in whatever document holds challenges. */
export const findChallenge = (
  document: { readonly challenges: readonly Challenge[] } | undefined,
  id: string,
): Challenge | undefined => document?.challenges.find((challenge) => challenge.id === id);

/** When a challenge is over, or will be: no command after it changes the challenge. */
export const endOf = (challenge: Challenge): number =>
  challenge.state.kind === 'pending' ? newestSend(challenge).expiresAt : challenge.state.at;

export const isOver = (challenge: Challenge, at: number): boolean =>
  challenge.state.kind !== 'pending' || endOf(challenge) <= at;

type Challenges = readonly Challenge[];

const change = (
  challenges: Challenges,
  id: string | undefined,
  edit: (challenge: Challenge) => Challenge,
): Challenges => challenges.map((challenge) => (challenge.id === id ? edit(challenge) : challenge));

/** A closed challenge keeps what its answers show; what its message needed goes. */
const close = (challenge: Challenge, state: ChallengeState): Challenge => {
  const { params: _, ...rest } = challenge;
  return { ...rest, state };
};

function born(fact: Fact): Challenge {
  const { challengeId: id, send, settingsVersion: _, ...rest } = fact.data as ChallengeRequested;
  return {
    ...rest,
    id,
    attempts: 0,
    createdAt: fact.time,
    sends: [{ ...send, requestedAt: fact.time }],
    state: { kind: 'pending' },
  };
}

/** What an event does to the challenges of a record, be it a bare address or an account. */
export function evolveChallenges(challenges: Challenges, fact: Fact): Challenges {
  switch (fact.type) {
    case 'challenge-requested':
      return [...challenges, born(fact)];
    case 'challenge-resend-requested': {
      const { challengeId, send } = fact.data as ChallengeResendRequested;
      const resent = { ...send, requestedAt: fact.time };
      return change(challenges, challengeId, (it) => ({ ...it, sends: [...it.sends, resent] }));
    }
    case 'attempt-rejected': {
      const { challengeId, attemptsLeft: left } = fact.data as AttemptRejected;
      return change(challenges, challengeId, (it) => ({ ...it, attempts: it.attemptsMax - left }));
    }
    case 'challenge-exhausted': {
      const { challengeId } = fact.data as ChallengeExhausted;
      return change(challenges, challengeId, (it) => close(it, { kind: 'exhausted', at: fact.time }));
    }
    case 'challenge-approved': {
      const { challengeId, proof } = fact.data as ChallengeApproved;
      return change(challenges, challengeId, (it) => close(it, { kind: 'approved', at: fact.time, proof }));
    }
    case 'challenge-canceled': {
      const { challengeId } = fact.data as ChallengeCanceled;
      return change(challenges, challengeId, (it) => close(it, { kind: 'canceled', at: fact.time }));
    }
    default:
      return challenges;
  }
}
