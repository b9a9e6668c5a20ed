import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '#storage/kafka/murmur2.ts';

/** From kafka-clients' own test, UtilsTest.testMurmur2. */
const known: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
];

describe('the hash of a key', () => {
  it.each(known)('of %s is what every Kafka client computes', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('takes bytes and not characters, and any length', () => {
    expect(murmur2(Buffer.from([0x61, 0x62, 0x63]))).toBe(479470107);
    const lengths = Array.from({ length: 9 }, (_, length) => murmur2(Buffer.alloc(length, 0xff)));
    expect(new Set(lengths).size).toBe(9);
  });

  it('gives a partition for negative hashes too', () => {
    for (const [key] of known) {
      expect(partitionOf(Buffer.from(key), 12)).toBeGreaterThanOrEqual(0);
      expect(partitionOf(Buffer.from(key), 12)).toBeLessThan(12);
    }
  });
});
