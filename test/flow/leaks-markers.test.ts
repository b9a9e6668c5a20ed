import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMarkerFinder, type Marker } from '../support/markers.ts';

const key = randomBytes(32);
const markers: readonly Marker[] = [
  { name: 'address', value: 'Ada.Marker+1@Mail.Example' },
  { name: 'name', value: 'Ådå "Lövelace"' },
  { name: 'key', value: key },
];
const find = createMarkerFinder(markers);
const around = (text: string) => Buffer.concat([randomBytes(1000), Buffer.from(text), randomBytes(1000)]);

const address = 'Ada.Marker+1@Mail.Example';
const name = 'Ådå "Lövelace"';
const json = (value: unknown) => JSON.stringify(value);
const escaped = (text: string) =>
  Array.from(text, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('the finder of markers', () => {
  it.each([
    ['address', 'itself', address],
    ['address', 'in lower case', address.toLowerCase()],
    ['address', 'in hex', Buffer.from(address).toString('hex')],
    ['address', 'in hex, upper case', Buffer.from(address).toString('hex').toUpperCase()],
    ['address', 'in base64', Buffer.from(address).toString('base64')],
    ['address', 'in base64url', Buffer.from(address).toString('base64url')],
    ['address', 'in base64, one byte in', Buffer.from(`-${address}-`).toString('base64')],
    ['address', 'in base64, two bytes in', Buffer.from(`--${address}---`).toString('base64url')],
    ['address', 'in base64 and lower case', Buffer.from(`${address.toLowerCase()}"}`).toString('base64')],
    ['address', 'in a URL', `/?to=${encodeURIComponent(address)}`],
    ['address', 'in a URL that escapes all', Array.from(address, (a) => `%${a.charCodeAt(0).toString(16)}`).join('')],
    ['address', 'in JSON that escapes all', escaped(address)],
    ['address', 'in JSON that escapes half', address.slice(0, 5) + escaped(address.slice(5))],
    ['name', 'in JSON', json({ name })],
    ['name', 'in JSON in JSON', json(json({ name }))],
    ['name', 'as a buffer in JSON', json(Buffer.from(name))],
    ['key', 'in hex', key.toString('hex')],
    ['key', 'in base64', json({ key: key.toString('base64') })],
    ['key', 'in base64url', key.toString('base64url')],
    ['key', 'as a buffer in JSON', json(key)],
  ])('finds the %s %s', (what, _, text) => {
    expect(find(around(text))).toEqual([what]);
  });

  it('finds the key as its bytes', () => {
    expect(find(Buffer.concat([randomBytes(500), key, randomBytes(500)]))).toEqual(['key']);
  });

  it('finds nothing where nothing is', () => {
    expect(find(around(`ada.marker@mail.example ${randomBytes(32).toString('hex')}`))).toEqual([]);
  });
});
