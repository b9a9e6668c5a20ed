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
import type { Decider, Fact } from './decider.ts';

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
  readonly locale?: string;
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
  readonly sends: readonly SendState[];
  readonly state: ChallengeState;
};

export type VerifyReason = 'wrong-code' | 'expired' | 'exhausted' | 'canceled' | 'already-approved';

/** How a command ended; what its answer needs that later events would change is in it. */
export type AddressOutcome = { readonly id: string; readonly at: number } & (
  | {
      readonly did: 'request' | 'resend';
      readonly challenge: string;
      readonly send: number;
      readonly attemptsLeft: number;
    }
  | { readonly did: 'reject'; readonly challenge: string; readonly attemptsLeft: number; readonly exhausted: boolean }
  | { readonly did: 'approve' | 'cancel'; readonly challenge: string; readonly attemptsLeft: number }
  | { readonly did: 'reset' }
);

/** What the store keeps of one bare address of one tenant. */
export type AddressDocument = {
  readonly kind: 'address';
  /** Whose it is: a foreign id must find nothing. */
  readonly tenant: string;
  /** Wrong guesses in a row over all challenges, and the last one's time. */
  readonly failures: number;
  readonly lastFailureAt: number;
  readonly lastRequestedAt: number;
  readonly changedAt: number;
  readonly challenges: readonly Challenge[];
  readonly commands: readonly AddressOutcome[];
};

const hourMs = 3_600_000;
const keptMs = 24 * hourMs;
const failuresKeptMs = 30 * 24 * hourMs;
const challengesMax = 20;
const commandsMax = 64;
/** Where room is short commands are forgotten first, but never more than down to these. */
const commandsMin = 16;
/** Of 16 KiB: the rest takes up what guesses and ends add to challenges that are open and commands that stay. */
const documentBytesMax = 15_900;

const noAddress: AddressDocument = {
  kind: 'address',
  tenant: '',
  failures: 0,
  lastFailureAt: 0,
  lastRequestedAt: 0,
  changedAt: 0,
  challenges: [],
  commands: [],
};

/** Failures in a row that still count at `now`: they are forgotten 30 days after the last one. */
export const failuresAt = (document: AddressDocument | undefined, now: number): number =>
  document && now - document.lastFailureAt < failuresKeptMs ? document.failures : 0;

/** The send whose code counts: every earlier one is void. */
export const newestSend = (challenge: Challenge): SendState => {
  const send = challenge.sends.at(-1);
  if (!send) throw new Error('a challenge has at least one send');
  return send;
};

/** Guesses that may still be compared; none is ever given back. */
export const attemptsLeft = (challenge: Challenge): number => Math.max(challenge.attemptsMax - challenge.attempts, 0);

/** The challenge of this id, unless the record never had it or has forgotten it. */
export const findChallenge = (document: AddressDocument | undefined, id: string): Challenge | undefined =>
  document?.challenges.find((challenge) => challenge.id === id);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Whether a record may hold the document. */
export const fits = (document: AddressDocument): boolean =>
  document.challenges.length <= challengesMax && bytesOf(document) <= documentBytesMax;

/** When a challenge is over, or will be: no command after it changes the challenge. */
const endOf = (challenge: Challenge): number =>
  challenge.state.kind === 'pending' ? newestSend(challenge).expiresAt : challenge.state.at;

const isOver = (challenge: Challenge, at: number): boolean =>
  challenge.state.kind !== 'pending' || endOf(challenge) <= at;

/**
 * Forgets by the event's own time, so that a replay forgets the same: what is old, then what is over and too much. The challenge that
 * the event is about stays: its answer is read from the document.
 */
function prune(document: AddressDocument, now: number, about: string | undefined): AddressDocument {
  const challenges = document.challenges.filter((challenge) => now - endOf(challenge) < keptMs);
  const commands = document.commands.filter(({ at }) => now - at < keptMs).slice(-commandsMax);
  const pruned = { ...document, challenges, commands, changedAt: now };
  let bytes = bytesOf(pruned);
  while (challenges.length > challengesMax || bytes > documentBytesMax) {
    const over = challenges.findIndex((challenge) => challenge.id !== about && isOver(challenge, now));
    const spare = over >= 0 ? challenges.splice(over, 1) : commands.splice(0, commands.length > commandsMin ? 1 : 0);
    if (spare.length === 0) break;
    bytes -= bytesOf(spare[0]) + 1;
  }
  return pruned;
}

function change(document: AddressDocument, id: string, edit: (challenge: Challenge) => Challenge): AddressDocument {
  return {
    ...document,
    challenges: document.challenges.map((challenge) => (challenge.id === id ? edit(challenge) : challenge)),
  };
}

