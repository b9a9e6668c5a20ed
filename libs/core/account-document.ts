import type {
  AccountCreated,
  BypassCodeCreated,
  MethodType,
  PageOpened,
  PageSessionStarted,
  Profile,
  Seed,
  StepUpPassed,
} from '#schemas/account.ts';
import type { ProofClaims } from '#schemas/challenge.ts';
import type { LoginCanceled, LoginFailed, LoginStarted } from '#schemas/login.ts';
import { endOf, evolveChallenges, isOver, type Challenge } from './challenge-book.ts';
import { evolveEnrolments } from './evolve-enrolments.ts';
import { evolveLogins } from './evolve-logins.ts';
import { evolveMethods } from './evolve-methods.ts';
import { evolveNoticed, type Noticed } from './evolve-notices.ts';
import type { Decider, Fact } from './decider.ts';
import type { Method } from './methods/method.ts';

export type Enrolment = {
  readonly id: string;
  readonly type: 'totp' | 'sms' | 'email';
  readonly to?: string;
  readonly destination?: string;
  readonly seed?: Seed;
  readonly label?: string;
  readonly challengeId?: string;
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly loginId?: string;
};

export type Passed = {
  readonly method: MethodType | 'bypass';
  readonly methodId?: string;
  readonly proof: ProofClaims;
};

export type LoginState =
  | { readonly kind: 'open' }
  | ({
      readonly kind: 'awaiting-result';
      readonly at: number;
      readonly nonce: string;
      readonly resultExpiresAt: number;
    } & Passed)
  | ({ readonly kind: 'approved'; readonly at: number } & Passed)
  | { readonly kind: 'failed'; readonly at: number; readonly reason: LoginFailed['reason'] }
  | { readonly kind: 'canceled'; readonly at: number; readonly reason: LoginCanceled['reason'] };

export type Login = Omit<LoginStarted, 'loginId'> & {
  readonly id: string;
  readonly startedAt: number;
  readonly attempts: number;
  /** The challenge of this login's newest message, and the method it went to. */
  readonly sending?: { readonly methodId: string; readonly challengeId: string };
  /** Its page was opened: the handle is dead. */
  readonly sessionStarted?: boolean;
  /** Methods that locked by guesses in this very login: its owner may be told so. */
  readonly lockedHere: readonly string[];
  readonly status: LoginState;
};

/** A page of ours that somebody may open, or has: the handle dies at first use, the session after its time. */
export type Page = {
  readonly nonce: string;
  readonly handleExpiresAt: number;
  readonly returnUrl?: string;
  readonly sessionExpiresAt?: number;
  readonly stepUpUntil?: number;
};

/** How a command ended: what was done, to what, and the numbers that later events would change. */
export type AccountOutcome = {
  readonly id: string;
  readonly at: number;
  readonly did: Fact['type'];
  readonly thing?: string;
  readonly attemptsLeft?: number;
  readonly loginAttemptsLeft?: number;
};

/** What the store keeps of one account. It never expires: an account forgotten is a second factor gone. */
export type AccountDocument = {
  readonly kind: 'account';
  readonly tenant: string;
  readonly userId: string;
  readonly accountName?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly groups: readonly string[];
  readonly createdAt: number;
  readonly methods: readonly Method[];
  readonly defaultMethodId?: string;
  readonly enrolments: readonly Enrolment[];
  readonly challenges: readonly Challenge[];
  readonly logins: readonly Login[];
  readonly pages: readonly Page[];
  readonly bypass?: { readonly hash: string; readonly expiresAt: number };
  /** Under enforcement, and to be enrolled by then; set by the first login that met it. */
  readonly enrolmentDueAt?: number;
  readonly exemptUntil?: number;
  readonly noticed?: Noticed;
  readonly commands: readonly AccountOutcome[];
};

const hourMs = 3_600_000;
const keptMs = 24 * hourMs;
const commandsMax = 64;
const challengesMax = 20;
const loginsMax = 20;
const pagesMax = 10;

function born(fact: Fact): AccountDocument {
  const { userId, groups = [], ...profile } = fact.data as AccountCreated;
  return {
    kind: 'account',
    tenant: fact.tenant,
    userId,
    ...profile,
    groups,
    createdAt: fact.time,
    methods: [],
    enrolments: [],
    challenges: [],
    logins: [],
    pages: [],
    commands: [],
  };
}

const changePage = (document: AccountDocument, nonce: string, edit: (page: Page) => Page): AccountDocument => ({
  ...document,
  pages: document.pages.map((page) => (page.nonce === nonce ? edit(page) : page)),
});

