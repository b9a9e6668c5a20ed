import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subjectOf } from '#core/subject.ts';
import { readAddress } from '#runtime/address-request.ts';
import { Problem } from '#runtime/errors.ts';
import { openKeyRing } from '#runtime/keys.ts';

const keys = openKeyRing({ masterKeys: [Buffer.alloc(32, 1)], purposes: ['subject', 'destination'] });
const read = (to: string, clientIp?: string, channel: 'sms' | 'email' = 'email', tenant = 'acme') =>
  readAddress(keys, tenant, { channel, to, clientIp });
const networkDigest = (clientIp: string) => read('ada@example.com', clientIp).counted.clientIp;

function digestByHand(...fields: readonly string[]): string {
  const mac = createHmac('sha256', keys.newest('destination').key);
  for (const field of fields) mac.update(Buffer.of(0, 0, 0, Buffer.byteLength(field))).update(field);
  return mac.digest().subarray(0, 16).toString('base64url');
}

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('An address in a request', () => {
  it('is normalised; its subject and what limits count are digests', () => {
    expect(read('+1 (415) 555-0132', '192.0.2.1', 'sms')).toEqual({
      address: '+14155550132',
      country: 'US',
      subject: subjectOf(keys.newest('subject').key, 'address', 'acme', '+14155550132'),
      counted: {
        destination: digestByHand('destination', '+14155550132'),
        prefix: digestByHand('prefix', '+1415555'),
        clientIp: digestByHand('client-ip', '192.0.2.1'),
      },
    });
    expect(read('Ada@Example.com').counted).toEqual({ destination: digestByHand('destination', 'ada@example.com') });
  });

  it('keeps its letter case for the message, and is the same address without it', () => {
    const [plain, loud] = [read('ada@example.com'), read('ADA@EXAMPLE.COM')];
    expect(loud.address).toBe('ADA@example.com');
    expect([loud.subject, loud.counted]).toEqual([plain.subject, plain.counted]);
  });

  it('is another subject for another tenant, and the same destination for all', () => {
    const [acme, globex] = [read('ada@example.com'), read('ada@example.com', undefined, 'email', 'globex')];
    expect(globex.subject).not.toBe(acme.subject);
    expect(globex.counted.destination).toBe(acme.counted.destination);
  });

  it('that is none is refused, every wrong field at once and none of them repeated', () => {
    const { code, extras, message } = problemOf(() => read('nobody-here', 'nowhere'));
    expect(code).toBe('malformed-request');
    expect(extras).toEqual({
      errors: [
        { field: 'to', message: 'must be one email address, such as name@example.com' },
        { field: 'clientIp', message: 'must be an IPv4 or IPv6 address' },
      ],
    });
    expect(JSON.stringify([extras, message])).not.toMatch(/nobody-here|nowhere/);
    expect(problemOf(() => read('ada@example.com', '')).extras).toMatchObject({ errors: [{ field: 'clientIp' }] });
    expect(problemOf(() => read('12', '192.0.2.1', 'sms')).extras).toMatchObject({ errors: [{ field: 'to' }] });
  });

  it.each([
    '192.0.2.256',
    '192.0.2',
    '192.0.2.1/24',
    '192.0.2.1:80',
    '01.2.3.4',
    '2001:db8::g',
    '[::1]',
    'localhost',
    '::1\n',
  ])('comes from no client IP %j', (clientIp) => {
    expect(problemOf(() => read('ada@example.com', clientIp)).extras).toMatchObject({
      errors: [{ field: 'clientIp' }],
    });
  });
});

describe('A client is counted', () => {
  it.each([
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff'],
    ['2001:db8:0:1::1', '2001:0DB8:0000:0001::2'],
    ['2001:db8::', '2001:db8:0:0:1::'],
    ['::1', '::2'],
    ['fe80::1%eth0', 'fe80::2'],
    ['192.0.2.1', '::ffff:192.0.2.1'],
    ['192.0.2.1', '::ffff:c000:201'],
    ['192.0.2.1', '0:0:0:0:0:FFFF:192.0.2.1'],
    ['1:2:3:4::', '1:2:3:4:5:6:192.0.2.1'],
  ])('by its network: %s and %s are one', (one, other) => {
    expect(networkDigest(other)).toBe(networkDigest(one));
  });

  it.each([
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8:0:1::', '2001:db8:0:2::'],
    ['2001:db8::', '2001:db9::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['::', '192.0.2.1'],
    ['1::', '0:1::'],
  ])('by its network: %s and %s are two', (one, other) => {
    expect(networkDigest(other)).not.toBe(networkDigest(one));
  });

  it('by the first four groups of any IPv6 address, however it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(groups.slice(0, 5).some((group) => group !== 0));
        const long = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const first = groups.slice(0, 4).map((group) => group.toString(16));
        expect(networkDigest(long)).toBe(digestByHand('client-ip', first.join(':')));
      }),
    );
  });
});
