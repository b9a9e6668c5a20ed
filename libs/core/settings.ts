import type { ChannelName } from '#schemas/channel.ts';
import type { ChallengePolicy } from './send-code.ts';
import type { AccountPolicy } from './account-policy.ts';
import { settingsTable, type Level, type Settings } from './settings-table.ts';

export type SettingsFault = { readonly field: string; readonly message: string };
/** Some of the settings, as one level states them; what it leaves out it inherits. */
export type OwnSettings = Readonly<Record<string, unknown>>;

const leaves = new Map(settingsTable.map((entry) => [entry.path, entry]));
const branches = new Set(
  settingsTable.flatMap(({ path }) =>
    path
      .split('.')
      .slice(0, -1)
      .map((_, at, all) => all.slice(0, at + 1).join('.')),
  ),
);

export type OutsideChecks = {
  /** Faults of a template's source in words, each with its place. */
  readonly template: (source: string, kind: 'sms' | 'email-subject' | 'email-text' | 'email-html') => readonly string[];
};

/** A field's name comes from the caller and goes back to them; this much of it tells them enough. */
const fieldCharsMax = 200;

/** All faults of what a level wants as its own settings; empty = good. */
export function checkSettings(input: unknown, level: Level, outside: OutsideChecks): SettingsFault[] {
  const faults: SettingsFault[] = [];
  const tell = (field: string, message: string) => faults.push({ field: field.slice(0, fieldCharsMax), message });
  const walk = (value: unknown, path: string) => {
    const leaf = leaves.get(path);
    if (leaf && leaf.only !== undefined && leaf.only !== level) {
      tell(path, `can be set by the ${leaf.only} only`);
    } else if (leaf) {
      for (const { at, message } of leaf.check(value, outside)) tell(path + at, message);
    } else if (path !== '' && !branches.has(path)) {
      tell(path, 'is no setting');
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      tell(path || 'settings', 'must be an object');
    } else {
      for (const [name, inner] of Object.entries(value)) walk(inner, path ? `${path}.${name}` : name);
    }
  };
  walk(input, '');
  return faults;
}

function ownValue(own: OwnSettings | undefined, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, own);
}

/** Each value with the level that gave it. */
export function effectiveSettings(
  platform: OwnSettings | undefined,
  tenant: OwnSettings | undefined,
): { settings: Settings; levels: Record<string, Level | 'default'> } {
  const settings: Record<string, unknown> = {};
  const levels: Record<string, Level | 'default'> = {};
  for (const { path, initial } of settingsTable) {
    const [own, shared] = [ownValue(tenant, path), ownValue(platform, path)];
    levels[path] = own !== undefined ? 'tenant' : shared !== undefined ? 'platform' : 'default';
    const steps = path.split('.');
    const last = steps.pop() as string;
    let target = settings;
    for (const name of steps) target = (target[name] ??= {}) as Record<string, unknown>;
    target[last] = own ?? shared ?? initial;
  }
  return { settings: settings as Settings, levels };
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