/** What an event does to the account's own fields; methods, enrolments, challenges and logins have evolutions of their own. */
function evolveSelf(document: AccountDocument, fact: Fact): AccountDocument {
  switch (fact.type) {
    case 'account-updated':
      return { ...document, ...(fact.data as Profile) };
    case 'account-exempted':
      return { ...document, exemptUntil: (fact.data as { until?: number }).until };
    case 'login-started': {
      const { enrolmentDueAt } = fact.data as LoginStarted;
      return { ...document, enrolmentDueAt: document.enrolmentDueAt ?? enrolmentDueAt };
    }
    case 'bypass-code-created':
      return { ...document, bypass: fact.data as BypassCodeCreated };
    case 'bypass-code-used':
      return { ...document, bypass: undefined };
    case 'page-opened':
      return { ...document, pages: [...document.pages, fact.data as PageOpened] };
    case 'page-session-started': {
      const { nonce, expiresAt } = fact.data as PageSessionStarted;
      return changePage(document, nonce, (page) => ({ ...page, sessionExpiresAt: expiresAt }));
    }
    case 'step-up-passed': {
      const { nonce, until } = fact.data as StepUpPassed;
      return changePage(document, nonce, (page) => ({ ...page, stepUpUntil: until }));
    }
    default:
      return document;
  }
}

/** The newest `max` of what is over, and all that is not. */
function keepNewest<T>(things: readonly T[], max: number, isPast: (thing: T) => boolean): T[] {
  const past = things.filter(isPast);
  const kept = new Set(past.slice(Math.max(past.length - Math.max(max - (things.length - past.length), 0), 0)));
  return things.filter((thing) => !isPast(thing) || kept.has(thing));
}

/** Forgets by the event's own time what is over and old. */
function prune(document: AccountDocument, now: number): AccountDocument {
  const challenges = document.challenges.filter((challenge) => now - endOf(challenge) < keptMs);
  const logins = document.logins.filter(({ expiresAt }) => now - expiresAt < keptMs);
  const pages = document.pages.filter(
    ({ handleExpiresAt, sessionExpiresAt = 0 }) => now < Math.max(handleExpiresAt, sessionExpiresAt),
  );
  return {
    ...document,
    challenges: keepNewest(challenges, challengesMax, (challenge) => isOver(challenge, now)),
    logins: keepNewest(logins, loginsMax, (login) => login.status.kind !== 'open' || now >= login.expiresAt),
    enrolments: document.enrolments.filter(({ expiresAt }) => now < expiresAt + hourMs),
    pages: pages.slice(-pagesMax),
    commands: document.commands.filter(({ at }) => now - at < keptMs).slice(-commandsMax),
  };
}

/** The first event of a command says what it did; those that follow from it add nothing to its outcome. */
function remember(document: AccountDocument, fact: Fact): AccountDocument {
  if (document.commands.some(({ id }) => id === fact.causationId)) return document;
  const data = fact.data as Readonly<Record<string, unknown>>;
  const thing = data['enrolmentId'] ?? data['loginId'] ?? data['methodId'] ?? data['challengeId'] ?? data['nonce'];
  const outcome: AccountOutcome = {
    id: fact.causationId,
    at: fact.time,
    did: fact.type,
    ...(typeof thing === 'string' && { thing }),
    ...(typeof data['attemptsLeft'] === 'number' && { attemptsLeft: data['attemptsLeft'] }),
    ...(typeof data['loginAttemptsLeft'] === 'number' && { loginAttemptsLeft: data['loginAttemptsLeft'] }),
  };
  return { ...document, commands: [...document.commands, outcome] };
}

/** The decider of accounts: folding a record's events gives its document exactly. */
export const accountDecider: Decider<AccountDocument, AccountOutcome> = {
  evolve(before, fact) {
    const document = evolveSelf(before ?? born(fact), fact);
    const methods = evolveMethods(document.methods, fact);
    const next: AccountDocument = {
      ...document,
      methods: methods.methods,
      defaultMethodId: methods.defaultOf(document.defaultMethodId),
      enrolments: evolveEnrolments(document.enrolments, fact),
      challenges: evolveChallenges(document.challenges, fact),
      logins: evolveLogins(document.logins, fact),
      noticed: evolveNoticed(document.noticed, fact),
    };
    return prune(remember(next, fact), fact.time);
  },
  outcomeOf: (document, commandId) => document.commands.find(({ id }) => id === commandId),
  expiresAt: () => 0,
};
