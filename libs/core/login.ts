import type { ProofClaims } from '#schemas/challenge.ts';
import type { AccountDocument, Login } from './account-document.ts';
import { hasBypass, needsOf, type AccountPolicy, type Groups } from './account-policy.ts';
import {
  requestOne,
  resendCode,
  statusOf as statusOfChallenge,
  wouldResendCode,
  type CodeRequest,
} from './send-code.ts';
import type { Challenge } from './challenge-book.ts';
import { happened, refused, type Decision, type Refusal } from './decider.ts';
import type { Draft } from './event.ts';
import { approveChallenge, failLogin, wrongGuess, type Guessed } from './guess.ts';
import { challengeOf, findLogin, isOpenLogin, loginStatus } from './login-status.ts';
import { checkWaitMs, isLocked, isUsable, type Method } from './methods/method.ts';

export type StartLogin = {
  readonly loginId: string;
  readonly policy: AccountPolicy;
  readonly groups: Groups;
  /** Sealed, as the state is. */
  readonly returnUrl?: string;
  readonly state?: string;
  readonly clientIp?: string;
  /** For the handle of its page, where there is one. */
  readonly page?: { readonly nonce: string; readonly handleExpiresAt: number };
  readonly now: number;
};

export type SendForLogin = {
  readonly loginId: string;
  readonly methodId: string;
  readonly policy: AccountPolicy;
  readonly code: CodeRequest;
};

export type CheckLogin = {
  readonly loginId: string;
  /** A method's id, or `bypass`. */
  readonly methodId: string;
  readonly policy: AccountPolicy;
  /** Compares the guess with what the method expects; asked only when a comparison is allowed. */
  readonly compare: (method: Method | 'bypass', challenge: Challenge | undefined) => Guessed;
  /** On a page a pass awaits its result's exchange; by an API key it is approved at once. */
  readonly by: 'key' | { readonly nonce: string; readonly resultExpiresAt: number };
  readonly proof: ProofClaims;
  readonly now: number;
};

export type LoginReason =
  | 'wrong-code'
  | 'expired'
  | 'exhausted'
  | 'canceled'
  | 'already-approved'
  | 'locked'
  | 'replayed'
  | 'method-unavailable';
export type LoginVerdict = { readonly kind: 'over'; readonly reason: LoginReason; readonly login: Login };

const openLoginsMax = 5;

/** Begins the second step of a login, after the application has checked the password. A sixth open one ends the oldest. */
export function startLogin(document: AccountDocument | undefined, command: StartLogin): Decision<never> {
  if (!document) return refused('not-found');
  const { loginId, policy, now, returnUrl, state, clientIp, page } = command;
  const open = document.logins.filter((login) => isOpenLogin(login, now));
  const ended = open.slice(0, Math.max(open.length + 1 - openLoginsMax, 0));
  return happened(
    {
      type: 'login-started',
      about: loginId,
      data: {
        loginId,
        ...needsOf(document, policy, command.groups, now),
        expiresAt: now + policy.loginLifetimeSeconds * 1_000,
        attemptsMax: policy.attemptsPerLogin,
        clientIp,
        returnUrl,
        state,
        ...page,
      },
    },
    ...ended.map(({ id }): Draft => ({
      type: 'login-canceled',
      about: id,
      data: { loginId: id, reason: 'superseded' },
    })),
  );
}

type Way = { readonly login: Login; readonly method: Method };

/** The login and the method a code is to be sent for, or why it can't be. A locked method costs nothing and gets nothing. */
function wayToSend(
  document: AccountDocument | undefined,
  command: Omit<SendForLogin, 'code'>,
  now: number,
): Way | Refusal {
  const login = findLogin(document, command.loginId);
  if (!document || !login) return { code: 'not-found' };
  if (loginStatus(login, now) !== 'second-factor-required') return { code: 'login-not-open' };
  const method = document.methods.find(({ id }) => id === command.methodId);
  if (!method || !isUsable(method, command.policy)) return { code: 'method-unavailable' };
  if (method.type !== 'sms' && method.type !== 'email') return { code: 'method-unavailable' };
  return isLocked(method, now) ? { code: 'method-locked' } : { login, method };
}

/** The pending challenge of this login for the method: a further send is one of it. */
function pendingChallenge(document: AccountDocument, login: Login, method: Method, now: number): Challenge | undefined {
  const challenge = challengeOf(document, login.id, method.id);
  return challenge && statusOfChallenge(challenge, now) === 'pending' ? challenge : undefined;
}

/** Asked before limits are counted. */
export function wouldSend(
  document: AccountDocument | undefined,
  command: Omit<SendForLogin, 'code'>,
  now: number,
): Refusal | undefined {
  const way = wayToSend(document, command, now);
  if ('code' in way) return way;
  const pending = pendingChallenge(document as AccountDocument, way.login, way.method, now);
  return pending && wouldResendCode(pending, now);
}

/** Sends a code for a login: a new challenge, or a new code of the one that is pending for the same method. */
export function sendForLogin(document: AccountDocument | undefined, command: SendForLogin): Decision<never> {
  const { code } = command;
  const way = wayToSend(document, command, code.now);
  if ('code' in way) return { kind: 'refused', refusal: way };
  const { login, method } = way;
  const pending = pendingChallenge(document as AccountDocument, login, method, code.now);
  if (!pending) return happened(...requestOne(document, { ...code, loginId: login.id, methodId: method.id }));
  const refusal = wouldResendCode(pending, code.now);
  return refusal ? { kind: 'refused', refusal } : happened(resendCode(pending, code));
}

