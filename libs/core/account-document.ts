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
import { pruneAccount } from './account-retention.ts';
import { evolveChallenges, type Challenge } from './challenge-book.ts';
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
  /** Sealed as all that is known of the person: rules get the names as data. */
  readonly groups?: string;
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

function born(fact: Fact): AccountDocument {
  const { userId, ...profile } = fact.data as AccountCreated;
  return {
    kind: 'account',
    tenant: fact.tenant,
    userId,
    ...profile,
    createdAt: fact.time,
    methods: [],
    enrolments: [],
    challenges: [],
    logins: [],
    pages: [],
    commands: [],
  };
}

/** Only the newest send's code counts, and no call shows the sends of an account's challenge. */
const keepNewestSend = (challenge: Challenge): Challenge =>
  challenge.sends.length > 1 ? { ...challenge, sends: challenge.sends.slice(-1) } : challenge;

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
    // Whoever holds a page or a code of before the reset must not enrol in the owner's place.
    case 'method-reset':
      return { ...document, bypass: undefined, pages: [] };
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

/** As the log tells it and the store keeps it: what has no value has no field, so order and absence are the same for every reader. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The decider of accounts: folding a record's events gives its document exactly. */
export const accountDecider: Decider<AccountDocument, AccountOutcome> = {
  evolve(before, drafted) {
    const fact = { ...drafted, data: plain(drafted.data) };
    const document = evolveSelf(before ?? born(fact), fact);
    const methods = evolveMethods(document.methods, fact);
    const next: AccountDocument = {
      ...document,
      methods: methods.methods,
      defaultMethodId: methods.defaultOf(document.defaultMethodId),
      enrolments: evolveEnrolments(document.enrolments, fact),
      challenges: evolveChallenges(document.challenges, fact).map(keepNewestSend),
      logins: evolveLogins(document.logins, fact),
      noticed: evolveNoticed(document.noticed, fact),
    };
    return plain(pruneAccount(remember(next, fact), fact));
  },
  outcomeOf: (document, commandId) => document.commands.find(({ id }) => id === commandId),
  expiresAt: () => 0,
};
