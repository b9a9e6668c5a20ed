import type {
  AttemptRejected,
  ChallengeApproved,
  ChallengeCanceled,
  ChallengeRequested,
  ChallengeResendRequested,
} from '#schemas/challenge.ts';
import { attemptsLeft, endOf, evolveChallenges, findChallenge, isOver, type Challenge } from './challenge-book.ts';
import type { Decider, Fact } from './decider.ts';

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

/**
 * What an address' events are added to where the journal has lost the first ones: they are older than all that a document keeps, and
 * every number that lasts longer is in the later ones.
 */
export const forgottenAddress = (tenant: string): AddressDocument => ({ ...noAddress, tenant });

/** Failures in a row that still count at `now`: they are forgotten 30 days after the last one. */
export const failuresAt = (document: AddressDocument | undefined, now: number): number =>
  document && now - document.lastFailureAt < failuresKeptMs ? document.failures : 0;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Whether a record may hold the document. */
export const fits = (document: AddressDocument): boolean =>
  document.challenges.length <= challengesMax && bytesOf(document) <= documentBytesMax;

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

type Told = { readonly did: AddressOutcome['did']; readonly [field: string]: unknown };

function remember(document: AddressDocument, fact: Fact, told: Told): AddressDocument {
  const entry = { id: fact.causationId, at: fact.time, ...told } as AddressOutcome;
  return { ...document, commands: [...document.commands.filter(({ id }) => id !== entry.id), entry] };
}

/** What the address itself learns from an event, and what its command did; the challenges have an evolution of their own. */
function learn(document: AddressDocument, fact: Fact): AddressDocument {
  switch (fact.type) {
    case 'challenge-requested': {
      const { challengeId: challenge, send, attemptsMax } = fact.data as ChallengeRequested;
      const told = { did: 'request', challenge, send: send.number, attemptsLeft: attemptsMax } as const;
      return remember({ ...document, lastRequestedAt: fact.time }, fact, told);
    }
    case 'challenge-resend-requested': {
      const { challengeId: challenge, send } = fact.data as ChallengeResendRequested;
      return remember(document, fact, {
        did: 'resend',
        challenge,
        send: send.number,
        attemptsLeft: leftOf(document, challenge),
      });
    }
    case 'attempt-rejected': {
      const { challengeId: challenge, attemptsLeft: left, failures } = fact.data as AttemptRejected;
      const told = { did: 'reject', challenge, attemptsLeft: left, exhausted: left === 0 } as const;
      return remember({ ...document, failures, lastFailureAt: fact.time }, fact, told);
    }
    case 'challenge-approved': {
      const { challengeId: challenge, attemptsLeft: left } = fact.data as ChallengeApproved;
      return remember({ ...document, failures: 0 }, fact, { did: 'approve', challenge, attemptsLeft: left });
    }
    case 'challenge-canceled': {
      const { challengeId: challenge, reason } = fact.data as ChallengeCanceled;
      if (reason === 'replaced' || !findChallenge(document, challenge)) return document;
      return remember(document, fact, { did: 'cancel', challenge, attemptsLeft: leftOf(document, challenge) });
    }
    case 'address-reset':
      return remember({ ...document, failures: 0 }, fact, { did: 'reset' });
    default:
      return document;
  }
}

function leftOf(document: AddressDocument, id: string): number {
  const challenge = findChallenge(document, id);
  return challenge ? attemptsLeft(challenge) : 0;
}

/** The decider of bare addresses: folding a record's events gives its document exactly. */
export const addressDecider: Decider<AddressDocument, AddressOutcome> = {
  evolve: (document, fact) => {
    const { challengeId } = fact.data as { readonly challengeId?: string };
    const before = document ?? { ...noAddress, tenant: fact.tenant };
    const next = { ...before, challenges: evolveChallenges(before.challenges, fact) };
    return prune(learn(next, fact), fact.time, challengeId);
  },
  outcomeOf: (document, commandId) => document.commands.find(({ id }) => id === commandId),
  expiresAt: ({ challenges, changedAt, failures, lastFailureAt }) =>
    Math.max(
      ...[changedAt, ...challenges.map(endOf)].map((at) => at + keptMs),
      failures > 0 ? lastFailureAt + failuresKeptMs : 0,
    ),
};
