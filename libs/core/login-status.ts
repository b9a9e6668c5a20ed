import type { AccountDocument, Login } from './account-document.ts';

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
