import { createHmac } from 'node:crypto';

/** An authenticator app of the tests' own: RFC 6238 over RFC 4226, section 5.3, without the library that the product uses. */
export type App = {
  readonly secret: string;
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly digits?: number;
  /** Seconds per step. */
  readonly period?: number;
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 (RFC 4648, section 6), without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret, (sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export const stepOf = (now: number, { period = 30 }: Pick<App, 'period'> = {}): number =>
  Math.floor(now / 1_000 / period);

/** The code of one time step. */
export function codeOfStep({ secret, algorithm = 'sha1', digits = 6 }: App, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(algorithm, bytesOf(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The code that an app shows at `now`, Unix milliseconds. */
export const codeAt = (app: App, now: number): string => codeOfStep(app, stepOf(now, app));
