import type { AccountDocument, Login } from './account-document.ts';
import { newestSend, type Challenge } from './challenge-book.ts';

export type LoginStatus =
  | 'second-factor-required'
  | 'enrolment-required'
  | 'not-required'
  | 'locked'
  | 'awaiting-result'
  | 'approved'
  | 'failed'
  | 'expired'
  | 'canceled';

export const findLogin = (document: AccountDocument | undefined, id: string): Login | undefined =>
  document?.logins.find((login) => login.id === id);

export function loginStatus(login: Login, now: number): LoginStatus {
  const { status } = login;
  if (status.kind === 'awaiting-result') return now < status.resultExpiresAt ? 'awaiting-result' : 'expired';
  if (status.kind === 'failed') return status.reason === 'locked' ? 'locked' : 'failed';
  if (status.kind !== 'open') return status.kind;
  if (login.needs === 'nothing') return 'not-required';
  if (login.needs === 'locked') return 'locked';
  if (now >= login.expiresAt) return 'expired';
  return login.needs === 'enrolment' ? 'enrolment-required' : 'second-factor-required';
}

export const isOpenLogin = (login: Login, now: number): boolean =>
  ['second-factor-required', 'enrolment-required'].includes(loginStatus(login, now));

/** Whether a login may make the account's first backup codes: it was passed by an enrolment of its own, and there are none yet. */
export const mayMakeCodes = (document: AccountDocument, { needs, status }: Login): boolean =>
  needs === 'enrolment' &&
  (status.kind === 'awaiting-result' || status.kind === 'approved') &&
  document.methods.every(({ type }) => type !== 'backup-codes');

/** The newest challenge that a login has for one method: each method's code stays good while another is tried (the model's weakness 11). */
export const challengeOf = (document: AccountDocument, loginId: string, methodId: string): Challenge | undefined =>
  document.challenges.findLast((challenge) => challenge.loginId === loginId && challenge.methodId === methodId);

/** The challenge of a login whose message is the newest. */
export const newestOf = (document: AccountDocument, loginId: string): Challenge | undefined =>
  document.challenges
    .filter((challenge) => challenge.loginId === loginId && challenge.methodId !== undefined)
    .toSorted((a, b) => newestSend(a).requestedAt - newestSend(b).requestedAt)
    .at(-1);