/** A closed challenge keeps what its answers show; what its message needed goes. */
const close = (challenge: Challenge, state: ChallengeState): Challenge => {
  const { params: _, ...rest } = challenge;
  return { ...rest, state };
};

type Told = { readonly did: AddressOutcome['did']; readonly [field: string]: unknown };

function remember(document: AddressDocument, fact: Fact, told: Told): AddressDocument {
  const entry = { id: fact.causationId, at: fact.time, ...told } as AddressOutcome;
  return { ...document, commands: [...document.commands.filter(({ id }) => id !== entry.id), entry] };
}

function requested(document: AddressDocument, fact: Fact): AddressDocument {
  const data = fact.data as ChallengeRequested;
  const { challengeId: id, send, settingsVersion: _, ...rest } = data;
  const challenge: Challenge = {
    ...rest,
    id,
    attempts: 0,
    createdAt: fact.time,
    sends: [{ ...send, requestedAt: fact.time }],
    state: { kind: 'pending' },
  };
  return remember({ ...document, lastRequestedAt: fact.time, challenges: [...document.challenges, challenge] }, fact, {
    did: 'request',
    challenge: id,
    send: send.number,
    attemptsLeft: data.attemptsMax,
  });
}

function resent(document: AddressDocument, fact: Fact): AddressDocument {
  const { challengeId, send } = fact.data as ChallengeResendRequested;
  const changed = change(document, challengeId, (challenge) => ({
    ...challenge,
    sends: [...challenge.sends, { ...send, requestedAt: fact.time }],
  }));
  const challenge = findChallenge(changed, challengeId);
  return remember(changed, fact, {
    did: 'resend',
    challenge: challengeId,
    send: send.number,
    attemptsLeft: challenge ? attemptsLeft(challenge) : 0,
  });
}

function rejected(document: AddressDocument, fact: Fact): AddressDocument {
  const data = fact.data as AttemptRejected;
  const changed = change(document, data.challengeId, (challenge) => ({
    ...challenge,
    attempts: challenge.attemptsMax - data.attemptsLeft,
  }));
  return remember({ ...changed, failures: data.failures, lastFailureAt: fact.time }, fact, {
    did: 'reject',
    challenge: data.challengeId,
    attemptsLeft: data.attemptsLeft,
    exhausted: data.attemptsLeft === 0,
  });
}

function step(document: AddressDocument, fact: Fact): AddressDocument {
  switch (fact.type) {
    case 'challenge-requested':
      return requested(document, fact);
    case 'challenge-resend-requested':
      return resent(document, fact);
    case 'attempt-rejected':
      return rejected(document, fact);
    case 'challenge-exhausted': {
      const { challengeId } = fact.data as ChallengeExhausted;
      return change(document, challengeId, (it) => close(it, { kind: 'exhausted', at: fact.time }));
    }
    case 'challenge-approved': {
      const data = fact.data as ChallengeApproved;
      const state = { kind: 'approved', at: fact.time, proof: data.proof } as const;
      const changed = change(document, data.challengeId, (it) => close(it, state));
      return remember({ ...changed, failures: 0 }, fact, {
        did: 'approve',
        challenge: data.challengeId,
        attemptsLeft: data.attemptsLeft,
      });
    }
    case 'challenge-canceled': {
      const { challengeId, reason } = fact.data as ChallengeCanceled;
      const challenge = findChallenge(document, challengeId);
      const changed = change(document, challengeId, (it) => close(it, { kind: 'canceled', at: fact.time }));
      if (reason === 'replaced' || !challenge) return changed;
      return remember(changed, fact, { did: 'cancel', challenge: challengeId, attemptsLeft: attemptsLeft(challenge) });
    }
    case 'address-reset':
      return remember({ ...document, failures: 0 }, fact, { did: 'reset' });
    default:
      return document;
  }
}

/** The decider of bare addresses: folding a record's events gives its document exactly. */
export const addressDecider: Decider<AddressDocument, AddressOutcome> = {
  evolve: (document, fact) => {
    const { challengeId } = fact.data as { readonly challengeId?: string };
    return prune(step(document ?? { ...noAddress, tenant: fact.tenant }, fact), fact.time, challengeId);
  },
  outcomeOf: (document, commandId) => document.commands.find(({ id }) => id === commandId),
  expiresAt: ({ challenges, changedAt, failures, lastFailureAt }) =>
    Math.max(
      ...[changedAt, ...challenges.map(endOf)].map((at) => at + keptMs),
      failures > 0 ? lastFailureAt + failuresKeptMs : 0,
    ),
};
