import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { checkTotp, readTotpUri, totpUri, type TotpParameters } from '#core/methods/totp.ts';
import { base32, codeAt, codeOfStep, stepOf } from '../support/totp.ts';

/** RFC 6238, appendix B: the shared secret of each hash is the digits 1 to 0, repeated to the hash's length. */
const secretOf = (length: number) => base32(Buffer.from('1234567890'.repeat(7).slice(0, length)));
const secrets = { sha1: secretOf(20), sha256: secretOf(32), sha512: secretOf(64) } as const;

const vectors = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const;
const cases = vectors.flatMap(([seconds, sha1, sha256, sha512]) =>
  Object.entries({ sha1, sha256, sha512 }).map(([algorithm, code]) => [algorithm, seconds, code] as const),
);

const secret = base32(Buffer.from('an app that is tested'.slice(0, 20)));
const six: TotpParameters = { algorithm: 'sha1', digits: 6, period: 30 };
const start = 1_790_000_010_000;
const step = stepOf(start);
const at = (seconds: number) => start + seconds * 1_000;
const check = (guess: string, now: number, usedStep = -1, parameters = six) =>
  checkTotp(secret, parameters, guess, usedStep, now);
const codeOf = (offset: number) => codeOfStep({ secret }, step + offset);

describe('a code of an authenticator app', () => {
  it.each(cases)('is that of RFC 6238, appendix B: %s at %i s is %s', (algorithm, seconds, code) => {
    const parameters = { algorithm, digits: 8, period: 30 } as TotpParameters;
    const shared = secrets[algorithm as keyof typeof secrets];
    expect(checkTotp(shared, parameters, code, -1, seconds * 1_000)).toEqual({
      kind: 'right',
      step: Math.floor(seconds / 30),
    });
    expect(codeAt({ secret: shared, ...parameters }, seconds * 1_000)).toBe(code);
  });

  it('is the last six of the eight digits where six are wanted', () => {
    const seconds = 1_111_111_109;
    expect(checkTotp(secrets.sha1, six, '081804', -1, seconds * 1_000)).toMatchObject({ kind: 'right' });
    expect(checkTotp(secrets.sha1, six, '07081804', -1, seconds * 1_000)).toEqual({ kind: 'wrong' });
  });

  it.each([
    ['its own first millisecond', 0, 0, 'right'],
    ['its own last millisecond', 0, 29.999, 'right'],
    ['the first millisecond of the step before', 0, -30, 'right'],
    ['a millisecond before that', 0, -30.001, 'wrong'],
    ['the last millisecond of the step after', 0, 59.999, 'right'],
    ['a millisecond after that', 0, 60, 'wrong'],
  ] as const)('counts as it should at %s', (_when, offset, seconds, kind) => {
    expect(check(codeOf(offset), at(seconds)).kind).toBe(kind);
  });

  it('never counts again once its step was used, nor do those before it', () => {
    expect(check(codeOf(0), at(0), step)).toEqual({ kind: 'replayed' });
    expect(check(codeOf(-1), at(0), step)).toEqual({ kind: 'replayed' });
    expect(check(codeOf(1), at(0), step)).toEqual({ kind: 'right', step: step + 1 });
    expect(check(codeOf(0), at(0), step + 1)).toEqual({ kind: 'replayed' });
    expect(check(codeOf(1), at(0), step + 1)).toEqual({ kind: 'replayed' });
  });

  it('keeps its leading zeros', () => {
    const zero = Array.from({ length: 200 }, (_, offset) => offset).find((offset) => codeOf(offset).startsWith('0'));
    const now = at((zero ?? 0) * 30);
    const code = codeOf(zero ?? 0);
    expect(check(code, now).kind).toBe('right');
    expect(check(code.slice(1), now).kind).toBe('wrong');
    expect(check(`0${code}`, now).kind).toBe('wrong');
  });

  it('uses up the newest step that it fits, and none that is too old', () => {
    const guess = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -3, max: 3 }), fc.nat(29_999));
    fc.assert(
      fc.property(guess, ([offset, used, ms]) => {
        const now = start + ms;
        const usedStep = step + used;
        const fits = [1, 0, -1].filter((one) => codeOf(one) === codeOf(offset)).map((one) => step + one);
        const newest = fits[0];
        const expected =
          newest === undefined
            ? { kind: 'wrong' }
            : newest > usedStep
              ? { kind: 'right', step: newest }
              : { kind: 'replayed' };
        expect(check(codeOf(offset), now, usedStep)).toEqual(expected);
      }),
    );
  });

  it.each([15, 60, 120])('has steps of %i seconds where its secret says so', (period) => {
    const parameters = { ...six, period };
    const now = Math.floor(start / 1_000 / period) * period * 1_000;
    const code = codeAt({ secret, period }, now);
    expect(check(code, now, -1, parameters).kind).toBe('right');
    expect(check(code, now - period * 1_000, -1, parameters).kind).toBe('right');
    expect(check(code, now - period * 1_000 - 1, -1, parameters).kind).toBe('wrong');
  });
});

