import type { Counted, ProofClaims } from '#schemas/challenge.ts';
import type { LoginFailed } from '#schemas/login.ts';
import type { AccountDocument, Login } from './account-document.ts';
import { hasBypass, passableMethods, type AccountPolicy } from './account-policy.ts';
import { attemptsLeft, type Challenge } from './challenge-book.ts';
import type { Draft } from './event.ts';
import { consequenceOf, type Method } from './methods/method.ts';

/** What comparing a guess came to, before any rule has said what follows from it. */
export type Guessed =
  | { readonly kind: 'right'; readonly usedStep?: number; readonly backupHash?: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'replayed' };

export const approveChallenge = (challenge: Challenge, proof: ProofClaims): Draft => ({
  type: 'challenge-approved',
  about: challenge.id,
  data: {
    challengeId: challenge.id,
    attemptsLeft: attemptsLeft(challenge),
    proof,
    counted: challenge.counted satisfies Counted,
  },
});

export const failLogin = (loginId: string, reason: LoginFailed['reason']): Draft => ({
  type: 'login-failed',
  about: loginId,
  data: { loginId, reason },
});

/** A wrong guess is counted at the challenge, the method and the login, where there are such; each may end by it. */
export function wrongGuess(
  document: AccountDocument,
  method: Method,
  challenge: Challenge | undefined,
  at: { readonly policy: AccountPolicy; readonly now: number; readonly login?: Login },
): Draft[] {
  const { policy, now, login } = at;
  const { id: methodId } = method;
  const [loginId, challengeId] = [login?.id, challenge?.id];
  const failures = method.failures + 1;
  const loginAttemptsLeft = login && login.attemptsMax - login.attempts - 1;
  const left = challenge ? attemptsLeft(challenge) - 1 : (loginAttemptsLeft ?? 0);
  const countedSince = Math.max(now - policy.checkRate.windowSeconds * 1_000, 0);
  const data = { challengeId, methodId, loginId, attemptsLeft: left, failures, loginAttemptsLeft, countedSince };
  const drafts: Draft[] = [{ type: 'attempt-rejected', about: methodId, data }];
  if (challengeId !== undefined && left === 0) {
    drafts.push({ type: 'challenge-exhausted', about: challengeId, data: { challengeId } });
  }
  const consequence = consequenceOf(failures, policy, now);
  if (consequence.kind === 'lock') {
    const locked = { methodId, failures, until: consequence.until, loginId };
    drafts.push({ type: 'method-locked', about: methodId, data: locked });
  } else if (consequence.kind === 'disable') {
    drafts.push({ type: 'method-disabled', about: methodId, data: { methodId, failures } });
  }
  if (!login) return drafts;
  const gone = consequence.kind === 'none' ? undefined : methodId;
  const others = passableMethods(document.methods, policy, now).filter(({ id }) => id !== gone);
  if (others.length === 0 && !hasBypass(document, now)) drafts.push(failLogin(login.id, 'locked'));
  else if (loginAttemptsLeft !== undefined && loginAttemptsLeft <= 0) drafts.push(failLogin(login.id, 'attempts'));
  return drafts;
}
