import type { AccountDocument, Login } from './account-document.ts';
import { isLocked, usableMethods, type Method, type MethodPolicy } from './methods/method.ts';
import type { Settings } from './settings-table.ts';

/** What settings fix for accounts and logins. */
export type AccountPolicy = MethodPolicy & {
  readonly attemptsPerLogin: number;
  readonly loginLifetimeSeconds: number;
  readonly backupCodesQuantity: number;
  readonly enforcement: Settings['enforcement'];
};

/** The names of a person's groups, opened; or that nobody can open them. */
export type Groups = readonly string[] | 'unreadable';

export type Needs = {
  readonly needs: Login['needs'];
  readonly reason?: 'no-usable-method' | 'locked';
  /** Set while enforcement grants grace, and once it was set. */
  readonly enrolmentDueAt?: number;
};

export const hasBypass = (document: AccountDocument, now: number): boolean =>
  document.bypass !== undefined && now < document.bypass.expiresAt;

/** Whether settings force this person to have a method. Whose groups nobody can read may be in any of them. */
export function isEnforced(document: AccountDocument, policy: AccountPolicy, groups: Groups, now: number): boolean {
  if (document.exemptUntil !== undefined && now < document.exemptUntil) return false;
  const { mode, groups: forced } = policy.enforcement;
  return (
    mode === 'all' || (mode === 'groups' && (groups === 'unreadable' || groups.some((group) => forced.includes(group))))
  );
}

/**
 * What a login of this account needs. A method that was withdrawn leads to neither `nothing` nor `enrolment`: whoever has methods is
 * never let in without one, and never enrols one over them (the model's weaknesses 13 and 17).
 */
export function needsOf(document: AccountDocument, policy: AccountPolicy, groups: Groups, now: number): Needs {
  const usable = usableMethods(document.methods, policy);
  if (usable.some((method) => !isLocked(method, now))) return { needs: 'second-factor' };
  const bypass = hasBypass(document, now);
  if (document.methods.length > 0) {
    if (bypass) return { needs: 'second-factor' };
    return { needs: 'locked', reason: usable.length > 0 ? 'locked' : 'no-usable-method' };
  }
  if (!isEnforced(document, policy, groups, now)) return { needs: 'nothing' };
  const enrolmentDueAt = document.enrolmentDueAt ?? now + policy.enforcement.graceSeconds * 1_000;
  if (now < enrolmentDueAt) return { needs: 'nothing', enrolmentDueAt };
  if (bypass) return { needs: 'second-factor', enrolmentDueAt };
  const { totp, sms, email } = policy.offered;
  if (!totp && !sms && !email) return { needs: 'locked', reason: 'no-usable-method', enrolmentDueAt };
  return { needs: 'enrolment', enrolmentDueAt };
}

/** The methods that could pass a login right now, but for the codes. */
export const passableMethods = (methods: readonly Method[], policy: MethodPolicy, now: number): Method[] =>
  usableMethods(methods, policy).filter((method) => !isLocked(method, now));