/** One guess in a login, with any method. Counted, compared and used up in one decision. */
export function checkLogin(document: AccountDocument | undefined, command: CheckLogin): Decision<LoginVerdict> {
  const { now, policy, methodId } = command;
  const login = findLogin(document, command.loginId);
  if (!document || !login) return refused('not-found');
  const over = (reason: LoginReason): Decision<LoginVerdict> => ({
    kind: 'answer',
    answer: { kind: 'over', reason, login },
  });
  const ended = endedBecause(login, now);
  if (ended) return over(ended);
  if (methodId === 'bypass') return checkBypass(document, login, command, over);
  const method = document.methods.find(({ id }) => id === methodId);
  if (!method || !isUsable(method, policy)) return over('method-unavailable');
  if (isLocked(method, now)) return over('locked');
  const waitMs = checkWaitMs(method, policy, now);
  if (waitMs > 0) return refused('rate-limited', waitMs);
  const byCode = method.type === 'sms' || method.type === 'email';
  const challenge = byCode ? challengeOf(document, login.id, methodId) : undefined;
  if (byCode && !challenge) return over('expired');
  if (challenge && statusOfChallenge(challenge, now) !== 'pending') return over(overReason(challenge, now));
  const guessed = command.compare(method, challenge);
  if (guessed.kind === 'replayed') return over('replayed');
  if (guessed.kind === 'wrong') return happened(...wrongGuess(document, method, challenge, { policy, now, login }));
  return happened(...passed(login, command, { method: method.type, methodId }, method, challenge, guessed));
}

function endedBecause(login: Login, now: number): LoginReason | undefined {
  switch (loginStatus(login, now)) {
    case 'second-factor-required':
      return undefined;
    case 'approved':
    case 'awaiting-result':
    case 'not-required':
      return 'already-approved';
    case 'canceled':
      return 'canceled';
    case 'locked':
      return 'locked';
    case 'failed':
      return 'exhausted';
    case 'enrolment-required':
      return 'method-unavailable';
    case 'expired':
      return 'expired';
  }
}

function overReason(challenge: Challenge, now: number): LoginReason {
  const status = statusOfChallenge(challenge, now);
  return status === 'approved' ? 'already-approved' : status === 'pending' ? 'expired' : status;
}

/** A bypass code counts once and only while it lives; guesses at it count against the login. */
function checkBypass(
  document: AccountDocument,
  login: Login,
  command: CheckLogin,
  over: (reason: LoginReason) => Decision<LoginVerdict>,
): Decision<LoginVerdict> {
  if (!hasBypass(document, command.now)) return over('method-unavailable');
  if (command.compare('bypass', undefined).kind !== 'right') {
    const left = login.attemptsMax - login.attempts - 1;
    const loginId = login.id;
    const data = { loginId, attemptsLeft: left, loginAttemptsLeft: left, failures: 0 };
    const reject: Draft = { type: 'attempt-rejected', about: loginId, data };
    return happened(reject, ...(left > 0 ? [] : [failLogin(loginId, 'attempts')]));
  }
  const used: Draft = { type: 'bypass-code-used', about: login.id, data: { hash: document.bypass?.hash ?? '' } };
  return happened(...passEvents(login, command, { method: 'bypass' }), used);
}

function passed(
  login: Login,
  command: CheckLogin,
  by: { method: Method['type']; methodId: string },
  method: Method,
  challenge: Challenge | undefined,
  guessed: Extract<Guessed, { kind: 'right' }>,
): Draft[] {
  const drafts = passEvents(login, command, { ...by, usedStep: guessed.usedStep });
  if (challenge) drafts.push(approveChallenge(challenge, command.proof));
  if (method.type === 'backup-codes' && guessed.backupHash !== undefined) {
    const data = { methodId: method.id, hash: guessed.backupHash, codesLeft: method.hashes.length - 1 };
    drafts.push({ type: 'backup-code-used', about: method.id, data });
  }
  return drafts;
}

/** The pass itself comes first, so that the command is remembered by it. */
export function passEvents(
  login: Login,
  { by, proof }: Pick<CheckLogin, 'by' | 'proof'>,
  how: { readonly method: Method['type'] | 'bypass'; readonly methodId?: string; readonly usedStep?: number },
): Draft[] {
  const data = { loginId: login.id, ...how, proof };
  if (by === 'key') return [{ type: 'login-approved', about: login.id, data }];
  return [{ type: 'login-awaiting-result', about: login.id, data: { ...data, ...by } }];
}

/** Cancelling what is over changes nothing. */
export function cancelLogin(
  document: AccountDocument | undefined,
  loginId: string,
  now: number,
): Decision<LoginVerdict> {
  const login = findLogin(document, loginId);
  if (!login) return refused('not-found');
  if (!isOpenLogin(login, now) && loginStatus(login, now) !== 'awaiting-result') {
    return { kind: 'answer', answer: { kind: 'over', reason: 'canceled', login } };
  }
  return happened({ type: 'login-canceled', about: loginId, data: { loginId, reason: 'requested' } });
}

/** The application exchanges the result code of a page: only now is the login approved for anybody. */
export function takeResult(
  document: AccountDocument | undefined,
  loginId: string,
  matches: (nonce: string) => boolean,
  now: number,
): Decision<LoginVerdict> {
  const login = findLogin(document, loginId);
  if (!login) return refused('not-found');
  if (
    loginStatus(login, now) !== 'awaiting-result' ||
    login.status.kind !== 'awaiting-result' ||
    !matches(login.status.nonce)
  ) {
    return refused('login-not-open');
  }
  return happened({ type: 'login-result-taken', about: loginId, data: { loginId } });
}
