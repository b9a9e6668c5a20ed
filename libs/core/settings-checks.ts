import type { OutsideChecks } from './settings-input.ts';

/** What a value may be, for whoever makes a form of it; what is not said here only the check knows. */
export type Takes = {
  readonly min?: number;
  readonly max?: number;
  readonly lengthMax?: number;
  readonly allowed?: readonly (string | number)[];
};

/** Faults of one value: `at` is the path below the setting ('' = itself). */
export type Check = ((value: unknown, outside: OutsideChecks) => { at: string; message: string }[]) & {
  readonly takes?: Takes;
};

const fault = (message: string, at = '') => [{ at, message }];
const taking = (takes: Takes, check: Check): Check => Object.assign(check, { takes });
const localesMax = 50;
const localePattern = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
// A label of a host name; an origin here is a host alone, since the scheme is always https (WICG, origin-bound one-time codes).
const hostPattern = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
// oxlint-disable-next-line no-control-regex -- control characters are what must be found
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** A whole number within both bounds, which are allowed themselves. */
export const integer = (min: number, max: number): Check =>
  taking({ min, max }, (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? []
      : fault(`must be a whole number from ${min} to ${max}`),
  );

export const flag = (): Check => (value) => (typeof value === 'boolean' ? [] : fault('must be true or false'));

export const oneOf = (...allowed: readonly (string | number)[]): Check =>
  taking({ allowed }, (value) =>
    allowed.includes(value as string) ? [] : fault(`must be one of ${allowed.join(', ')}`),
  );

/** Group names are the application's own words; any script, no control characters. */
export const groupList = (): Check => (value) =>
  Array.isArray(value) &&
  value.length <= 100 &&
  new Set(value).size === value.length &&
  value.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= 64 && !controls.test(name))
    ? []
    : fault('must be a list of at most 100 different names of 1 to 64 characters');

/** https everywhere; http on the loopback, for development. No user, no query, no fragment: they would be compared with nothing. */
export const urlList = (): Check => (value) => {
  if (!Array.isArray(value) || value.length > 50 || new Set(value).size < value.length)
    return fault('must be a list of at most 50 different URLs');
  return value.flatMap((url, index) =>
    isReturnUrl(url) ? [] : fault('must be an https URL without query, such as https://app.example.com/', `.${index}`),
  );
};

function isReturnUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 2_048 || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && loopback)) && username + password + search + hash === '';
}

/**
 * A text of one line, measured in UTF-16 units, that cannot break out of a header or turn what stands beside it around.
 */
export const text = (min: number, max: number): Check =>
  taking({ lengthMax: max }, (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max && !controls.test(value)
      ? []
      : fault(`must be a text of ${min} to ${max} characters without control characters`),
  );

/** A host name, or empty for none. */
export const origin = (): Check => (value) =>
  value === '' || (typeof value === 'string' && hostPattern.test(value))
    ? []
    : fault('must be a host name in lower case, such as login.example.com, or empty');

const urlCharsMax = 300;
const mailPattern = /^[^\s@,;?&%]+@[^\s@,;?&%]+$/;

/** A URL of one of the schemes, or empty for none. Its host is a name and nothing else, since pages put it into their policy. */
export const url =
  (...schemes: readonly ('https:' | 'mailto:')[]): Check =>
  (value) =>
    value === '' || isUrl(value, schemes)
      ? []
      : fault(
          `must be ${schemes.map((scheme) => `${scheme.slice(0, -1)} URL`).join(' or ')} of at most ${urlCharsMax} characters, or empty`,
        );

function isUrl(value: unknown, schemes: readonly string[]): boolean {
  if (typeof value !== 'string' || value.length > urlCharsMax || /\s/u.test(value) || controls.test(value))
    return false;
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, username, password } = new URL(value);
  if (!schemes.includes(protocol) || username + password !== '') return false;
  return protocol === 'mailto:' ? mailPattern.test(pathname) : hostPattern.test(hostname);
}

/** Red, green and blue in hexadecimal, or empty for our own. */
export const colour = (): Check => (value) =>
  value === '' || (typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value))
    ? []
    : fault('must be a colour such as #2f5bd3, or empty');

/** ISO 3166-1 alpha-2 codes; whether such a country exists is not asked, so that none has to be kept up to date. */
export const countryList = (): Check => (value) =>
  Array.isArray(value) &&
  value.length <= 250 &&
  new Set(value).size === value.length &&
  value.every((code) => typeof code === 'string' && /^[A-Z]{2}$/.test(code))
    ? []
    : fault('must be a list of at most 250 different country codes of two capital letters');

/** Paths of settings or of groups of them; whether there are such, the table knows. */
export const pathList = (): Check => (value) =>
  Array.isArray(value) &&
  value.length <= 100 &&
  new Set(value).size === value.length &&
  value.every((path) => typeof path === 'string' && path.length <= 100)
    ? []
    : fault('must be a list of at most 100 different paths');

/** Provider names without repetition, in the order of trying; whether the operator has them shows only at a send. */
export const names = (): Check => (value) =>
  Array.isArray(value) &&
  value.length <= 8 &&
  new Set(value).size === value.length &&
  value.every((name) => typeof name === 'string' && /^[a-z0-9-]{1,32}$/.test(name))
    ? []
    : fault('must be a list of at most 8 different provider names');

/** A map of locales to templates; each template's own faults carry their place. */
export const byLocale =
  (kind: 'sms' | 'email-subject' | 'email'): Check =>
  (value, outside) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return fault('must be an object of locales');
    const entries = Object.entries(value);
    if (entries.length > localesMax) return fault(`must have at most ${localesMax} locales`);
    return entries.flatMap(([locale, template]) => {
      const at = `.${locale}`;
      if (!localePattern.test(locale)) return fault('must be a locale such as de or pt-BR', at);
      if (kind === 'email') return mailFaults(template, at, outside);
      if (typeof template !== 'string') return fault('must be a text', at);
      return outside.template(template, kind).flatMap((message) => fault(message, at));
    });
  };

function mailFaults(template: unknown, at: string, outside: OutsideChecks) {
  if (typeof template !== 'object' || template === null || Array.isArray(template))
    return fault('must be {text, html?}', at);
  const { text: plain, html, ...rest } = template as Record<string, unknown>;
  const faults = Object.keys(rest).flatMap((name) => fault('is no setting', `${at}.${name}`));
  if (typeof plain !== 'string') faults.push(...fault('must be a text', `${at}.text`));
  else faults.push(...outside.template(plain, 'email-text').flatMap((message) => fault(message, `${at}.text`)));
  if (html === undefined) return faults;
  if (typeof html !== 'string') return [...faults, ...fault('must be a text', `${at}.html`)];
  return [...faults, ...outside.template(html, 'email-html').flatMap((message) => fault(message, `${at}.html`))];
}
