import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { decodeEvent, encodeChain, encodeEvent, type RawRecord } from '#core/event.ts';

const subject = 'S'.repeat(22);
const envelope = { tenant: 'acme', subject, source: '/twofold/verifier', time: 1, causationId: 'c', actor: 'a' };
const [good] = encodeChain(
  [{ type: 'challenge-exhausted', about: 'thing', data: { challengeId: 'thing' } }],
  { life: 'L'.repeat(11), version: 0, head: '' },
  envelope,
) as [EncodedEvent];

const withHeaders = (headers: Record<string, unknown>): RawRecord =>
  ({ ...good, headers: { ...good.headers, ...headers } }) as RawRecord;
const without = (name: string): RawRecord => ({
  ...good,
  headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)),
});
const reasonOf = (record: RawRecord) => {
  const decoded = decodeEvent(record);
  return decoded.ok ? 'decoded' : decoded.reason;
};

describe('A record that is no event of ours is refused with a reason', () => {
  it.each<[string, RawRecord, string]>([
    ['no key', { ...good, key: null }, 'no-key'],
    ['an empty key', { ...good, key: '' }, 'no-key'],
    ['an empty key in bytes', { ...good, key: Buffer.alloc(0) }, 'no-key'],
    ['no value', { ...good, value: null }, 'no-value'],
    ['a value over 1 MiB', { ...good, value: Buffer.alloc(1_048_577, 'x') }, 'too-large'],
    ['a value over 1 MiB in fewer characters', { ...good, value: '€'.repeat(400_000) }, 'too-large'],
    ['a header that stands twice', withHeaders({ ce_id: [Buffer.from('a'), Buffer.from('b')] }), 'repeated-header'],
    ['any other header that stands twice', withHeaders({ x: ['a', 'b'] }), 'repeated-header'],
    ['a header without a value, as a list of none', withHeaders({ x: [] }), 'repeated-header'],
    ['no specversion', without('ce_specversion'), 'not-a-cloudevent'],
    ['another specversion', withHeaders({ ce_specversion: '0.3' }), 'not-a-cloudevent'],
    ['no headers at all', { ...good, headers: {} }, 'not-a-cloudevent'],
    ['no type', without('ce_type'), 'unknown-version'],
    ['a type of another system', withHeaders({ ce_type: 'com.example.thing' }), 'unknown-version'],
    ['a later version of a type', withHeaders({ ce_type: 'twofold.challenge-exhausted.v2' }), 'unknown-version'],
    ['a type that nobody knows', withHeaders({ ce_type: 'twofold.coffee-made.v1' }), 'unknown-type'],
    ['a property of every object as type', withHeaders({ ce_type: 'twofold.constructor.v1' }), 'unknown-type'],
    ['no id', without('ce_id'), 'malformed-envelope'],
    ['an empty id', withHeaders({ ce_id: '' }), 'malformed-envelope'],
    ['no tenant', without('ce_tenant'), 'malformed-envelope'],
    ['no time', without('ce_time'), 'malformed-envelope'],
    ['a time in words', withHeaders({ ce_time: 'yesterday' }), 'malformed-envelope'],
    ['a time as a number', withHeaders({ ce_time: '1790000000000' }), 'malformed-envelope'],
    ['a time that is only a year', withHeaders({ ce_time: '2026' }), 'malformed-envelope'],
    ['a time without a zone', withHeaders({ ce_time: '2026-01-01T00:00:00' }), 'malformed-envelope'],
    ['a time in month 13', withHeaders({ ce_time: '2026-13-01T00:00:00Z' }), 'malformed-envelope'],
    ['no version', without('ce_version'), 'malformed-envelope'],
    ['an empty version', withHeaders({ ce_version: '' }), 'malformed-envelope'],
    ['version 0', withHeaders({ ce_version: '0' }), 'malformed-envelope'],
    ['a version with a sign', withHeaders({ ce_version: '+1' }), 'malformed-envelope'],
    ['a version with a fraction', withHeaders({ ce_version: '1.5' }), 'malformed-envelope'],
    ['a version in hexadecimal', withHeaders({ ce_version: '0x1' }), 'malformed-envelope'],
    ['a version with an exponent', withHeaders({ ce_version: '1e3' }), 'malformed-envelope'],
    ['a version beyond what numbers hold', withHeaders({ ce_version: '9'.repeat(17) }), 'malformed-envelope'],
    ['an empty value', { ...good, value: '' }, 'malformed-json'],
    ['broken JSON', { ...good, value: '{' }, 'malformed-json'],
    ['a list', { ...good, value: '[]' }, 'malformed-json'],
    ['a text', { ...good, value: '"x"' }, 'malformed-json'],
    ['null', { ...good, value: 'null' }, 'malformed-json'],
    ['deep nesting', { ...good, value: '['.repeat(500_000) }, 'malformed-json'],
  ])('%s', (_what, record, reason) => {
    expect(reasonOf(record)).toBe(reason);
  });

  it('and never by throwing', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array().map(Buffer.from));
    const header = fc.oneof(part, fc.array(part, { maxLength: 3 }));
    const name = fc.oneof(fc.constantFrom(...Object.keys(good.headers), '__proto__', 'constructor'), fc.string());
    const record = fc.record({
      key: fc.option(part),
      value: fc.option(fc.oneof(part, fc.json())),
      headers: fc.dictionary(name, header),
      keep: fc.boolean(),
    });
    fc.assert(
      fc.property(record, ({ keep, ...raw }) => {
        const headers = keep ? { ...good.headers, ...raw.headers } : raw.headers;
        expect(decodeEvent({ ...raw, headers })).toHaveProperty('ok');
      }),
      { numRuns: 500 },
    );
  });
});

