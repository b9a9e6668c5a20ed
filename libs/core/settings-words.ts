import { canonical } from './canonical.ts';
import { noticeKinds } from '#schemas/notice.ts';

/** What a change of one setting means, for whoever is about to make it. Values come as the setting's own check lets them. */
type Say = (to: unknown, from: unknown) => string;

const shownMax = 120;
const cut = (text: string) => (text.length <= shownMax ? text : `${text.slice(0, shownMax - 3)}...`);

/** A value for a sentence; long ones are cut. */
export const sayValue = (value: unknown): string => cut(canonical(value));

/** `{}` in the sentence stands for the value. */
const said =
  (sentence: string, show: (value: unknown) => string): Say =>
  (to, from) =>
    `${sentence.replace('{}', () => show(to))} instead of ${show(from)}`;

const amount = (sentence: string, unit = '') => said(sentence, (value) => `${Number(value)}${unit}`);
const seconds = (sentence: string) => amount(sentence, ' s');
const text = (sentence: string, empty: string) =>
  said(sentence, (value) => (value === '' ? empty : cut(JSON.stringify(value))));
const list = (sentence: string, empty: string) =>
  said(sentence, (value) => cut((value as readonly string[]).join(', ')) || empty);
const oneOf = (sentence: string, words: Readonly<Record<string, string>>) =>
  said(sentence, (value) => words[String(value)] ?? String(value));

const flag =
  (whenOn: string, whenOff: string): Say =>
  (to) =>
    to === true ? whenOn : whenOff;

const offered = (what: string) => flag(`${what} may be enrolled`, `${what} may not be enrolled, and pass no login`);

/** Templates are too long for a sentence: it tells which locales change. */
const byLocale =
  (what: string): Say =>
  (to, from) => {
    const [after, before] = [to, from] as readonly Readonly<Record<string, unknown>>[];
    const locales = [...new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})])].toSorted();
    const kindOf = (locale: string) => {
      const [now, then] = [after?.[locale], before?.[locale]];
      if (then === undefined) return 'new';
      if (now === undefined) return 'gone';
      return canonical(now) === canonical(then) ? undefined : 'another';
    };
    const changed = locales.flatMap((locale) => {
      const kind = kindOf(locale);
      return kind === undefined ? [] : [`${kind} in ${locale}`];
    });
    return `${what} is ${cut(changed.join(', '))}`;
  };

const notices = Object.fromEntries(
  noticeKinds.map((kind): [string, Say] => [
    `notices.${kind}`,
    flag(`a notice goes out of ${kind}`, `no notice goes out of ${kind}`),
  ]),
);

/** The sentence of each setting, by its path. */
const sentences: Readonly<Record<string, Say>> = {
  useSystemSettings: flag(
    "the platform's settings hold alone, and the tenant's own are kept without effect",
    "the tenant's own settings hold where it has them",
  ),
  locked: list('tenants may only make stricter: {}', 'nothing'),
  'methods.totp.offered': offered('authenticator apps'),
  'methods.totp.issuer': text('new authenticator apps show {}', "the brand's name"),
  'methods.totp.digits': amount('new authenticator apps show codes of {} digits'),
  'methods.totp.algorithm': oneOf('new authenticator apps use {}', {}),
  'methods.backupCodes.offered': flag('backup codes may be made', 'backup codes may not be made, and pass no login'),
  'methods.backupCodes.quantity': amount('a new set has {} backup codes'),
  'methods.sms.offered': offered('phone numbers'),
  'methods.sms.template': byLocale('the text of SMS'),
  'methods.sms.codeDigits': amount('codes sent by SMS have {} digits'),
  'methods.sms.codeLifetimeSeconds': seconds('codes sent by SMS live {}'),
  'methods.email.offered': offered('email addresses'),
  'methods.email.subject': byLocale('the subject of mails'),
  'methods.email.template': byLocale('the text of mails'),
  'methods.email.codeDigits': amount('codes sent by email have {} digits'),
  'methods.email.codeLifetimeSeconds': seconds('codes sent by email live {}'),
  resendMinSeconds: seconds('the first gap between two sends is {}'),
  sendsPerChallenge: amount('a challenge has {} messages'),
  attemptsPerChallenge: amount('a challenge has {} guesses'),
  attemptsPerLogin: amount('a login has {} guesses'),
  'checkRate.attempts': amount('a method takes {} wrong guesses in its window'),
  'checkRate.windowSeconds': seconds('that window lasts {}'),
  failuresBeforeLock: amount('a method locks after {} wrong guesses in a row'),
  lockSeconds: seconds('the first lock of a method lasts {}'),
  loginLifetimeSeconds: seconds('a login may take {}'),
  'enforcement.mode': oneOf('a second factor is demanded of {}', {
    off: 'nobody',
    groups: 'the named groups',
    all: 'everybody',
  }),
  'enforcement.groups': list('the groups that it can be demanded of are {}', 'none'),
  'enforcement.graceSeconds': seconds('the first enrolment may be put off for {}'),
  ...notices,
  returnUrls: list('pages may lead back to {}', 'nowhere'),
  'branding.name': text('the name in messages and on pages is {}', "the tenant's own"),
  'branding.logo': text('pages show the image {}', 'the name'),
  'branding.colour': text('the colour of pages is {}', 'our own'),
  'branding.supportUrl': text('pages send people who need help to {}', 'nowhere'),
  smsOrigin: text('codes sent by SMS are bound to {}', 'no site'),
  emailOrigin: text('mails name {} as the site of their code', 'none'),
  countries: list('SMS go to numbers of {}', 'all countries'),
  'quotas.tenantPerSecond': amount('a tenant may send {} messages in any second'),
  'quotas.tenantPerDay': amount('a tenant may send {} messages in any 24 h'),
  'quotas.clientIpPerHour': amount('one client IP may ask for {} messages in any hour'),
  'quotas.prefixPerHour': amount('numbers alike but for four digits get {} messages in any hour'),
  'quotas.destinationPerHour': amount('one destination gets {} messages in any hour'),
  'quotas.destinationPerDay': amount('one destination gets {} messages in any 24 h'),
  'quotas.platformDestinationPerDay': amount('one destination gets {} messages of all tenants in 24 h'),
  'providers.sms': list('SMS go by {}', "the operator's providers"),
  'providers.email': list('mails go by {}', "the operator's providers"),
};

/** A change in words; a setting without a sentence of its own is named by its path. */
export function sayChange(path: string, to: unknown, from: unknown): string {
  const say = Object.hasOwn(sentences, path) ? sentences[path] : undefined;
  return say ? say(to, from) : `${path} is ${sayValue(to)} instead of ${sayValue(from)}`;
}

/** The settings that have a sentence; a test holds the table to it. */
export const spokenPaths: readonly string[] = Object.keys(sentences);
