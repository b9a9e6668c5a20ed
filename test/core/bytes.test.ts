import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedDigest, lengthPrefixed, sameSecret, sha256 } from '#core/bytes.ts';

const hex = (...fields: readonly (string | Uint8Array)[]) => lengthPrefixed(...fields).toString('hex');

describe('Length-prefixed fields', () => {
  it('are each the length as u32 big-endian and the bytes, text as UTF-8', () => {
    expect(hex()).toBe('');
    expect(hex('')).toBe('00000000');
    expect(hex('ab', 'c')).toBe('0000000261620000000163');
    expect(hex('é€')).toBe('00000005c3a9e282ac');
    expect(hex(Uint8Array.of(0, 255))).toBe('0000000200ff');
    expect(hex('x'.repeat(258))).toBe(`00000102${'78'.repeat(258)}`);
  });

  it('of two different lists are never the same bytes', () => {
    const list = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const same = JSON.stringify(a.map((field) => [...field])) === JSON.stringify(b.map((field) => [...field]));
        expect(hex(...a) === hex(...b)).toBe(same);
      }),
    );
  });
});

describe('Digests', () => {
  it('are SHA-256, and HMAC-SHA256 over the length-prefixed fields', () => {
    const key = Buffer.alloc(32, 7);
    const bytes = Buffer.from('00000001610000000162', 'hex');
    expect(keyedDigest(key, 'a', 'b')).toEqual(createHmac('sha256', key).update(bytes).digest());
    expect(sha256('abc').toString('hex')).toBe(createHash('sha256').update('abc').digest('hex'));
    expect(sha256('abc').toString('hex')).toMatch(/^ba7816bf8f01cfea/);
  });
});

describe('Comparing secrets', () => {
  it('says whether they are equal, whatever their lengths, and throws at none', () => {
    expect(sameSecret('012345', '012345')).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(sameSecret(a, b)).toBe(a === b);
        expect(sameSecret(a, a)).toBe(true);
        expect(sameSecret(a, `${a}0`)).toBe(false);
      }),
    );
  });
});
