import { randomBytes } from 'node:crypto';
import { openKeyRing, purposes } from '#runtime/keys.ts';
import { aPhone, masterKey, platformKey } from './installation.ts';
import type { Marker } from './markers.ts';
import { smtpAccount } from './vendors/smtp.ts';
import { webhookSecret } from './vendors/webhook.ts';

/** A word that is nowhere else, of letters alone, so that it is no part of a code. */
export const aWord = (): string =>
  Array.from(randomBytes(14), (byte) => String.fromCharCode(97 + (byte % 26))).join('');

const email = `${aWord()}.${aWord()}+tag@example.com`;

/** Whatever a caller or an operator gives a system that it must not give away. Codes and API keys come on the way. */
export const secrets = {
  phone: aPhone(),
  refusedPhone: aPhone(),
  email,
  refusedEmail: `${aWord()}@example.com`,
  strayEmail: `${aWord()}@example.com`,
  name: `Łucja ${aWord()} "O'${aWord()}"`,
  payee: `Müller & ${aWord()}`,
  clientIp: '203.0.113.217',
  idempotencyKey: `order-${aWord()}`,
  guess: '7204815936',
} as const;

/** Secrets of the installation, in the forms in which it holds them. */
export function keyMarkers(): Marker[] {
  const ring = openKeyRing({ masterKeys: [masterKey], purposes });
  return [
    { name: 'master key', value: masterKey },
    { name: 'platform key', value: platformKey },
    { name: 'webhook secret', value: webhookSecret.replace('whsec_', '') },
    { name: 'mail password', value: smtpAccount.pass },
    ...purposes.map((purpose) => ({ name: `key for ${purpose}`, value: ring.newest(purpose).key })),
  ];
}

/** Of an address also the part that names the person, of a number the digits alone. */
export function secretMarkers(): Marker[] {
  const parts = Object.entries(secrets).map(([name, value]) => ({
    name,
    value: value.replace(/@.*$/, '').replace(/^\+49/, ''),
  }));
  return [...parts, ...Object.entries(secrets).map(([name, value]) => ({ name: `whole ${name}`, value }))];
}
