import { domainToASCII } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { ChannelName } from '#schemas/channel.ts';

export type Normalised =
  | { readonly ok: true; readonly address: string; readonly country?: string }
  | { readonly ok: false; readonly reason: string };

const emailBytesMax = 254;
const localBytesMax = 64;
// RFC 5322 dot-atom: quoted local parts, comments and groups are how header injection begins, and nobody has such an address.
const localPattern = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const labelPattern = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Whoever makes us send to such a number may earn from it (toll fraud), and nobody has one for themselves. */
const costlyTypes: ReadonlySet<string | undefined> = new Set(['PREMIUM_RATE', 'SHARED_COST']);
/** Numbers of no country (satellites, international networks), by the code for the whole world: no list of countries allows them. */
const noCountry = '001';

const refuse = (reason: string): Normalised => ({ ok: false, reason });

/** One address of the channel in its one normal form, or why it is none. */
export function normaliseAddress(channel: ChannelName, input: string): Normalised {
  switch (channel) {
    case 'sms':
      return normalisePhone(input);
    case 'email':
      return normaliseEmail(input);
  }
}

/** E.164, from a number written internationally; nothing around it, no extension, a number that can exist and costs no premium. */
export function normalisePhone(input: string): Normalised {
  if (input.length > 40) return refuse('must be a phone number of at most 40 characters');
  if (/[^\x20-\x7e]/.test(input)) return refuse('must be a phone number in ASCII digits');
  // RFC 3966 parameters (;phone-context=, ;isub=) would be read into the number or passed over.
  const international = input.startsWith('+') && !input.includes(';');
  const number = international ? parsePhoneNumberFromString(input, { extract: false }) : undefined;
  if (!number) return refuse('must be a phone number in international form, such as +14155550132');
  if (number.ext) return refuse('must be a phone number without an extension');
  if (!number.isValid()) return refuse('must be a phone number that can exist in its country');
  if (costlyTypes.has(number.getType())) return refuse('must be a phone number that costs no premium');
  return { ok: true, address: number.number, country: number.country ?? noCountry };
}

/** One address, domain lower-cased and as A-labels (RFC 5891), at most 254 bytes (RFC 5321, 4.5.3.1). */
export function normaliseEmail(input: string): Normalised {
  if (Buffer.byteLength(input) > 4 * emailBytesMax) return refuse('must be an email address of at most 254 bytes');
  const at = input.lastIndexOf('@');
  const local = input.slice(0, Math.max(at, 0));
  if (at < 1 || !localPattern.test(local)) return refuse('must be one email address, such as name@example.com');
  if (local.length > localBytesMax) return refuse('must be an email address with at most 64 bytes before the @');
  const domain = domainOf(input.slice(at + 1).normalize('NFC'));
  if (domain === undefined) return refuse('must be an email address with a domain name');
  const address = `${local}@${domain}`;
  if (address.length > emailBytesMax) return refuse('must be an email address of at most 254 bytes');
  return { ok: true, address };
}

function domainOf(text: string): string | undefined {
  // domainToASCII forgives much (percent signs, spaces, ports); only what letters, digits, marks, dots and hyphens write may reach it.
  if (!/^[\p{L}\p{N}\p{M}.-]+$/u.test(text)) return undefined;
  const domain = domainToASCII(text).toLowerCase();
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => labelPattern.test(label))) return undefined;
  // A last label of digits would be an IP address.
  return /^\d+$/.test(labels.at(-1) ?? '') ? undefined : domain;
}

/** Enough to recognise one's own address, too little to learn another's, not even its length: +49***89, a***@example.com. */
export function maskAddress(channel: ChannelName, address: string): string {
  if (channel === 'sms') return `${address.slice(0, 3)}***${address.slice(-2)}`;
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}***${address.slice(at)}`;
}

/** The number less its last four digits: whoever pumps messages stays within one. */
export const phonePrefix = (number: string): string => number.slice(0, -4);
