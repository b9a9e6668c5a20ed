import type { FastifyRequest } from 'fastify';
import {
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
} from 'libphonenumber-js/max';
import { attribute, html, type Html } from '../html.ts';
import type { Language } from '../words.ts';
import type { TypedAddress } from './place.ts';

type Country = { readonly code: CountryCode; readonly label: string };

const lists = new Map<Language, readonly Country[]>();

/** Every country that has phone numbers, with its calling code, in the order of the language. */
function countriesIn(language: Language): readonly Country[] {
  const known = lists.get(language);
  if (known) return known;
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const list = getCountries()
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language))
    .map(({ code, name }) => ({ code, label: `${name} (+${getCountryCallingCode(code)})` }));
  lists.set(language, list);
  return list;
}

export const countryOptions = (language: Language, chosen: string): Html =>
  html`${countriesIn(language).map(
    ({ code, label }) => html`<option value="${code}"${attribute('selected', code === chosen)}>${label}</option>`,
  )}`;

const regionOf = (tag: string): string | undefined => {
  try {
    return new Intl.Locale(tag).maximize().region;
  } catch {
    return undefined;
  }
};

/** The country a number is probably of: that of the browser's first language, or of the page's own. */
export function likelyCountry(request: FastifyRequest, language: Language): string {
  const first = (request.headers['accept-language'] ?? '').split(/[,;]/, 1)[0]?.trim() ?? '';
  const named = /-[A-Za-z]{2}\b/.test(first) ? regionOf(first) : undefined;
  const region = named ?? regionOf(language);
  return region !== undefined && isSupportedCountry(region) ? region : 'US';
}

/** The number in international form, or undefined where it can be none. What begins with + (or 00) is of any country. */
export function readNumber({ country, text }: TypedAddress): string | undefined {
  const typed = text.normalize('NFKC').trim().replace(/^00/, '+');
  const defaultCountry = isSupportedCountry(country) ? country : undefined;
  const number = parsePhoneNumberFromString(typed, { ...(defaultCountry && { defaultCountry }), extract: false });
  return number && !number.ext && number.isPossible() ? number.number : undefined;
}

/** The number as the owner knows it. */
export const showNumber = (number: string): string =>
  parsePhoneNumberFromString(number)?.formatInternational() ?? number;
