import type { MethodLocked, PageSessionStarted } from '#schemas/account.ts';
import type { AttemptRejected } from '#schemas/challenge.ts';
import type { LoginApproved, LoginAwaitingResult, LoginCanceled, LoginFailed, LoginStarted } from '#schemas/login.ts';
import type { Login } from './account-document.ts';
import type { Fact } from './decider.ts';

type Logins = readonly Login[];

const change = (logins: Logins, id: string | undefined, edit: (login: Login) => Login): Logins =>
  logins.map((login) => (login.id === id ? edit(login) : login));

/** What an event does to the logins of an account. */
export function evolveLogins(logins: Logins, fact: Fact): Logins {
  const at = fact.time;
  switch (fact.type) {
    case 'login-started': {
      const { loginId: id, ...rest } = fact.data as LoginStarted;
      return [...logins, { ...rest, id, startedAt: at, attempts: 0, lockedHere: [], status: { kind: 'open' } }];
    }
    case 'attempt-rejected':
      return change(logins, (fact.data as AttemptRejected).loginId, (it) => ({ ...it, attempts: it.attempts + 1 }));
    case 'method-locked': {
      const { methodId, loginId } = fact.data as MethodLocked;
      return change(logins, loginId, (it) => ({ ...it, lockedHere: [...it.lockedHere, methodId] }));
    }
    case 'page-session-started': {
      const { nonce } = fact.data as PageSessionStarted;
      return logins.map((login) => (login.nonce === nonce ? { ...login, sessionStarted: true } : login));
    }
    case 'login-approved': {
      const { loginId, method, methodId, proof } = fact.data as LoginApproved;
      return change(logins, loginId, (it) => ({ ...it, status: { kind: 'approved', at, method, methodId, proof } }));
    }
    case 'login-awaiting-result': {
      const { loginId, method, methodId, proof, nonce, resultExpiresAt } = fact.data as LoginAwaitingResult;
      const status = { kind: 'awaiting-result' as const, at, method, methodId, proof, nonce, resultExpiresAt };
      return change(logins, loginId, (it) => ({ ...it, status }));
    }
    case 'login-result-taken':
      return change(logins, (fact.data as { loginId: string }).loginId, (it) => {
        if (it.status.kind !== 'awaiting-result') return it;
        const { method, methodId, proof } = it.status;
        return { ...it, status: { kind: 'approved', at, method, methodId, proof } };
      });
    case 'login-failed': {
      const { loginId, reason } = fact.data as LoginFailed;
      return change(logins, loginId, (it) => ({ ...it, status: { kind: 'failed', at, reason } }));
    }
    case 'login-canceled': {
      const { loginId, reason } = fact.data as LoginCanceled;
      return change(logins, loginId, (it) => ({ ...it, status: { kind: 'canceled', at, reason } }));
    }
    default:
      return logins;
  }
}
