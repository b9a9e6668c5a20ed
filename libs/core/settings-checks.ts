import type { OutsideChecks } from './settings.ts';

/** Faults of one value: `at` is the path below the setting ('' = itself). */
export type Check = (value: unknown, outside: OutsideChecks) => { at: string; message: string }[];

const fault = (message: string, at = '') => [{ at, message }];
const localesMax = 50;
const localePattern = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
// A label of a host name; an origin here is a host alone, since the scheme is always https (WICG, origin-bound one-time codes).
const hostPattern = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
// oxlint-disable-next-line no-control-regex -- control characters are what must be found
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** A whole number within both bounds, which are allowed themselves. */
export const integer =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? []
      : fault(`must be a whole number from ${min} to ${max}`);

/**
 * A text of one line, measured in UTF-16 units, that cannot break out of a header or turn what stands beside it around.
 */
export const text =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max && !controls.test(value)
      ? []
      : fault(`must be a text of ${min} to ${max} characters without control characters`);

/** A host name, or empty for none. */
export const origin = (): Check => (value) =>
  value === '' || (typeof value === 'string' && hostPattern.test(value))
    ? []
    : fault('must be a host name in lower case, such as login.example.com, or empty');

/** ISO 3166-1 alpha-2 codes; whether such a country exists is not asked, so that none has to be kept up to date. */
export const countryList = (): Check => (value) =>
  Array.isArray(value) &&
  value.length <= 250 &&
  value.every((code) => typeof code === 'string' && /^[A-Z]{2}$/.test(code))
    ? []
    : fault('must be a list of at most 250 country codes of two capital letters');

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
