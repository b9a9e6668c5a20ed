import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskAddress, normaliseAddress, normalisePhone, phonePrefix } from '#core/address.ts';

const international = 'must be a phone number in international form, such as +14155550132';

describe('A phone number', () => {
  it.each([
    ['+14155550132', '+14155550132', 'US'],
    ['+1 (415) 555-0132', '+14155550132', 'US'],
    ['+1.415.555.0132', '+14155550132', 'US'],
    ['+44 20 7946 0958', '+442079460958', 'GB'],
    ['+44 (0)20 7946 0958', '+442079460958', 'GB'],
    ['+441481960194', '+441481960194', 'GG'],
    ['+33 6 12 34 56 78', '+33612345678', 'FR'],
    ['+39 06 12345678', '+390612345678', 'IT'],
    ['+380 50 123 45 67', '+380501234567', 'UA'],
    ['+81-50-1234-5678', '+815012345678', 'JP'],
    ['+1 800 555 0132', '+18005550132', 'US'],
  ])('written internationally, %s, is its E.164 form', (input, address, country) => {
    expect(normalisePhone(input)).toEqual({ ok: true, address, country });
    expect(normaliseAddress('sms', input)).toEqual({ ok: true, address, country });
  });

  it.each([
    ['nothing', ''],
    ['a plus alone', '+'],
    ['a country alone', '+49'],
    ['no plus', '14155550132'],
    ['a national number', '(415) 555-0132'],
    ['an international prefix instead of a plus', '0044 20 7946 0958'],
    ['two pluses', '++14155550132'],
    ['a plus inside', '+1+4155550132'],
    ['text before it', 'call +14155550132'],
    ['text after it', '+14155550132 now'],
    ['a space before it', ' +14155550132'],
    ['letters for digits', '+1 800 FLOWERS'],
    ['two numbers', '+33612345678 +33612345679'],
    ['two numbers with a slash', '+33612345678 / +33612345679'],
    ['two numbers with a comma and a space', '+33612345678, +33612345679'],
    ['a scheme', 'tel:+14155550132'],
    ['a country by a parameter', '6 12 34 56 78;phone-context=+33'],
    ['a parameter that would be passed over', '+33612345678;isub=12'],
    ['a country that is none', '+999123456789'],
    ['an email address', 'ada@example.com'],
  ])('with %s is none in international form', (_what, input) => {
    expect(normalisePhone(input)).toEqual({ ok: false, reason: international });
  });

  it.each([
    ['Arabic digits', '+٣٣٦١٢٣٤٥٦٧٨'],
    ['full-width digits', '+３３６１２３４５６７８'],
    ['a full-width plus', '＋33612345678'],
    ['a line end', '+33612345678\r\n'],
    ['a NUL', '+33612345678\0'],
    ['a tab', '+33\t612345678'],
    ['a mark that turns text around', '\u202a+33612345678\u202c'],
    ['an extension in Cyrillic', '+33 612345678 доб 1'],
    ['a lone surrogate', '+3361234567\ud800'],
  ])('with %s is not in ASCII digits', (_what, input) => {
    expect(normalisePhone(input)).toEqual({ ok: false, reason: 'must be a phone number in ASCII digits' });
  });

  it.each(['+1 415 555 0132 ext 5', '+1 415 555 0132 x5', '+33612345678#123', '+33612345678,123'])(
    'with an extension, %s, is refused: no SMS reaches one',
    (input) => {
      expect(normalisePhone(input)).toEqual({ ok: false, reason: 'must be a phone number without an extension' });
    },
  );

  it.each(['+1415555013', '+141555501321', '+447700900123', '+33112345'])(
    'that can exist nowhere, %s, is refused',
    (input) => {
      expect(normalisePhone(input)).toMatchObject({ ok: false, reason: expect.stringContaining('that can exist') });
    },
  );

  it.each([
    ['premium, in the USA', '+1 900 555 0199'],
    ['premium, in Britain', '+44 909 8790000'],
    ['premium, in Germany', '+49 900 1234567'],
    ['premium, in no country', '+979 123456789'],
    ['shared cost, in Germany', '+49 180 5123456'],
  ])('that somebody earns from (%s) is refused', (_what, input) => {
    expect(normalisePhone(input)).toEqual({ ok: false, reason: 'must be a phone number that costs no premium' });
  });

  it.each(['+870 773111632', '+882 16123456', '+883510012345', '+800 12345678'])(
    'of no country, %s, is of the whole world, which no list of countries names',
    (input) => {
      expect(normalisePhone(input)).toMatchObject({ ok: true, country: '001' });
    },
  );

  it('has at most 40 characters', () => {
    const spaced = (spaces: number) => `+1${' '.repeat(spaces)}4155550132`;
    expect(normalisePhone(spaced(28))).toMatchObject({ ok: true });
    expect(normalisePhone(spaced(29))).toEqual({
      ok: false,
      reason: 'must be a phone number of at most 40 characters',
    });
    expect(normalisePhone('9'.repeat(1_000_000))).toMatchObject({ ok: false });
  });

  it('in its normal form stays what it is, and a bad one never throws or is repeated in the reason', () => {
    const digits = fc.stringMatching(/^\+[0-9 ()./-]{0,20}$/);
    const anything = fc.oneof(digits, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(anything, (input) => {
        const first = normalisePhone(input);
        const again = first.ok ? normalisePhone(first.address) : first;
        expect(again).toEqual(first);
        expect(first.ok ? first.address : '+10000000').toMatch(/^\+[1-9][0-9]{6,14}$/);
        const reason = first.ok ? '' : first.reason;
        expect(input.length > 5 && reason.includes(input)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('What is shown and counted of a phone number', () => {
  it.each([
    ['+491701234589', '+49***89'],
    ['+14155550132', '+14***32'],
    ['+2904123', '+29***23'],
  ])('masks %s as %s', (address, masked) => {
    expect(maskAddress('sms', address)).toBe(masked);
  });

  it('never shows more than the first two digits and the last two, and not how many there are', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9]{6,14}$/), (address) => {
        const masked = maskAddress('sms', address);
        expect(masked.replaceAll('*', '')).toBe(address.slice(0, 3) + address.slice(-2));
        expect(masked).toMatch(/^\+[0-9]{2}\*{3}[0-9]{2}$/);
      }),
    );
  });

  it('has as prefix the number less its last four digits', () => {
    expect(phonePrefix('+14155550132')).toBe('+1415555');
  });
});
