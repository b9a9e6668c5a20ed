import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveCode, normaliseGuess, type CodeInput } from '#core/code.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const input: CodeInput = {
  tenant: 'acme',
  challengeId: `${'S'.repeat(22)}.c${'C'.repeat(22)}`,
  send: 1,
  purpose: 'login',
  bindingDigest: 'b'.repeat(43),
  nonce: 'n'.repeat(22),
  digits: 6,
};

/** The code by arithmetic on big integers, written without any of the product's functions. */
function codeByHand(otpKey: Buffer, { tenant, challengeId, send, purpose, bindingDigest, nonce, digits }: CodeInput) {
  const range = 10n ** BigInt(digits);
  for (let block = 0; ; block += 1) {
    const mac = createHmac('sha256', otpKey);
    for (const field of [
      'twofold.code.v1',
      tenant,
      challengeId,
      `${send}`,
      purpose,
      bindingDigest,
      nonce,
      `${block}`,
    ]) {
      const bytes = Buffer.from(field, 'utf8');
      mac.update(Buffer.of(0, 0, bytes.length >> 8, bytes.length & 255)).update(bytes);
    }
    const hex = mac.digest('hex');
    for (let word = 0; word < 5; word += 1) {
      const drawn = BigInt(`0x${hex.slice(word * 12, word * 12 + 12)}`);
      if (drawn < (2n ** 48n / range) * range) return (drawn % range).toString().padStart(digits, '0');
    }
  }
}

const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/);
const anyInput: fc.Arbitrary<CodeInput> = fc.record({
  tenant: word,
  challengeId: word,
  send: fc.integer({ min: 1, max: 100 }),
  purpose: word,
  bindingDigest: fc.oneof(fc.constant(''), word),
  nonce: word,
  digits: fc.integer({ min: 4, max: 10 }),
});

describe('A code', () => {
  it('is what the definition gives, worked out apart from the product', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), anyInput, (otpKey, given) => {
        expect(deriveCode(otpKey, given)).toBe(codeByHand(Buffer.from(otpKey), given));
      }),
    );
  });

  it('is the same for the same fields: a change of the derivation would void every open challenge', () => {
    expect([4, 6, 8, 10].map((digits) => deriveCode(key, { ...input, digits }))).toEqual([
      '7497',
      '437497',
      '73437497',
      '3473437497',
    ]);
  });

  it('passes over a draw that would make some codes likelier than others', () => {
    // The first word of this draw is above the last whole multiple of 10^10 below 2^48; taken all the same it would say 3954235140.
    expect(deriveCode(key, { ...input, digits: 10, nonce: 'high-24324' })).toBe('2869266219');
  });

  it.each([4, 5, 6, 7, 8, 9, 10])('has exactly %i digits, leading zeros included', (digits) => {
    const codes = Array.from({ length: 400 }, (_, index) => deriveCode(key, { ...input, digits, nonce: `${index}` }));
    expect(codes.every((code) => new RegExp(`^[0-9]{${digits}}$`).test(code))).toBe(true);
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
  });

  it('changes with every field it is bound to', () => {
    const fields = ['tenant', 'challengeId', 'purpose', 'bindingDigest', 'nonce'] as const;
    fc.assert(
      fc.property(anyInput, fc.constantFrom(...fields), word, (given, field, other) => {
        fc.pre(given[field] !== other);
        const ten = { ...given, digits: 10 };
        expect(deriveCode(key, { ...ten, [field]: other })).not.toBe(deriveCode(key, ten));
        expect(deriveCode(key, { ...ten, send: given.send + 1 })).not.toBe(deriveCode(key, ten));
      }),
      { seed: 1 },
    );
  });

  it('changes with the key', () => {
    const other = Buffer.from(key);
    other[31] = 99;
    expect(deriveCode(other, { ...input, digits: 10 })).not.toBe(deriveCode(key, { ...input, digits: 10 }));
  });

  it('does not change when text moves from one field to the next', () => {
    const moved = { ...input, digits: 10, tenant: 'acm', challengeId: `e${input.challengeId}` };
    expect(deriveCode(key, moved)).not.toBe(deriveCode(key, { ...input, digits: 10 }));
  });

  it('is drawn evenly: each leading and each last digit of 20,000 codes is about as frequent', () => {
    const codes = Array.from({ length: 20_000 }, (_, index) => deriveCode(key, { ...input, nonce: `even-${index}` }));
    for (const place of [0, 5]) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (const code of codes) counts[Number(code[place])] = (counts[Number(code[place])] ?? 0) + 1;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0);
      // Nine degrees of freedom: one fair draw in 100,000 exceeds 39. The draws are fixed, so this never flickers.
      expect(chiSquare).toBeLessThan(39);
    }
  });
});

describe('What a person typed', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456\n', '123456'],
    ['123-456', '123456'],
    ['12\u00a034\u202f56', '123456'],
    ['123\u2010\u2011\u2012\u2013\u2014\u2015456', '123456'],
  ])('loses spaces and dashes: %j', (typed, expected) => {
    expect(normaliseGuess(typed)).toBe(expected);
  });

  it.each(['12345O', '１２３４５６', '١٢٣٤٥٦', '123.456', '123_456', '+123456', '123456\0', '123\u200b456', '−123456'])(
    'keeps everything else, so that it is no code: %j',
    (typed) => {
      expect(normaliseGuess(typed)).toBe(typed);
      expect(normaliseGuess(typed)).not.toMatch(/^[0-9]{4,10}$/);
    },
  );
});
