import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskAddress, normaliseAddress, normaliseEmail } from '#core/address.ts';

const one = 'must be one email address, such as name@example.com';
const named = 'must be an email address with a domain name';

describe('An email address', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['Ada.Lovelace+code@Example.COM', 'Ada.Lovelace+code@example.com'],
    ["o'brien@example.com", "o'brien@example.com"],
    ['a!#$%&*+/=?^_`{|}~-b@example.com', 'a!#$%&*+/=?^_`{|}~-b@example.com'],
    ['user%host@example.com', 'user%host@example.com'],
    ['a@b--c.co', 'a@b--c.co'],
    ['a@xn--bcher-kva.de', 'a@xn--bcher-kva.de'],
  ])('%s is, with its domain in lower case, %s', (input, address) => {
    expect(normaliseEmail(input)).toEqual({ ok: true, address });
    expect(normaliseAddress('email', input)).toEqual({ ok: true, address });
  });

  it.each([
    ['an accent', 'a@bücher.de', 'a@xn--bcher-kva.de'],
    ['an accent in capitals', 'a@BÜCHER.de', 'a@xn--bcher-kva.de'],
    ['an accent as a mark of its own', 'a@bu\u0308cher.de', 'a@xn--bcher-kva.de'],
    ['Japanese', 'a@日本語.jp', 'a@xn--wgv71a119e.jp'],
    ['Arabic', 'a@مثال.إختبار', 'a@xn--mgbh0fb.xn--kgbechtv'],
    ['sharp s, which is a letter of its own', 'a@faß.de', 'a@xn--fa-hia.de'],
    ['a Cyrillic letter that looks like a', 'a@аpple.com', 'a@xn--pple-43d.com'],
    ['full-width letters', 'a@ｅｘａｍｐｌｅ.com', 'a@example.com'],
  ])('with %s in its domain has A-labels, so that look-alikes differ', (_what, input, address) => {
    expect(normaliseEmail(input)).toEqual({ ok: true, address });
  });

  it.each([
    ['nothing', ''],
    ['no at', 'ada.example.com'],
    ['nothing before the at', '@example.com'],
    ['two ats', 'a@b@example.com'],
    ['two addresses', 'a@example.com,b@example.com'],
    ['two addresses and a semicolon', 'a@example.com; b@example.com'],
    ['a display name', 'Ada <ada@example.com>'],
    ['angle brackets', '<ada@example.com>'],
    ['a comment', '(x)ada@example.com'],
    ['a group', 'friends:ada@example.com;'],
    ['a quoted local part', '"ada lovelace"@example.com'],
    ['a dot at the beginning', '.ada@example.com'],
    ['a dot before the at', 'ada.@example.com'],
    ['two dots', 'a..b@example.com'],
    ['a space', 'a da@example.com'],
    ['a space before it', ' ada@example.com'],
    ['a letter beyond ASCII before the at', 'ädä@example.com'],
    ['a line end before the at', 'ada\r\n@example.com'],
    ['a header behind it', 'ada@example.com\r\nBcc: eve@example.org'],
    ['a NUL', 'ada\0@example.com'],
    ['a backslash', 'a\\da@example.com'],
    ['a route', '@relay.example:ada@example.com'],
  ])('with %s is not one address', (_what, input) => {
    expect(normaliseEmail(input)).toEqual({ ok: false, reason: one });
  });

  it.each([
    ['no domain', 'ada@'],
    ['one label', 'ada@localhost'],
    ['a dot at the end', 'ada@example.com.'],
    ['an empty label', 'ada@example..com'],
    ['a dot at the beginning', 'ada@.example.com'],
    ['an underscore', 'ada@exa_mple.com'],
    ['a space', 'ada@exam ple.com'],
    ['a space behind it', 'ada@example.com '],
    ['a line end behind it', 'ada@example.com\n'],
    ['a NUL behind it', 'ada@example.com\0'],
    ['a comment behind it', 'ada@example.com(x)'],
    ['a hyphen at the beginning', 'ada@-example.com'],
    ['a hyphen at the end of a label', 'ada@example-.com'],
    ['a percent sign', 'ada@ex%61mple.com'],
    ['a port', 'ada@example.com:25'],
    ['a path', 'ada@example.com/x'],
    ['an IPv4 address', 'ada@192.0.2.1'],
    ['an IPv4 address in hexadecimal', 'ada@0x7f.1'],
    ['an IPv4 literal', 'ada@[192.0.2.1]'],
    ['an IPv6 literal', 'ada@[IPv6:2001:db8::1]'],
    ['a soft hyphen', 'ada@exam\u00adple.com'],
    ['a space of no width', 'ada@exam\u200bple.com'],
    ['an ideographic full stop', 'ada@example。com'],
    ['an emoji', 'ada@😀.com'],
    ['a label of 64 bytes', `ada@${'b'.repeat(64)}.com`],
    ['mixed directions', 'ada@\u05d0b.com'],
    ['a lone surrogate', 'ada@ex\ud800ample.com'],
    ['a mark before any letter', 'ada@\u0301example.com'],
  ])('with %s has no domain name', (_what, input) => {
    expect(normaliseEmail(input)).toEqual({ ok: false, reason: named });
  });

  it('has at most 254 bytes, counted as A-labels', () => {
    const label = 'b'.repeat(61);
    const longest = `${'a'.repeat(64)}@${[label, label, label].join('.')}.`;
    expect(normaliseEmail(`${longest}co`)).toEqual({ ok: true, address: `${longest}co` });
    expect(`${longest}co`).toHaveLength(253);
    expect(normaliseEmail(`${longest}com`)).toMatchObject({ ok: true });
    const tooLong = { ok: false, reason: 'must be an email address of at most 254 bytes' };
    expect(normaliseEmail(`${longest}info`)).toEqual(tooLong);
    const accented = `a@${Array.from({ length: 6 }, () => 'ü'.repeat(40)).join('.')}.de`;
    expect(accented.length).toBeLessThan(254);
    expect(normaliseEmail(accented)).toEqual(tooLong);
    expect(normaliseEmail(`a@${'b'.repeat(1_000_000)}.com`)).toEqual(tooLong);
  });

  it('has at most 64 bytes before the at', () => {
    expect(normaliseEmail(`${'a'.repeat(64)}@example.com`)).toMatchObject({ ok: true });
    expect(normaliseEmail(`${'a'.repeat(65)}@example.com`)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('64 bytes before the @'),
    });
  });

  it('in its normal form stays what it is, is plain ASCII, and a bad one never throws or is repeated in the reason', () => {
    const letter = fc.constantFrom('a', 'Z', '7', 'ü', 'ß', 'а', '日', '\u05d0', '٣', '\u0301', '-', '.', '.');
    const domain = fc.oneof(fc.domain(), fc.string({ unit: 'grapheme' }), fc.string({ unit: letter, maxLength: 20 }));
    const anything = fc.oneof(
      fc.tuple(fc.string(), domain).map(([local, host]) => `${local}@${host}`),
      fc.tuple(fc.constantFrom('a', 'a.b'), domain).map(([local, host]) => `${local}@${host}`),
      fc.emailAddress(),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(anything, (input) => {
        const first = normaliseEmail(input);
        const again = first.ok ? normaliseEmail(first.address) : first;
        expect(again).toEqual(first);
        expect(first.ok ? first.address : 'a@b.c').toMatch(/^[\x21-\x7e]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        const reason = first.ok ? '' : first.reason;
        expect(input.length > 5 && reason.includes(input)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('What is shown of an email address', () => {
  it.each([
    ['ada@example.com', 'a***@example.com'],
    ['a@example.com', 'a***@example.com'],
    [`${'x'.repeat(64)}@example.com`, 'x***@example.com'],
  ])('masks %s as %s', (address, masked) => {
    expect(maskAddress('email', address)).toBe(masked);
  });

  it('never shows more than the first character before the at, nor how many there are', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.]{1,64}$/), (local) => {
        expect(maskAddress('email', `${local}@example.com`)).toBe(`${local.slice(0, 1)}***@example.com`);
      }),
    );
  });
});
