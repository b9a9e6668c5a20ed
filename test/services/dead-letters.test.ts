import { describe, expect, it } from 'vitest';
import { readDeadLetter, toDeadLetter, toRedriven } from '#runtime/dead-letters.ts';
import type { HeaderValue, LogRecord, OutgoingRecord } from '#storage/log.ts';

const why = { reason: 'malformed-json', group: 'template-worker', attempts: 3 };

function recordOf(change: Partial<LogRecord> = {}): LogRecord {
  return {
    topic: 'twofold.journal',
    partition: 4,
    offset: 17n,
    appendedAt: 0,
    key: Buffer.from('key'),
    headers: { ce_id: Buffer.from('id'), twice: [Buffer.from('a'), Buffer.from('b')] },
    value: Buffer.from('not json'),
    ...change,
  };
}

/** As it comes out of the log again. */
function appended({ key, value, headers, topic }: OutgoingRecord): LogRecord {
  const bytes = (held: HeaderValue) => (Array.isArray(held) ? held.map((one) => Buffer.from(one)) : Buffer.from(held));
  const read = Object.fromEntries(Object.entries(headers).map(([name, held]) => [name, bytes(held)]));
  const buffer = (held: string | Buffer | null) => (held === null ? null : Buffer.from(held));
  return { topic, partition: 0, offset: 1n, appendedAt: 0, key: buffer(key), value: buffer(value), headers: read };
}

const bytesOf = ({ key, value, headers }: LogRecord) =>
  (key?.length ?? 0) +
  (value?.length ?? 0) +
  Object.entries(headers).reduce((sum, [name, held]) => sum + name.length + Buffer.concat([held].flat()).length, 0);

describe('a dead letter', () => {
  it('is the record with its reason, origin, group and tries beside it', () => {
    const letter = toDeadLetter(recordOf(), why);
    expect(letter).toMatchObject({
      topic: 'twofold.dead-letters',
      key: Buffer.from('key'),
      value: Buffer.from('not json'),
    });
    expect(letter.headers).toMatchObject(recordOf().headers);
    expect(readDeadLetter(appended(letter))).toEqual({
      reason: 'malformed-json',
      topic: 'twofold.journal',
      partition: '4',
      offset: '17',
      group: 'template-worker',
      attempts: '3',
    });
  });

  it('carries no header by which the record itself claims to be a dead letter', () => {
    const headers = { dl_reason: Buffer.from('forged'), dl_omitted_bytes: Buffer.from('1') };
    const letter = appended(toDeadLetter(recordOf({ headers }), why));
    expect(readDeadLetter(letter)).toMatchObject({ reason: 'malformed-json', omittedBytes: undefined });
  });

  it.each([
    ['value', { value: Buffer.alloc(3_000_000, 'x') }],
    ['headers', { headers: { ce_id: Buffer.from('id'), large: Buffer.alloc(2_000_000, 'x') } }],
    [
      'headers in number',
      { headers: Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`h${i}`, Buffer.alloc(200)])) },
    ],
    ['repeated headers', { headers: { many: Array.from({ length: 5_000 }, () => Buffer.alloc(250)) } }],
    ['key', { key: Buffer.alloc(1_100_000) }],
  ])('fits into a topic of any broker when its %s would not', (_part, change: Partial<LogRecord>) => {
    const letter = appended(toDeadLetter(recordOf(change), why));
    expect(bytesOf(letter)).toBeLessThan(20_000);
    expect(letter.value).toBeNull();
    expect(readDeadLetter(letter)).toMatchObject({ reason: 'malformed-json', offset: '17' });
    expect(Number(readDeadLetter(letter)?.omittedBytes)).toBe(bytesOf(recordOf(change)));
  });

  it('names the digest of a value that was left out, and keeps the id', () => {
    const letter = appended(toDeadLetter(recordOf({ value: Buffer.alloc(1_048_577, 'x') }), why));
    expect(String(letter.headers.ce_id)).toBe('id');
    expect(String(letter.headers.dl_sha256)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps a value of a million bytes whole, the most that librdkafka sends by default', () => {
    const value = Buffer.alloc(1_000_000, 'x');
    expect(toDeadLetter(recordOf({ value }), why).value).toBe(value);
  });
});

describe('a redriven record', () => {
  it('is the record as it was, with the time of the redrive as its only new header', () => {
    const redriven = toRedriven(appended(toDeadLetter(recordOf(), why)), Date.parse('2026-05-01T10:00:00Z'));
    const { topic, key, value, headers } = recordOf();
    expect(redriven).toEqual({
      topic,
      key,
      value,
      headers: { ...headers, dl_redriven_at: '2026-05-01T10:00:00.000Z' },
    });
  });

  it('shows in its next dead letter that it was tried before', () => {
    const redriven = toRedriven(appended(toDeadLetter(recordOf(), why)), 0);
    if (!redriven) throw new Error('expected a record');
    const again = toDeadLetter({ ...appended(redriven), offset: 99n }, { ...why, reason: 'handler-failed' });
    expect(readDeadLetter(appended(again))).toMatchObject({
      reason: 'handler-failed',
      offset: '99',
      redrivenAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it('is refused for anything but a whole dead letter of one of the topics that workers read', () => {
    const large = toDeadLetter(recordOf({ value: Buffer.alloc(2_000_000) }), why);
    const foreign = toDeadLetter(recordOf({ topic: 'somebody.elses' }), why);
    const circular = toDeadLetter(recordOf({ topic: 'twofold.dead-letters' }), why);
    expect([large, foreign, circular].map((letter) => toRedriven(appended(letter), 0))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(toRedriven(recordOf(), 0)).toBeUndefined();
  });
});
