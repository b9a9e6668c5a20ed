import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, platformSubject, subjectOf, subjectOfThing, tenantSubject, thingId } from '#core/subject.ts';

const key = Buffer.alloc(32, 5);
const subject = subjectOf(key, 'address', 'acme', 'ada@example.com');
const id = thingId(subject, 'c', Buffer.alloc(16, 255));

describe('A subject', () => {
  it('is 22 characters of a keyed digest over kind, tenant and value', () => {
    const fields = ['0000000761646472657373', '0000000461636d65', '0000000f616461406578616d706c652e636f6d'];
    const digest = createHmac('sha256', key)
      .update(Buffer.from(fields.join(''), 'hex'))
      .digest();
    expect(subject).toBe(digest.subarray(0, 16).toString('base64url'));
    expect(subject).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('differs by kind, tenant, value and key', () => {
    const others = [
      subjectOf(key, 'account', 'acme', 'ada@example.com'),
      subjectOf(key, 'address', 'acm', 'eada@example.com'),
      subjectOf(key, 'address', 'acme', 'ada@example.org'),
      subjectOf(Buffer.alloc(32, 6), 'address', 'acme', 'ada@example.com'),
    ];
    expect(new Set([subject, ...others]).size).toBe(5);
  });

  it('is the same for the same text, however its accents are written', () => {
    expect(subjectOf(key, 'account', 'acme', 'Zoe\u0308')).toBe(subjectOf(key, 'account', 'acme', 'Zo\u00eb'));
  });

  it('of a tenant or the platform is its name', () => {
    expect(tenantSubject('acme')).toBe('tenant:acme');
    expect(platformSubject).toBe('platform');
  });
});

describe('The id of a thing', () => {
  it('begins with its subject, so that it finds its record', () => {
    expect(id).toBe(`${subject}.c_____________________w`);
    expect(subjectOfThing(id, 'c')).toBe(subject);
  });

  it('finds nothing as a thing of another kind', () => {
    expect((['e', 'l', 'm'] as const).map((kind) => subjectOfThing(id, kind))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a subject alone', subject],
    ['one character less', id.slice(0, -1)],
    ['one character more', `${id}A`],
    ['a line after it', `${id}\n`],
    ['a space before it', ` ${id}`],
    ['another alphabet', id.replace('_', '+')],
    ['no dot', id.replace('.', '-')],
    ['a tenant', 'tenant:acme'],
    ['a property of every object', '__proto__'],
  ])('is none with %s', (_what, text) => {
    expect(subjectOfThing(text, 'c')).toBeUndefined();
  });

  it('is none for any text that does not look like one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(subjectOfThing(text, 'c')).toBeUndefined();
      }),
    );
  });
});

describe('A bucket', () => {
  it('is the first byte of the digest that a subject is, in two hex digits', () => {
    expect(bucketOf('AAAAAAAAAAAAAAAAAAAAAA')).toBe('00');
    expect(bucketOf('_wAAAAAAAAAAAAAAAAAAAA')).toBe('ff');
    expect(bucketOf('BwAAAAAAAAAAAAAAAAAAAA')).toBe('07');
  });

  it('of a tenant or the platform is that of the SHA-256 of its name', () => {
    const firstByte = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 2);
    expect(bucketOf('tenant:acme')).toBe(firstByte('tenant:acme'));
    expect(bucketOf('platform')).toBe(firstByte('platform'));
  });

  it('takes subjects evenly: of 4,096 none of 256 buckets gets none or more than three times its share', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 4_096; index += 1) {
      const bucket = bucketOf(subjectOf(key, 'address', 'acme', `person-${index}`));
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect(counts.size).toBe(256);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(48);
  });
});
