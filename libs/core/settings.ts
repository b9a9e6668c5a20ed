import type { ChannelName } from '#schemas/channel.ts';
import type { ChallengePolicy } from './send-code.ts';
import type { AccountPolicy } from './account-policy.ts';
import { settingsTable, type Level, type Row, type Settings } from './settings-table.ts';

/** Some of the settings, as one level states them; what it leaves out it inherits. */
export type OwnSettings = Readonly<Record<string, unknown>>;

/** Who gave a value. `locked`: the platform did, and the tenant may only make it stricter. */
export type Source = 'default' | Level | 'locked';

export type Effective = {
  readonly settings: Settings;
  readonly levels: Readonly<Record<string, Source>>;
  /** Fields that the platform has locked. */
  readonly locked: readonly string[];
  /** Own values that are kept and take no effect: locked meanwhile, or `useSystemSettings`. */
  readonly overridden: readonly string[];
};

/** What a level states at a path, or undefined. */
export function ownValue(own: OwnSettings | undefined, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, own);
}

/** Whether the platform's list of locked paths covers a field, by its own name or by that of a group it is in. */
export function isLockedBy(locked: readonly string[], { path, only }: Row): boolean {
  return only === undefined && locked.some((name) => path === name || path.startsWith(`${name}.`));
}

export const lockedPaths = (platform: OwnSettings | undefined): readonly string[] =>
  (ownValue(platform, 'locked') as readonly string[] | undefined) ?? [];

/** A tenant that has handed its settings over to the platform. */
export const usesSystemSettings = (tenant: OwnSettings | undefined): boolean =>
  ownValue(tenant, 'useSystemSettings') === true;

/** Each value with the level that gave it. Without a tenant, those that the platform offers to all. */
export function effectiveSettings(platform: OwnSettings | undefined, tenant: OwnSettings | undefined): Effective {
  const settings: Record<string, unknown> = {};
  const levels: Record<string, Source> = {};
  const locks = lockedPaths(platform);
  const [locked, overridden]: [string[], string[]] = [[], []];
  for (const row of settingsTable) {
    const { path, only, initial, order } = row;
    const shared = only === 'tenant' ? undefined : ownValue(platform, path);
    const inherited = shared ?? initial;
    const fixed = isLockedBy(locks, row);
    const own = only === 'platform' ? undefined : ownValue(tenant, path);
    const handedOver = usesSystemSettings(tenant) && only === undefined;
    const stands = own !== undefined && !handedOver && !(fixed && !order.keeps(own, inherited));
    if (fixed) locked.push(path);
    if (own !== undefined && !stands) overridden.push(path);
    const given = shared === undefined ? 'default' : 'platform';
    levels[path] = stands ? 'tenant' : tenant && fixed ? 'locked' : given;
    place(settings, path, stands ? own : inherited);
  }
  return { settings: settings as Settings, levels, locked, overridden };
}

/** Puts a value where its path says, and makes the levels on the way. */
export function place(settings: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let target = settings;
  for (const name of steps) target = (target[name] ??= {}) as Record<string, unknown>;
  target[last] = value;
}

/** The numbers that rules of challenges need, for one channel. */
export function challengePolicy(settings: Settings, channel: ChannelName, settingsVersion: string): ChallengePolicy {
  const { codeDigits, codeLifetimeSeconds } = settings.methods[channel];
  const { resendMinSeconds, sendsPerChallenge, attemptsPerChallenge } = settings;
  return {
    codeDigits,
    codeLifetimeSeconds,
    resendMinSeconds,
    sendsPerChallenge,
    attemptsPerChallenge,
    settingsVersion,
  };
}

/** The numbers that rules of accounts and logins need. */
export function accountPolicy({ methods, ...settings }: Settings): AccountPolicy {
  const { totp, sms, email, backupCodes } = methods;
  const { attemptsPerLogin, loginLifetimeSeconds, enforcement, failuresBeforeLock, lockSeconds, checkRate } = settings;
  return {
    offered: { totp: totp.offered, sms: sms.offered, email: email.offered, 'backup-codes': backupCodes.offered },
    backupCodesQuantity: backupCodes.quantity,
    attemptsPerLogin,
    loginLifetimeSeconds,
    enforcement,
    failuresBeforeLock,
    lockSeconds,
    checkRate,
  };
}
