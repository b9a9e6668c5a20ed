import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chainHash,
  decodeEvent,
  encodeChain,
  encodeEvent,
  encodeReaction,
  type Draft,
  type Event,
} from '#core/event.ts';
import { events, type EventName } from '#schemas/index.ts';

const subject = 'S'.repeat(22);
const about = `${subject}.c${'C'.repeat(22)}`;
const draft: Draft = { type: 'challenge-exhausted', about, data: { challengeId: about } };
const envelope = {
  tenant: 'acme',
  subject,
  source: '/twofold/verifier',
  time: 1_790_000_000_123,
  causationId: 'command-1',
  actor: 'key:abcdefgh',
};
const at = { life: 'L'.repeat(11), version: 0, head: '' };

/** The chain hash written out field by field, apart from the product. */
function hashByHand(fields: readonly string[]): string {
  const hash = createHash('sha256');
  for (const field of fields) {
    const bytes = Buffer.from(field, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('hex');
}

describe('An encoded event', () => {
  it('is a CloudEvent in binary mode, keyed by its subject, on the topic of its type', () => {
    const [encoded] = encodeChain([draft], at, { ...envelope, traceparent: '00-1-2-01' });
    expect(encoded).toMatchObject({
      topic: 'twofold.journal',
      key: subject,
      value: JSON.stringify(draft.data),
      version: 1,
      headers: {
        ce_specversion: '1.0',
        ce_id: `${subject}.${at.life}.1`,
        ce_type: 'twofold.challenge-exhausted.v1',
        ce_source: '/twofold/verifier',
        ce_subject: about,
        ce_tenant: 'acme',
        ce_time: '2026-09-21T14:13:20.123Z',
        ce_version: '1',
        ce_prev: '',
        ce_causationid: 'command-1',
        ce_actor: 'key:abcdefgh',
        'content-type': 'application/json',
        traceparent: '00-1-2-01',
      },
    });
    expect(Object.keys(encoded?.headers ?? {})).toHaveLength(13);
  });

  it('carries no header for what it does not have', () => {
    const { headers } = encodeEvent(draft, { ...envelope, id: 'id' });
    expect(Object.keys(headers)).toEqual(expect.not.arrayContaining(['ce_version', 'ce_prev', 'traceparent']));
  });

  it('of a message goes to the topic of its channel', () => {
    const topicOf = (channel: string) =>
      encodeEvent({ type: 'message-rendered', about, data: { channel } }, { ...envelope, id: 'id' }).topic;
    expect([topicOf('sms'), topicOf('email')]).toEqual(['twofold.messages.sms', 'twofold.messages.email']);
  });
});

describe('The chain hash', () => {
  const [first, second] = encodeChain([draft, draft], at, { ...envelope, traceparent: '00-1-2-01' });

  it('is SHA-256 over the attributes in their order and the value, length-prefixed', () => {
    expect(first?.hash).toBe(
      hashByHand([
        '1.0',
        `${subject}.${at.life}.1`,
        'twofold.challenge-exhausted.v1',
        '/twofold/verifier',
        about,
        'acme',
        '2026-09-21T14:13:20.123Z',
        '1',
        '',
        'command-1',
        'key:abcdefgh',
        'application/json',
        JSON.stringify(draft.data),
      ]),
    );
  });

  it('is the same for the same event for ever: another would break every chain in the log', () => {
    expect(first?.hash).toBe('3f90efe3a8ae2efb16f70f9bda539caa9a8b186c4cda010c41b5f99c87733426');
  });

  it('of each event stands in the next one', () => {
    expect(second?.headers['ce_prev']).toBe(first?.hash);
    expect(second?.headers['ce_id']).toBe(`${subject}.${at.life}.2`);
    expect(second?.version).toBe(2);
    const [third] = encodeChain([draft], { life: at.life, version: 2, head: second?.hash ?? '' }, envelope);
    expect(third?.headers).toMatchObject({ ce_version: '3', ce_prev: second?.hash });
  });

  it('changes with every attribute and with the value, and not with the trace', () => {
    const { headers, value, hash } = first as NonNullable<typeof first>;
    const changed = Object.keys(headers).filter((name) => chainHash({ ...headers, [name]: 'x' }, value) !== hash);
    expect(changed).toEqual(Object.keys(headers).filter((name) => name !== 'traceparent'));
    expect(chainHash(headers, `${value} `)).not.toBe(hash);
    expect(chainHash({ ...headers, other: 'x' }, value)).toBe(hash);
  });
});

describe("A worker's event", () => {
  const cause: Event = {
    id: 'cause-id',
    type: 'challenge-requested',
    source: '/twofold/gateway',
    about,
    tenant: 'acme',
    time: 1,
    causationId: 'c',
    actor: 'a',
    subject,
    data: {},
  };
  const from = { source: '/twofold/template-worker', actor: 'service:template-worker', time: 2 };
  const failed: Draft = { type: 'delivery-failed', about, data: { reason: 'expired' } };

  it('has an id that its cause, its type and its ordinal make, so that a repetition is the same event', () => {
    const fields = Buffer.from('\0\0\0\x08cause-id\0\0\0\x0fdelivery-failed\0\0\0\x010');
    const expected = createHash('sha256').update(fields).digest().subarray(0, 16).toString('base64url');
    expect(encodeReaction(failed, cause, from).headers['ce_id']).toBe(expected);
    expect(encodeReaction(failed, cause, { ...from, time: 99 }).headers['ce_id']).toBe(expected);
    const others = [
      encodeReaction({ ...failed, type: 'delivery-sent' }, cause, from),
      encodeReaction(failed, { ...cause, id: 'cause-ie' }, from),
      encodeReaction(failed, cause, from, 1),
    ];
    expect(new Set([expected, ...others.map(({ headers }) => headers['ce_id'])]).size).toBe(4);
  });

  it('is about the same subject and tenant and names its cause, with no place in a chain', () => {
    const { headers, key, topic } = encodeReaction(failed, cause, from);
    expect([key, topic]).toEqual([subject, 'twofold.deliveries']);
    expect(headers).toMatchObject({ ce_tenant: 'acme', ce_causationid: 'cause-id', ce_actor: from.actor });
    expect(headers).not.toHaveProperty('ce_version');
  });
});

describe('An event that was encoded', () => {
  const names = Object.keys(events) as EventName[];
  const word = fc.stringMatching(/^[A-Za-z0-9:/._-]{1,40}$/);
  const anyEvent = fc.record({
    type: fc.constantFrom(...names),
    about: word,
    tenant: word,
    source: word,
    causationId: word,
    actor: word,
    time: fc.integer({ min: 0, max: 253_402_300_799_999 }),
    version: fc.integer({ min: 1, max: 1_000_000 }),
    data: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
  });

  it('decodes to what it was, from texts and from bytes', () => {
    fc.assert(
      fc.property(anyEvent, ({ type, about: thing, version, data, ...rest }) => {
        const { chained } = events[type];
        const given = { ...data, channel: 'sms' };
        const place = chained ? { version, prev: version === 1 ? '' : 'f'.repeat(64) } : {};
        const encoded = encodeEvent({ type, about: thing, data: given }, { ...rest, subject, id: 'the-id', ...place });
        const expected = {
          ok: true,
          event: {
            id: 'the-id',
            type,
            about: thing,
            subject,
            ...rest,
            ...place,
            data: JSON.parse(JSON.stringify(given)),
          },
        };
        expect(decodeEvent(encoded)).toEqual(expected);
        const bytes = Object.entries(encoded.headers).map(([name, text]) => [name, Buffer.from(text)]);
        expect(
          decodeEvent({
            key: Buffer.from(encoded.key),
            value: Buffer.from(encoded.value),
            headers: Object.fromEntries(bytes),
          }),
        ).toEqual(expected);
      }),
    );
  });
});
