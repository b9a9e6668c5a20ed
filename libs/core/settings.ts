import type { ChannelName } from '#schemas/channel.ts';
import type { ChallengePolicy } from './challenge.ts';
import { repeatableName } from './field-name.ts';
import { byLocale, countryList, integer, names, origin, text, type Check } from './settings-checks.ts';

export type Quotas = {
  readonly tenantPerSecond: number;
  readonly tenantPerDay: number;
  readonly clientIpPerHour: number;
  readonly prefixPerHour: number;
  readonly destinationPerHour: number;
  readonly destinationPerDay: number;
  readonly platformDestinationPerDay: number;
};

type ByLocale<T> = Readonly<Record<string, T>>;

export type Settings = {
  readonly methods: {
    readonly sms: {
      readonly template: ByLocale<string>;
      readonly codeDigits: number;
      readonly codeLifetimeSeconds: number;
    };
    readonly email: {
      readonly subject: ByLocale<string>;
      readonly template: ByLocale<{ readonly text: string; readonly html?: string }>;
      readonly codeDigits: number;
      readonly codeLifetimeSeconds: number;
    };
  };
  readonly resendMinSeconds: number;
  readonly sendsPerChallenge: number;
  readonly attemptsPerChallenge: number;
  readonly branding: { readonly name: string };
  readonly smsOrigin: string;
  readonly emailOrigin: string;
  readonly countries: readonly string[];
  readonly quotas: Quotas;
  readonly providers: { readonly sms: readonly string[]; readonly email: readonly string[] };
};

export type Level = 'platform' | 'tenant';
export type SettingsFault = { readonly field: string; readonly message: string };
/** Some of the settings, as one level states them; what it leaves out it inherits. */
export type OwnSettings = Readonly<Record<string, unknown>>;

type Row = {
  readonly path: string;
  readonly initial: unknown;
  readonly check: Check;
  readonly only?: Level;
  readonly about: string;
};

const row = (path: string, initial: unknown, check: Check, about: string, only?: Level): Row => ({
  path,
  initial,
  check,
  about,
  only,
});

/** The one table of settings: default, bounds and meaning of each (printed in docs/settings.md). */
export const settingsTable: readonly Row[] = [
  row('methods.sms.template', {}, byLocale('sms'), 'SMS text per locale; without one the built-in text'),
  row('methods.sms.codeDigits', 6, integer(4, 10), 'digits of a code sent by SMS'),
  row('methods.sms.codeLifetimeSeconds', 300, integer(30, 600), 'how long a code sent by SMS lives'),
  row('methods.email.subject', {}, byLocale('email-subject'), 'subject line per locale'),
  row('methods.email.template', {}, byLocale('email'), 'mail per locale: {text, html?}'),
  row('methods.email.codeDigits', 6, integer(4, 10), 'digits of a code sent by email'),
  row('methods.email.codeLifetimeSeconds', 300, integer(30, 600), 'how long a code sent by email lives'),
  row('resendMinSeconds', 30, integer(0, 3_600), 'first gap between two sends to one destination; it doubles'),
  row('sendsPerChallenge', 5, integer(1, 10), 'messages of one challenge'),
  row('attemptsPerChallenge', 5, integer(1, 10), 'guesses of one challenge'),
  row('branding.name', '', text(0, 60), "name shown in messages; empty: the tenant's name"),
  row('smsOrigin', '', origin(), 'host for the domain-bound last line of an SMS; empty: none'),
  row('emailOrigin', '', origin(), 'host for the OTP-Token header of mails by SMTP; empty: none'),
  row('countries', [], countryList(), 'countries whose numbers get SMS (ISO 3166-1 alpha-2); empty: all'),
  row('quotas.tenantPerSecond', 50, integer(1, 1_000_000), 'sends of a tenant in any second'),
  row('quotas.tenantPerDay', 20_000, integer(1, 1_000_000_000), 'sends of a tenant in any 24 h; never refunded'),
  row('quotas.clientIpPerHour', 30, integer(1, 1_000_000), 'sends asked for by one client IP in any hour'),
  row('quotas.prefixPerHour', 60, integer(1, 1_000_000), 'sends to numbers alike but for four digits, in any hour'),
  row(
    'quotas.destinationPerHour',
    5,
    integer(1, 100_000),
    'sends to one destination in any hour, until one is approved',
  ),
  row(
    'quotas.destinationPerDay',
    15,
    integer(1, 100_000),
    'sends to one destination in any 24 h, until one is approved',
  ),
  row(
    'quotas.platformDestinationPerDay',
    60,
    integer(1, 100_000),
    'sends to one destination by all tenants in 24 h',
    'platform',
  ),
  row('providers.sms', [], names(), "SMS providers in order; empty: the operator's order"),
  row('providers.email', [], names(), "email providers in order; empty: the operator's order"),
];

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

/** All faults of what a level wants as its own settings; empty = good. */
export function checkSettings(input: unknown, level: Level, outside: OutsideChecks): SettingsFault[] {
  const faults: SettingsFault[] = [];
  const tell = (field: string, message: string) => faults.push({ field, message });
  const walk = (value: unknown, path: string) => {
    const leaf = leaves.get(path);
    if (leaf && leaf.only !== undefined && leaf.only !== level) {
      tell(path, `can be set by the ${leaf.only} only`);
    } else if (leaf) {
      for (const { at, message } of leaf.check(value, outside))
        tell(path + at.replace(/[^.].*/s, repeatableName), message);
    } else if (path !== '' && !branches.has(path)) {
      tell(path, 'is no setting');
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      tell(path || 'settings', 'must be an object');
    } else {
      for (const [name, inner] of Object.entries(value)) {
        const shown = repeatableName(name);
        const field = path ? `${path}.${shown}` : shown;
        // A name of nothing or with a dot in it would pass for another place.
        if (/^$|\./.test(name)) tell(field || 'settings', 'is no setting');
        else walk(inner, field);
      }
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
