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
const documentBytesMax = 15_500;

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

export const newestSend = (challenge: Challenge): SendState => {
  const send = challenge.sends.at(-1);
  if (!send) throw new Error('a challenge has at least one send');
  return send;
};

export const attemptsLeft = (challenge: Challenge): number => Math.max(challenge.attemptsMax - challenge.attempts, 0);

export const findChallenge = (document: AddressDocument | undefined, id: string): Challenge | undefined =>
  document?.challenges.find((challenge) => challenge.id === id);

/** Bytes that a document will take, near enough to bound it without writing it. */
export function estimateBytes(document: Pick<AddressDocument, 'challenges' | 'commands'>): number {
  let bytes = 200 + 160 * document.commands.length;
  for (const challenge of document.challenges) {
    bytes += 560 + challenge.to.length + (challenge.params?.length ?? 0) + 190 * challenge.sends.length;
  }
  return bytes;
}

export const fits = (document: Pick<AddressDocument, 'challenges' | 'commands'>): boolean =>
  document.challenges.length <= challengesMax && estimateBytes(document) <= documentBytesMax;

const isOpen = (challenge: Challenge, at: number) =>
  challenge.state.kind === 'pending' && newestSend(challenge).expiresAt > at;

/** Forgets by the event's own time, so that a replay forgets the same: what is old, then what is over and too much. */
function prune(document: AddressDocument, now: number): AddressDocument {
  let challenges = document.challenges.filter(({ createdAt }) => now - createdAt < keptMs);
  let commands = document.commands.filter(({ at }) => now - at < keptMs).slice(-commandsMax);
  while (!fits({ challenges, commands })) {
    const oldestClosed = challenges.findIndex((challenge) => !isOpen(challenge, now));
    if (oldestClosed >= 0) challenges = challenges.toSpliced(oldestClosed, 1);
    else if (commands.length > 16) commands = commands.slice(1);
    else break;
  }
  return { ...document, challenges, commands, changedAt: now };
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
  evolve: (document, fact) => prune(step(document ?? { ...noAddress, tenant: fact.tenant }, fact), fact.time),
  outcomeOf: (document, commandId) => document.commands.find(({ id }) => id === commandId),
  expiresAt: (document) =>
    Math.max(document.changedAt + keptMs, document.failures > 0 ? document.lastFailureAt + failuresKeptMs : 0),
};
