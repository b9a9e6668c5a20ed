import { describe, expect, it } from 'vitest';
import { repeatableName } from '#core/field-name.ts';

describe('the name of an unknown field', () => {
  it.each(['adress', 'clientIP', 'to_number', 'address2', 'en-US', 'sms.codeDigits', '', 'größe', '__proto__'])(
    'is repeated: %j',
    (name) => {
      expect(repeatableName(name)).toBe(name);
    },
  );

  it.each([
    'ada@example.com',
    '+4915112345678',
    '482915',
    '4829',
    'code 4-8-2-9',
    '٤٨٢٩١٥',
    'tf_shop_0a1b2c3d_0123456789abcdefghjkmnpqrstvwxyz_0a1b2c',
  ])('is hidden where it could be something else: %j', (name) => {
    expect(repeatableName(name)).toBe('(hidden)');
  });

  it('is repeated in part where it is long', () => {
    expect(repeatableName('x'.repeat(300_000))).toBe('x'.repeat(200));
  });
});
