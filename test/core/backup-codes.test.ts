import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backupCode,
  backupCodeBytes,
  findBackupCode,
  hashBackupCode,
  normaliseBackupCode,
  showBackupCode,
} from '#core/methods/backup-codes.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const key = Buffer.alloc(32, 7);
const bytes = fc.uint8Array({ minLength: backupCodeBytes, maxLength: backupCodeBytes });

describe('a backup code', () => {
  it('has 13 signs of Crockford base32, 65 bits, without the letters that look like others', () => {
    expect(backupCode(Uint8Array.from({ length: 13 }, (_, index) => index))).toBe('0123456789ABC');
    expect(backupCode(Uint8Array.from({ length: 13 }, (_, index) => 255 - index))).toBe('ZYXWVTSRQPNMK');
    for (const sign of 'ILOU') expect(alphabet).not.toContain(sign);
  });

  it('has every sign equally often: each is made by 8 of 256 bytes', () => {
    const made = Array.from({ length: 256 }, (_, byte) => backupCode(new Uint8Array(13).fill(byte)).charAt(0));
    for (const sign of alphabet) expect(made.filter((one) => one === sign)).toHaveLength(8);
  });

  it('is shown in groups', () => {
    expect(showBackupCode('0123456789ABC')).toBe('0123-4567-89ABC');
  });

  it.each([
    ['as it is shown', '0123-4567-89ABC'],
    ['in lower case', '0123-4567-89abc'],
    ['without dashes', '0123456789ABC'],
    ['with spaces anywhere', ' 0123 4567\u00a089ABC\t'],
    ['with other dashes', '0123‐4567–89ABC'],
    ['with O for 0', 'O123-4567-89ABC'],
    ['with I and l for 1', '0l23-4567-89abc'],
  ])('is read %s', (_how, typed) => {
    expect(normaliseBackupCode(typed)).toBe('0123456789ABC');
  });

  it('reads I, i, L and l as 1', () => {
    expect(normaliseBackupCode('IiLl-0000-00000')).toBe('1111000000000');
    expect(normaliseBackupCode('OooO-0000-00000')).toBe('0000000000000');
  });

  it.each([
    ['one sign too few', '0123-4567-89AB'],
    ['one sign too many', '0123-4567-89ABCD'],
    ['a U, which is none', '0123-4567-89ABU'],
    ['a sign of another script', '0123-4567-89ABС'],
    ['nothing', ''],
    ['digits of another script', '٠١٢٣٤٥٦٧٨٩ABC'],
    ['underscores', '0123_4567_89ABC'],
  ])('is none with %s', (_what, typed) => {
    expect(normaliseBackupCode(typed)).toBeUndefined();
  });

  it('comes back from whatever way it is shown and typed', () => {
    fc.assert(
      fc.property(bytes, fc.func(fc.boolean()), (random, lower) => {
        const code = backupCode(random);
        const typed = Array.from(showBackupCode(code), (sign, at) => (lower(at) ? sign.toLowerCase() : sign)).join('');
        expect(normaliseBackupCode(typed)).toBe(code);
      }),
    );
  });
});

describe('what is kept of a backup code', () => {
  const hash = (code: string, account = 'account', tenant = 'acme', secret: Uint8Array = key) =>
    hashBackupCode(secret, tenant, account, code);

  it('is 16 bytes of a keyed digest, bound to the tenant and the account', () => {
    const one = hash('0123456789ABC');
    expect(one).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const others = [
      hash('0123456789ABD'),
      hash('0123456789ABC', 'another'),
      hash('0123456789ABC', 'account', 'other'),
      hash('0123456789ABC', 'account', 'acme', Buffer.alloc(32, 8)),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
    expect(hash('0123456789ABC')).toBe(one);
  });

  it('is found among those that are left, wherever it stands', () => {
    const kept = ['a', 'b', 'c'];
    for (const one of kept) expect(findBackupCode(kept, one)).toBe(one);
    expect(findBackupCode(kept, 'd')).toBeUndefined();
    expect(findBackupCode([], 'a')).toBeUndefined();
  });
});
