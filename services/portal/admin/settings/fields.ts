import { settingsTable, type Level, type Row } from '#core/settings-table.ts';

/** How a setting is edited; follows from what the table says of it. */
export type FieldKind = 'flag' | 'number' | 'choice' | 'text' | 'list' | 'locales';

export type Field = {
  readonly path: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly row: Row;
  /** Stands behind numbers. */
  readonly unit?: string;
};

export type Section = {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly fields: readonly Field[];
};

type Line = readonly [path: string, label: string, unit?: string];
type Draft = { readonly id: string; readonly title: string; readonly about: string; readonly lines: readonly Line[] };

const drafts: readonly Draft[] = [
  {
    id: 'totp',
    title: 'Authenticator app',
    about:
      'People scan a QR code once; from then on their app shows a new code every 30 seconds, even without a network.',
    lines: [
      ['methods.totp.offered', 'Offer authenticator apps'],
      ['methods.totp.issuer', 'Issuer'],
      ['methods.totp.digits', 'Digits', 'digits'],
      ['methods.totp.algorithm', 'Algorithm'],
    ],
  },
  {
    id: 'sms',
    title: 'SMS',
    about: 'A code is sent to the phone number that the person has confirmed.',
    lines: [
      ['methods.sms.offered', 'Offer SMS'],
      ['methods.sms.codeDigits', 'Code length', 'digits'],
      ['methods.sms.codeLifetimeSeconds', 'Code lifetime', 'seconds'],
      ['methods.sms.template', 'Message text'],
      ['smsOrigin', 'Site that codes are bound to'],
      ['providers.sms', 'Providers, in order'],
      ['countries', 'Countries'],
    ],
  },
  {
    id: 'email',
    title: 'Email',
    about: 'A code is sent to the email address that the person has confirmed.',
    lines: [
      ['methods.email.offered', 'Offer email'],
      ['methods.email.codeDigits', 'Code length', 'digits'],
      ['methods.email.codeLifetimeSeconds', 'Code lifetime', 'seconds'],
      ['methods.email.subject', 'Subject'],
      ['methods.email.template', 'Message text'],
      ['emailOrigin', 'Site in the OTP-Token header'],
      ['providers.email', 'Providers, in order'],
    ],
  },
  {
    id: 'backup-codes',
    title: 'Backup codes',
    about: 'Codes to keep on paper, each for one login: the way in when the phone is lost.',
    lines: [
      ['methods.backupCodes.offered', 'Offer backup codes'],
      ['methods.backupCodes.quantity', 'Codes in a set', 'codes'],
    ],
  },
  {
    id: 'enforcement',
    title: 'Enforcement',
    about:
      'Whom a second factor is demanded of. Who has none yet must enrol one, at the latest when the time of grace is over.',
    lines: [
      ['enforcement.mode', 'Demand a second factor of'],
      ['enforcement.groups', 'Groups'],
      ['enforcement.graceSeconds', 'Time of grace', 'seconds'],
    ],
  },
  {
    id: 'limits',
    title: 'Verification limits',
    about: 'How long a verification may take, how often a code may be sent and tried, and when a method locks.',
    lines: [
      ['loginLifetimeSeconds', 'Total time for a verification', 'seconds'],
      ['resendMinSeconds', 'Wait before a resend', 'seconds'],
      ['sendsPerChallenge', 'Messages of a challenge', 'messages'],
      ['attemptsPerChallenge', 'Attempts of a challenge', 'attempts'],
      ['attemptsPerLogin', 'Attempts of a login', 'attempts'],
      ['checkRate.attempts', 'Wrong attempts at a method', 'attempts'],
      ['checkRate.windowSeconds', 'counted over', 'seconds'],
      ['failuresBeforeLock', 'Failures before a method locks', 'failures'],
      ['lockSeconds', 'First lock', 'seconds'],
    ],
  },
  {
    id: 'quotas',
    title: 'Quotas',
    about:
      'How many messages may be sent at all: against flooding, and against those who earn from numbers that we write to.',
    lines: [
      ['quotas.tenantPerSecond', 'In any second', 'messages'],
      ['quotas.tenantPerDay', 'In any 24 hours', 'messages'],
      ['quotas.clientIpPerHour', 'For one client address in an hour', 'messages'],
      ['quotas.prefixPerHour', 'To similar numbers in an hour', 'messages'],
      ['quotas.destinationPerHour', 'To one destination in an hour', 'messages'],
      ['quotas.destinationPerDay', 'To one destination in 24 hours', 'messages'],
      ['quotas.platformDestinationPerDay', 'To one destination by all tenants in 24 hours', 'messages'],
    ],
  },
  {
    id: 'notices',
    title: 'Notices',
    about: "What the owner of an account is told of, at the account's other addresses.",
    lines: [
      ['notices.method-enrolled', 'A method was added'],
      ['notices.method-removed', 'A method was removed'],
      ['notices.default-changed', 'The default method changed'],
      ['notices.backup-code-used', 'A backup code was used'],
      ['notices.backup-codes-generated', 'New backup codes were made'],
      ['notices.backup-codes-low', 'Few backup codes are left'],
      ['notices.method-locked', 'A method was locked'],
      ['notices.method-unlocked', 'A method was unlocked'],
      ['notices.account-reset', 'The account was reset'],
      ['notices.bypass-code-created', 'A bypass code was made'],
    ],
  },
  {
    id: 'branding',
    title: 'Branding',
    about: 'How you appear in messages and on the pages that people see.',
    lines: [
      ['branding.name', 'Name'],
      ['branding.logo', 'Logo'],
      ['branding.colour', 'Colour'],
      ['branding.supportUrl', 'Where people find help'],
    ],
  },
  {
    id: 'return',
    title: 'Return addresses',
    about: 'Where our pages may lead back to. Nothing else is ever followed.',
    lines: [['returnUrls', 'Allowed URLs']],
  },
];