describe('the URI that an app scans', () => {
  const parameters: TotpParameters = { algorithm: 'sha256', digits: 8, period: 30 };

  it('is one of the Key URI format: issuer, name, secret, and what differs from the usual', () => {
    const uri = new URL(totpUri(secret, parameters, 'Acme & Söhne', 'ada+1@example.com'));
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp']);
    expect(decodeURIComponent(uri.pathname)).toBe('/Acme & Söhne:ada+1@example.com');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret,
      issuer: 'Acme & Söhne',
      algorithm: 'SHA256',
      digits: '8',
    });
  });

  it('parts the issuer from the name by the first colon, whatever both are called', () => {
    const uri = new URL(totpUri(secret, parameters, 'Acme: Web', 'urn:user:1'));
    expect(decodeURIComponent(uri.pathname).split(':')).toEqual(['/Acme  Web', 'urn', 'user', '1']);
    expect(uri.searchParams.get('issuer')).toBe('Acme  Web');
  });

  it('is read back as it was written', () => {
    const uri = totpUri(secret, parameters, 'Acme', 'ada');
    expect(readTotpUri(uri)).toEqual({ ok: true, secret, parameters, label: 'Acme:ada' });
  });

  it.each([
    ['otpauth://totp/ada?secret=JBSWY3DPEHPK3PXP', 'JBSWY3DPEHPK3PXP', six],
    ['OTPAUTH://TOTP/ada?secret=jbswy3dpehpk3pxp', 'JBSWY3DPEHPK3PXP', six],
    ['otpauth://totp/ada?secret=JBSW%20Y3DP-EHPK3PXP%3D%3D', 'JBSWY3DPEHPK3PXP', six],
    [
      'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&algorithm=SHA-512&digits=8&period=60',
      'JBSWY3DPEHPK3PXP',
      { algorithm: 'sha512', digits: 8, period: 60 },
    ],
  ])('of another system is taken, short as it is, from who allows it: %s', (uri, read, as) => {
    expect(readTotpUri(uri, true)).toMatchObject({ ok: true, secret: read, parameters: as });
  });

  it.each([
    ['of another type', 'otpauth://hotp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&counter=1', 'type totp'],
    ['of another scheme', 'https://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'otpauth'],
    ['that is none', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'otpauth'],
    ['without a secret', 'otpauth://totp/ada', 'base32'],
    ['with a secret of 15 bytes', `otpauth://totp/ada?secret=${'A'.repeat(24)}`, '16 to 64'],
    ['with a secret of 9 bytes', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PX', 'base32'],
    ['with a secret of 65 bytes', `otpauth://totp/ada?secret=${'A'.repeat(104)}`, 'base32'],
    ['with a secret of other letters', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PX1', 'base32'],
    ['with a secret that no bytes make', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPA', 'base32'],
    ['with another hash', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=MD5', 'SHA1'],
    ['with 7 digits', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=7', '6 or 8'],
    ['with no digits', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=', '6 or 8'],
    [
      'with digits in another notation',
      'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=0x8',
      '6 or 8',
    ],
    ['with a step of 14 seconds', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&period=14', 'period'],
    ['with a step of 121 seconds', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&period=121', 'period'],
    ['with a broken step', 'otpauth://totp/ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&period=30.5', 'period'],
    ['that is too long', `otpauth://totp/${'a'.repeat(2_048)}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP`, 'otpauth'],
  ])('is refused %s', (_what, uri, reason) => {
    expect(readTotpUri(uri)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('has 16 bytes or more, or 10 where short secrets are allowed', () => {
    const taken = (letters: number, allowShort?: boolean) =>
      readTotpUri(`otpauth://totp/ada?secret=${'A'.repeat(letters)}`, allowShort).ok;
    expect([26, 25, 24].map((letters) => taken(letters))).toEqual([true, false, false]);
    expect([16, 15].map((letters) => taken(letters, true))).toEqual([true, false]);
  });

  it('makes right codes of every secret that it lets in', () => {
    const bytes = fc.uint8Array({ minLength: 10, maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.constantFrom('SHA1', 'SHA256', 'SHA512'), fc.constantFrom(6, 8), (seed, hash, digits) => {
        const read = readTotpUri(`otpauth://totp/a?secret=${base32(seed)}&algorithm=${hash}&digits=${digits}`, true);
        if (!read.ok) throw new Error(read.reason);
        const code = codeAt({ secret: base32(seed), ...read.parameters }, start);
        expect(checkTotp(read.secret, read.parameters, code, -1, start).kind).toBe('right');
      }),
    );
  });
});
