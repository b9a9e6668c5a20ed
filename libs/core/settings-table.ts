import { noticeKinds, type NoticeKind } from '#schemas/notice.ts';
import {
  byLocale,
  colour,
  countryList,
  flag,
  groupList,
  integer,
  names,
  oneOf,
  origin,
  pathList,
  text,
  url,
  urlList,
  type Check,
} from './settings-checks.ts';
import { fewerUnlessEmpty, fewerUrls, higher, lower, more, noOrder, off, on, ranked } from './settings-order.ts';
import type { Order } from './settings-order.ts';

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
  readonly useSystemSettings: boolean;
  readonly locked: readonly string[];
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
  readonly branding: {
    readonly name: string;
    readonly logo: string;
    readonly colour: string;
    readonly supportUrl: string;
  };
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
  /** What a tenant may still do while the platform has locked it. */
  readonly order: Order;
  readonly about: string;
  /** The one level that has it; such a field is neither inherited nor locked. */
  readonly only?: Level;
};

const row = (path: string, initial: unknown, check: Check, order: Order, about: string, only?: Level): Row => ({
  path,
  initial,
  check,
  order,
  about,
  only,
});

/** The one table of settings: default, bounds and meaning of each (printed in docs/settings.md). */
export const settingsTable: readonly Row[] = [
  row(
    'useSystemSettings',
    false,
    flag(),
    noOrder,
    "the platform's settings hold alone; own ones are kept without effect",
    'tenant',
  ),
  row('locked', [], pathList(), noOrder, 'fields, or groups of them, that tenants may only make stricter', 'platform'),
  row('methods.totp.offered', true, flag(), off, 'authenticator apps may be enrolled'),
  row('methods.totp.issuer', '', text(0, 60), noOrder, "issuer shown in the app; empty: the brand's name"),
  row('methods.totp.digits', 6, oneOf(6, 8), higher, 'digits of an app code; many apps know six only'),
  row(
    'methods.totp.algorithm',
    'sha1',
    oneOf('sha1', 'sha256', 'sha512'),
    ranked('sha1', 'sha256', 'sha512'),
    'hash of app codes; many apps know sha1 only',
  ),
  row('methods.backupCodes.offered', true, flag(), off, 'backup codes may be made, beside another method'),
  row('methods.backupCodes.quantity', 10, integer(5, 20), lower, 'backup codes of one set'),
  row('methods.sms.offered', true, flag(), off, 'phone numbers may be enrolled'),
  row('methods.sms.template', {}, byLocale('sms'), noOrder, 'SMS text per locale; without one the built-in text'),
  row('methods.sms.codeDigits', 6, integer(4, 10), higher, 'digits of a code sent by SMS'),
  row('methods.sms.codeLifetimeSeconds', 300, integer(30, 600), lower, 'how long a code sent by SMS lives'),
  row('methods.email.offered', true, flag(), off, 'email addresses may be enrolled'),
  row('methods.email.subject', {}, byLocale('email-subject'), noOrder, 'subject line per locale'),
  row('methods.email.template', {}, byLocale('email'), noOrder, 'mail per locale: {text, html?}'),
  row('methods.email.codeDigits', 6, integer(4, 10), higher, 'digits of a code sent by email'),
  row('methods.email.codeLifetimeSeconds', 300, integer(30, 600), lower, 'how long a code sent by email lives'),
  row('resendMinSeconds', 30, integer(0, 3_600), higher, 'first gap between two sends to one destination; it doubles'),
  row('sendsPerChallenge', 5, integer(1, 10), lower, 'messages of one challenge'),
  row('attemptsPerChallenge', 5, integer(1, 10), lower, 'guesses of one challenge'),
  row('attemptsPerLogin', 10, integer(1, 30), lower, 'guesses of one login, whatever the methods'),
  row('checkRate.attempts', 10, integer(1, 100), lower, 'wrong guesses at one method in the window'),
  row('checkRate.windowSeconds', 900, integer(30, 86_400), higher, 'window of that'),
  row(
    'failuresBeforeLock',
    10,
    integer(3, 100),
    lower,
    'wrong guesses in a row that lock a method, and each multiple of it again',
  ),
  row(
    'lockSeconds',
    1_800,
    integer(60, 86_400),
    higher,
    'first lock of a method; each next one is twice as long, up to 24 h',
  ),
  row('loginLifetimeSeconds', 600, integer(60, 3_600), lower, 'how long a login may take'),
  row(
    'enforcement.mode',
    'off',
    oneOf('off', 'all', 'groups'),
    ranked('off', 'groups', 'all'),
    'whom a second factor is demanded of',
  ),
  row('enforcement.groups', [], groupList(), more, 'groups it is demanded of in mode groups'),
  row(
    'enforcement.graceSeconds',
    0,
    integer(0, 31_536_000),
    lower,
    'how long a person may put off the first enrolment',
  ),
  ...noticeKinds.map((kind) =>
    row(`notices.${kind}`, true, flag(), on, `notice to the account's other addresses: ${kind}`),
  ),
  row('returnUrls', [], urlList(), fewerUrls, 'where pages may lead back to: origin exactly, path by prefix'),
  row('branding.name', '', text(0, 60), noOrder, "name shown in messages and on pages; empty: the tenant's name"),
  row('branding.logo', '', url('https:'), noOrder, 'https URL of the image that pages show instead of the name'),
  row(
    'branding.colour',
    '',
    colour(),
    noOrder,
    'colour of buttons and links on pages; moved where nobody could read it',
  ),
  row(
    'branding.supportUrl',
    '',
    url('https:', 'mailto:'),
    noOrder,
    'where pages send people who can use none of their methods; empty: words alone',
  ),
  row('smsOrigin', '', origin(), noOrder, 'host for the domain-bound last line of an SMS; empty: none'),
  row('emailOrigin', '', origin(), noOrder, 'host for the OTP-Token header of mails by SMTP; empty: none'),
  row(
    'countries',
    [],
    countryList(),
    fewerUnlessEmpty,
    'countries whose numbers get SMS (ISO 3166-1 alpha-2); empty: all',
  ),
  row('quotas.tenantPerSecond', 50, integer(1, 1_000_000), lower, 'sends of a tenant in any second'),
  row('quotas.tenantPerDay', 20_000, integer(1, 1_000_000_000), lower, 'sends of a tenant in any 24 h; never refunded'),
  row('quotas.clientIpPerHour', 30, integer(1, 1_000_000), lower, 'sends asked for by one client IP in any hour'),
  row(
    'quotas.prefixPerHour',
    60,
    integer(1, 1_000_000),
    lower,
    'sends to numbers alike but for four digits, in any hour',
  ),
  row(
    'quotas.destinationPerHour',
    5,
    integer(1, 100_000),
    lower,
    'sends to one destination in any hour, until one is approved',
  ),
  row(
    'quotas.destinationPerDay',
    15,
    integer(1, 100_000),
    lower,
    'sends to one destination in any 24 h, until one is approved',
  ),
  row(
    'quotas.platformDestinationPerDay',
    60,
    integer(1, 100_000),
    lower,
    'sends to one destination by all tenants in 24 h',
    'platform',
  ),
  row('providers.sms', [], names(), noOrder, "SMS providers in order; empty: the operator's order"),
  row('providers.email', [], names(), noOrder, "email providers in order; empty: the operator's order"),
];