function kindOf({ check, initial }: Row): FieldKind {
  if (typeof initial === 'boolean') return 'flag';
  if (check.takes?.allowed) return 'choice';
  if (typeof initial === 'number') return 'number';
  if (Array.isArray(initial)) return 'list';
  return typeof initial === 'object' ? 'locales' : 'text';
}

const rows = new Map(settingsTable.map((row) => [row.path, row]));
const elsewhere = new Set(['useSystemSettings', 'locked']);
const laidOut = new Set(drafts.flatMap(({ lines }) => lines.map(([path]) => path)));
/** A setting that nobody has found a place for is not hidden for that. */
const rest = settingsTable.filter(({ path }) => !laidOut.has(path) && !elsewhere.has(path));

const all: readonly Section[] = [
  ...drafts,
  { id: 'more', title: 'More', about: 'Further settings.', lines: rest.map(({ path }): Line => [path, path]) },
].map(({ lines, ...section }) => ({
  ...section,
  fields: lines.flatMap(([path, label, unit]) => {
    const row = rows.get(path);
    return row ? [{ path, label, unit, row, kind: kindOf(row) }] : [];
  }),
}));

/** The settings that a level has, in the order of the page. */
export const sectionsOf = (level: Level): readonly Section[] =>
  all
    .map((section) => ({
      ...section,
      fields: section.fields.filter(({ row }) => row.only === undefined || row.only === level),
    }))
    .filter(({ fields }) => fields.length > 0);

export const fieldsOf = (level: Level): readonly Field[] => sectionsOf(level).flatMap(({ fields }) => fields);

const labelled = new Map(all.flatMap(({ title, fields }) => fields.map((field) => [field.path, { title, field }])));

/** What a setting is called outside its section. */
export function nameOf(path: string): string {
  if (path === 'useSystemSettings') return 'Use system two factor auth settings';
  if (path === 'locked') return 'Locked settings';
  const found = labelled.get(path);
  return found ? `${found.title}: ${found.field.label}` : path;
}

export const fieldAt = (path: string): Field | undefined => labelled.get(path)?.field;