describe('A record that is an event of ours', () => {
  it('up to 1 MiB decodes', () => {
    const room = 1_048_576 - Buffer.byteLength('{"x":""}');
    expect(reasonOf({ ...good, value: JSON.stringify({ x: 'y'.repeat(room) }) })).toBe('decoded');
    expect(reasonOf({ ...good, value: JSON.stringify({ x: 'y'.repeat(room + 1) }) })).toBe('too-large');
  });

  it('decodes with headers and fields that nobody knows yet', () => {
    const decoded = decodeEvent({ ...withHeaders({ ce_later: 'x' }), value: '{"challengeId":"thing","later":1}' });
    expect(decoded).toMatchObject({ ok: true, event: { data: { challengeId: 'thing', later: 1 } } });
  });

  it.each(['2026-09-21T14:13:20Z', '2026-09-21T14:13:20.000Z', '2026-09-21T16:13:20.000+02:00'])(
    'decodes with the time %s',
    (time) => {
      expect(decodeEvent(withHeaders({ ce_time: time }))).toMatchObject({ event: { time: 1_790_000_000_000 } });
    },
  );

  it('needs no version where its type has no chain', () => {
    const encoded = encodeEvent({ type: 'delivery-sent', about: 'thing', data: {} }, { ...envelope, id: 'id' });
    expect(decodeEvent(encoded)).toMatchObject({ ok: true });
    expect(decodeEvent(encoded)).not.toHaveProperty('event.version');
  });

  it('is harmed by no property of every object, in headers or in data', () => {
    const headers: Record<string, string> = Object.create(null);
    Object.assign(headers, good.headers, { constructor: 'x', toString: 'x', hasOwnProperty: 'x' });
    Object.defineProperty(headers, '__proto__', { value: '{"polluted":true}', enumerable: true });
    const value = '{"challengeId":"thing","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const decoded = decodeEvent({ ...good, headers, value });
    expect(decoded).toMatchObject({ ok: true, event: { id: good.headers['ce_id'] } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(decoded.ok && (decoded.event.data as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
