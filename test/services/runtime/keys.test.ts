import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { kidOf, openKeyRing, purposes, type Purpose } from '#runtime/keys.ts';

const master = (byte: number) => Buffer.alloc(32, byte);
const openAll = (masterKeys: readonly Buffer[], purposeKeys: Partial<Record<Purpose, readonly Buffer[]>> = {}) =>
  openKeyRing({ masterKeys, purposeKeys, purposes });

describe('A key ring', () => {
  it('expands the master key into one key per purpose by HKDF-SHA256', () => {
    const ring = openAll([master(1)]);
    const expected = Buffer.from(hkdfSync('sha256', master(1), '', 'twofold/otp/v1', 32));
    expect(ring.newest('otp').key).toEqual(expected);
    const keys = purposes.map((purpose) => ring.newest(purpose).key.toString('hex'));
    expect(new Set([...keys, master(1).toString('hex')]).size).toBe(purposes.length + 1);
  });

  it('names a key by a digest that tells nothing of it, the same for the same key', () => {
    const bytes = Buffer.concat([Buffer.of(0, 0, 0, 14), Buffer.from('twofold/kid/v1')]);
    const expected = createHmac('sha256', master(1)).update(bytes).digest('base64url').slice(0, 8);
    expect(kidOf(master(1))).toBe(expected);
    expect(openAll([master(1)]).newest('otp').kid).toBe(expected);
    expect(expected).toMatch(/^[A-Za-z0-9_-]{8}$/);
    expect(kidOf(master(2))).not.toBe(expected);
  });

  it('makes new things with the first key and reads old ones with any', () => {
    const ring = openAll([master(2), master(1)]);
    const old = openAll([master(1)]).newest('address');
    expect(ring.newest('address').kid).toBe(kidOf(master(2)));
    expect(ring.byKid('address', old.kid)).toEqual(old.key);
    expect(ring.all('address').map(({ kid }) => kid)).toEqual([kidOf(master(2)), kidOf(master(1))]);
    expect(ring.byKid('address', 'unknown0')).toBeUndefined();
  });

  it.each(['subject', 'destination'] as const)('never rotates %s: it stays the last key', (purpose) => {
    const [ring, first] = [openAll([master(3), master(2), master(1)]), openAll([master(1)])];
    expect(ring.all(purpose)).toEqual(first.all(purpose));
    expect(ring.newest(purpose)).toEqual(first.newest(purpose));
    const own = openAll([master(9)], { [purpose]: [master(5), master(4)] });
    expect(own.newest(purpose).key).toEqual(master(4));
    expect(own.byKid(purpose, kidOf(master(5)))).toBeUndefined();
  });

  it("takes a purpose's own keys where they are given, as they are", () => {
    const ring = openAll([master(1)], { otp: [master(8), master(7)] });
    expect(ring.all('otp')).toEqual([
      { kid: kidOf(master(8)), key: master(8) },
      { kid: kidOf(master(7)), key: master(7) },
    ]);
    expect(ring.newest('params').kid).toBe(kidOf(master(1)));
    expect(openAll([master(1)], { otp: [] }).newest('otp').kid).toBe(kidOf(master(1)));
  });

  it('has nothing of a purpose that the service was not given, and says so', () => {
    const ring = openKeyRing({ masterKeys: [master(1)], purposes: ['subject', 'address'] });
    const missing = 'this service was not given a key for otp';
    expect(() => ring.newest('otp')).toThrow(missing);
    expect(() => ring.byKid('otp', kidOf(master(1)))).toThrow(missing);
    expect(() => ring.all('otp')).toThrow(missing);
    expect(() => openKeyRing({ masterKeys: [], purposes }).newest('otp')).toThrow(missing);
    expect(ring.newest('address').key).toHaveLength(32);
  });
});
