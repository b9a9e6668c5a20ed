import type { MethodType, Seed } from '#schemas/account.ts';

/** What every enrolled method has; failures and locks are each method's own (docs/accounts.md, Failures and locks). Times in Unix milliseconds. */
type Enrolled = {
  readonly id: string;
  /** Whose sealed fields it keeps: a seed keeps its enrolment's id. */
  readonly thing: string;
  readonly label?: string;
  readonly enrolledAt: number;
  readonly lastUsedAt?: number;
  /** Wrong guesses in a row; only its own success or support lowers them. */
  readonly failures: number;
  /** When they were made, as far as the rate of checks still counts them: in seconds, the first since 1970, each other since the one before. */
  readonly checkedAt: readonly number[];
  readonly lockedUntil?: number;
  readonly disabled: boolean;
};

export type TotpMethod = Enrolled & {
  readonly type: 'totp';
  readonly seed: Seed;
  /** No code of this step or an older one counts. */ readonly usedStep: number;
};
export type AddressMethod = Enrolled & {
  readonly type: 'sms' | 'email';
  readonly to: string;
  readonly destination: string;
};
export type BackupMethod = Enrolled & {
  readonly type: 'backup-codes';
  /** Of the codes that are left. */ readonly hashes: readonly string[];
};
export type Method = TotpMethod | AddressMethod | BackupMethod;

/** What settings say about methods. */
export type MethodPolicy = {
  readonly offered: Readonly<Record<MethodType, boolean>>;
  readonly failuresBeforeLock: number;
  readonly lockSeconds: number;
  readonly checkRate: { readonly attempts: number; readonly windowSeconds: number };
};

/** A method is disabled at this many failures in a row (NIST SP 800-63B-4, 3.2.2), whatever settings say. */
export const failuresBeforeDisabled = 100;
const lockSecondsMax = 86_400;

/** In which order a new default is looked for; backup codes are never one. */
const defaultOrder: readonly MethodType[] = ['totp', 'sms', 'email'];

export const isLocked = (method: Method, now: number): boolean =>
  method.lockedUntil !== undefined && now < method.lockedUntil;

export const stateOf = (method: Method, now: number): 'active' | 'locked' | 'disabled' =>
  method.disabled ? 'disabled' : isLocked(method, now) ? 'locked' : 'active';

/** Offered, not disabled, and with something left to give: what a login may show. A locked one is usable again later. */
export const isUsable = (method: Method, { offered }: MethodPolicy): boolean =>
  offered[method.type] && !method.disabled && (method.type !== 'backup-codes' || method.hashes.length > 0);

/**
 * What a login may be passed with. Backup codes stay usable while the method beside them is withdrawn or disabled: that is the day they
 * are for, and whoever spoilt that method by guessing does not have them.
 */
export function usableMethods(methods: readonly Method[], policy: MethodPolicy): Method[] {
  return methods.filter((method) => isUsable(method, policy));
}

export type Consequence =
  | { readonly kind: 'none' }
  | { readonly kind: 'lock'; readonly until: number }
  | { readonly kind: 'disable' };

/** What one more failure leads to: a lock at each multiple of the limit, twice as long each time, and the end at 100. */
export function consequenceOf(failures: number, policy: MethodPolicy, now: number): Consequence {
  if (failures >= failuresBeforeDisabled) return { kind: 'disable' };
  if (failures % policy.failuresBeforeLock !== 0) return { kind: 'none' };
  const doublings = failures / policy.failuresBeforeLock - 1;
  const seconds = Math.min(policy.lockSeconds * 2 ** Math.min(doublings, 20), lockSecondsMax);
  return { kind: 'lock', until: now + seconds * 1_000 };
}

/** The instants of wrong guesses that still count, in Unix milliseconds; a record has no room for a hundred of them at full length. */
export function checkTimes({ checkedAt }: Pick<Method, 'checkedAt'>): number[] {
  let at = 0;
  return checkedAt.map((seconds) => (at += seconds) * 1_000);
}

/** Instants as a record keeps them, each rounded up to the second, so that none stops counting before its time. */
export function packTimes(times: readonly number[]): number[] {
  const seconds = times.map((at) => Math.ceil(at / 1_000));
  return seconds.map((at, index) => at - (seconds[index - 1] ?? 0));
}

/** Milliseconds until the rate of checks allows one more guess; 0 = now. */
export function checkWaitMs(method: Method, policy: MethodPolicy, now: number): number {
  const { attempts, windowSeconds } = policy.checkRate;
  const since = now - windowSeconds * 1_000;
  const counted = checkTimes(method).filter((at) => at > since);
  const oldestInTheWay = counted.at(-attempts);
  return oldestInTheWay === undefined ? 0 : oldestInTheWay + windowSeconds * 1_000 - now;
}

/** The method that becomes default where none is: app, SMS, email, the longest enrolled first; never backup codes. */
export function electDefault(methods: readonly Method[]): Method | undefined {
  return defaultOrder
    .map((type) => methods.find((method) => method.type === type && !method.disabled))
    .find((method) => method !== undefined);
}
