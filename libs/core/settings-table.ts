import {
  byLocale,
  countryList,
  flag,
  groupList,
  integer,
  names,
  oneOf,
  origin,
  text,
  urlList,
  type Check,
} from './settings-checks.ts';

/** What a person is told of at their other addresses. */
export const noticeKinds = [
  'method-enrolled',
  'method-removed',
  'default-changed',
  'backup-code-used',
  'backup-codes-generated',
  'backup-codes-low',
  'method-locked',
  'method-unlocked',
  'account-reset',
  'bypass-code-created',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

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
    readonly totp: {
      readonly offered: boolean;
      readonly issuer: string;
      readonly digits: 6 | 8;
      readonly algorithm: 'sha1' | 'sha256' | 'sha512';
    };
    readonly backupCodes: { readonly offered: boolean; readonly quantity: number };
    readonly sms: {
      readonly offered: boolean;
      readonly template: ByLocale<string>;
      readonly codeDigits: number;
      readonly codeLifetimeSeconds: number;
    };
    readonly email: {
      readonly offered: boolean;
      readonly subject: ByLocale<string>;
      readonly template: ByLocale<{ readonly text: string; readonly html?: string }>;
      readonly codeDigits: number;
      readonly codeLifetimeSeconds: number;
    };
  };
  readonly resendMinSeconds: number;
  readonly sendsPerChallenge: number;
  readonly attemptsPerChallenge: number;
  readonly attemptsPerLogin: number;
  readonly checkRate: { readonly attempts: number; readonly windowSeconds: number };
  readonly failuresBeforeLock: number;
  readonly lockSeconds: number;
  readonly loginLifetimeSeconds: number;
  readonly enforcement: {
    readonly mode: 'off' | 'all' | 'groups';
    readonly groups: readonly string[];
    readonly graceSeconds: number;
  };
  readonly notices: Readonly<Record<NoticeKind, boolean>>;
  readonly returnUrls: readonly string[];
  readonly branding: { readonly name: string };
  readonly smsOrigin: string;
  readonly emailOrigin: string;
  readonly countries: readonly string[];
  readonly quotas: Quotas;
  readonly providers: { readonly sms: readonly string[]; readonly email: readonly string[] };
};

export type Level = 'platform' | 'tenant';

export type Row = {
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
  row('methods.totp.offered', true, flag(), 'authenticator apps may be enrolled'),
  row('methods.totp.issuer', '', text(0, 60), "issuer shown in the app; empty: the brand's name"),
  row('methods.totp.digits', 6, oneOf(6, 8), 'digits of an app code; many apps know six only'),
  row(
    'methods.totp.algorithm',
    'sha1',
    oneOf('sha1', 'sha256', 'sha512'),
    'hash of app codes; many apps know sha1 only',
  ),
  row('methods.backupCodes.offered', true, flag(), 'backup codes may be made, beside another method'),
  row('methods.backupCodes.quantity', 10, integer(5, 20), 'backup codes of one set'),
  row('methods.sms.offered', true, flag(), 'phone numbers may be enrolled'),
  row('methods.email.offered', true, flag(), 'email addresses may be enrolled'),
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
  row('attemptsPerLogin', 10, integer(1, 30), 'guesses of one login, whatever the methods'),
  row('checkRate.attempts', 10, integer(1, 100), 'wrong guesses at one method in the window'),
  row('checkRate.windowSeconds', 900, integer(30, 86_400), 'window of that'),
  row(
    'failuresBeforeLock',
    10,
    integer(3, 100),
    'wrong guesses in a row that lock a method, and each multiple of it again',
  ),
  row('lockSeconds', 1_800, integer(60, 86_400), 'first lock of a method; each next one is twice as long, up to 24 h'),
  row('loginLifetimeSeconds', 600, integer(60, 3_600), 'how long a login may take'),
  row('enforcement.mode', 'off', oneOf('off', 'all', 'groups'), 'whom a second factor is demanded of'),
  row('enforcement.groups', [], groupList(), 'groups it is demanded of in mode groups'),
  row('enforcement.graceSeconds', 0, integer(0, 31_536_000), 'how long a person may put off the first enrolment'),
  ...noticeKinds.map((kind) =>
    row(`notices.${kind}`, true, flag(), `notice to the account's other addresses: ${kind}`),
  ),
  row('returnUrls', [], urlList(), 'where pages may lead back to: origin exactly, path by prefix'),
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
