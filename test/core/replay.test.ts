import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkChains, readLink, type Link } from '#core/chain.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { encodeChain, type Draft } from '#core/event.ts';
import { foldSubject } from '#core/replay.ts';

const subject = 'AAAAAAAAAAAAAAAAAAAAAA';
const challengeId = `${subject}.cBBBBBBBBBBBBBBBBBBBBBB`;
const hourMs = 3_600_000;
const counted = { destination: 'destination-digest' };

const requested: Draft = {
  type: 'challenge-requested',
  about: challengeId,
  data: {
    challengeId,
    channel: 'sms',
    purpose: 'verification',
    to: `kid.${'a'.repeat(40)}`,
    send: { number: 1, nonce: 'n'.repeat(22), kid: 'kid', expiresAt: hourMs, resendAvailableAt: 30_000, sendsLeft: 4 },
    counted,
    settingsVersion: 'p0.t0',
    digits: 6,
    attemptsMax: 5,
    sendsMax: 5,
    endsAtMax: hourMs,
  },
};
const rejected = (attemptsLeft: number): Draft => ({
  type: 'attempt-rejected',
  about: challengeId,
  data: { challengeId, attemptsLeft, failures: 5 - attemptsLeft },
});
const approved: Draft = {
  type: 'challenge-approved',
  about: challengeId,
  data: { challengeId, attemptsLeft: 3, proof: { jti: 'jti', iat: 1, exp: 301 }, counted },
};

const created: Draft = { type: 'account-created', about: subject, data: { userId: `kid.${'u'.repeat(40)}` } };
const exempted: Draft = { type: 'account-exempted', about: subject, data: {} };
const erased: Draft = { type: 'account-erased', about: subject, data: {} };

/** A life as the journal tells it, one command an event. */
function lifeOf(drafts: readonly Draft[], life = 'life0000000', key = subject): EncodedEvent[] {
  let at = { life, version: 0, head: '' };
  return drafts.flatMap((draft, index) => {
    const envelope = { tenant: 'acme', subject: key, source: '/twofold/test', actor: 'service:test' };
    const events = encodeChain([draft], at, { ...envelope, time: index, causationId: `command-${index}` });
    at = { life, version: index + 1, head: events[0]?.hash ?? '' };
    return events;
  });
}

function links(events: readonly EncodedEvent[]): Link[] {
  return events.map((event) => {
    const read = readLink(event);
    if (!read.ok) throw new Error(read.reason);
    return read.link;
  });
}

const [first, second, third, fourth] = lifeOf([requested, rejected(4), rejected(3), approved]) as [
  EncodedEvent,
  EncodedEvent,
  EncodedEvent,
  EncodedEvent,
];
const whole = [first, second, third, fourth];
const altered = (event: EncodedEvent): EncodedEvent => ({
  ...event,
  value: event.value.replace('"failures":1', '"failures":2'),
});
const forged = (event: EncodedEvent): EncodedEvent => ({
  ...event,
  headers: { ...event.headers, ce_actor: 'key:intruder' },
});

const faultsOf = (events: readonly EncodedEvent[]) =>
  checkChains(links(events)).faults.map(({ kind, version, until }) => [
    kind,
    version,
    ...(until === undefined ? [] : [until]),
  ]);

describe('a chain', () => {
  it.each<[string, readonly EncodedEvent[], unknown[]]>([
    ['is whole when every version is there once', whole, []],
    ['may be told again anywhere', [first, second, first, second, third, fourth, second], []],
    ['may have lost its beginning', [third, fourth], []],
    ['may not have lost its middle', [first, fourth], [['missing', 2, 3]]],
    ['shows an altered event by its successor', [first, altered(second), third, fourth], [['broken-link', 3]]],
    ['shows an altered envelope as well', [first, forged(second), third, fourth], [['broken-link', 3]]],
    [
      'shows a second event of one id as a fork and keeps the first',
      [...whole.slice(0, 2), forged(second), third, fourth],
      [['fork', 2]],
    ],
    ['shows an event built on nothing', [first, ...lifeOf([approved, approved]).slice(1)], [['broken-link', 2]]],
    ['tells that a successor came first', [first, third, second, fourth], [['out-of-order', 2]]],
    ['tells that its beginning came later', [second, first, third, fourth], [['out-of-order', 1]]],
    [
      'compares what came too late with what was built on it',
      [first, third, altered(second), fourth],
      [
        ['broken-link', 3],
        ['out-of-order', 2],
      ],
    ],
    [
      'is not confused by one event far beyond its end',
      [
        first,
        { ...fourth, headers: { ...fourth.headers, ce_id: `${subject}.life0000000.999`, ce_version: '999' } },
        second,
        third,
        fourth,
      ],
      [['missing', 5, 998]],
    ],
  ])('%s', (_sentence, events, faults) => {
    expect(faultsOf(events)).toEqual(faults);
  });

  it('counts what it has seen', () => {
    const other = lifeOf([requested], 'life1111111');
    expect(checkChains(links([...whole, first, ...other]))).toMatchObject({
      events: 5,
      duplicates: 1,
      subjects: 1,
      lives: 2,
      cut: 0,
    });
    expect(checkChains(links([third, fourth]))).toMatchObject({ events: 2, lives: 1, cut: 1 });
  });

  it('of a later life must begin at 1, because nothing is cut behind what is still there', () => {
    const later = lifeOf([requested, approved], 'life1111111');
    expect(faultsOf([...whole, ...later])).toEqual([]);
    expect(faultsOf([...whole, ...later.slice(1)])).toEqual([['missing', 1, 1]]);
  });

  it('ends when another life of its subject begins', () => {
    const later = lifeOf([requested], 'life1111111');
    expect(faultsOf([first, second, ...later, first, third])).toEqual([['two-lives', 3]]);
  });

  it('holds, whatever is told again wherever', () => {
    const again = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 });
    fc.assert(
      fc.property(again, (repetitions) => {
        const told = [...whole];
        for (const [what, where] of repetitions) {
          const place = 1 + (where % told.length);
          const repeated = told[what % place] as EncodedEvent;
          told.splice(place, 0, repeated);
        }
        expect(faultsOf(told)).toEqual([]);
      }),
    );
  });

  it('shows every single byte of an event that is not the last', () => {
    const event = fc.constantFrom(first, second, third);
    fc.assert(
      fc.property(event, fc.nat(), fc.integer({ min: 1, max: 9 }), (changed, where, by) => {
        const at = where % changed.value.length;
        const byte = String.fromCharCode(((changed.value.charCodeAt(at) - 32 + by) % 95) + 32);
        const value = changed.value.slice(0, at) + byte + changed.value.slice(at + 1);
        const told = whole.map((one) => (one === changed ? { ...one, value } : one));
        const readable = told.filter((one) => readLink(one).ok);
        expect(told.length - readable.length + faultsOf(readable).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('an id', () => {
  it.each([
    ['another subject', `BBBBBBBBBBBBBBBBBBBBBB.life0000000.1`, '1'],
    ['another version', `${subject}.life0000000.2`, '1'],
    ['no life', `${subject}.1`, '1'],
  ])('that names %s is refused', (_what, id, version) => {
    const event = { ...first, headers: { ...first.headers, ce_id: id, ce_version: version } };
    expect(readLink(event)).toEqual({ ok: false, reason: 'wrong-id' });
  });
});

describe('folding a subject', () => {
  const fold = (events: readonly EncodedEvent[]) => foldSubject(links(events));

  it('gives its document with the head that its next event will be built on', () => {
    const folded = fold(whole);
    expect(folded).toMatchObject({ life: 'life0000000', version: 4, head: fourth.hash, past: [] });
    const challenge = { id: challengeId, attempts: 2, state: { kind: 'approved', at: 3 } };
    expect(folded?.document).toMatchObject({ challenges: [challenge], failures: 0 });
  });

  it.each<[string, readonly EncodedEvent[]]>([
    ['repetitions', [first, first, second, third, second, fourth, first]],
    ['the second of a fork', [first, second, forged(second), third, fourth]],
    ['an event that was built on nothing', [first, ...lifeOf([approved, approved]).slice(1), second, third, fourth]],
    [
      'repetitions of a life that is over',
      [...lifeOf([requested, approved], 'life9999999'), ...whole, ...lifeOf([requested], 'life9999999')],
    ],
  ])('is not changed by %s', (_what, events) => {
    expect(fold(events)).toMatchObject({ document: fold(whole)?.document, head: fourth.hash });
  });

  it.each<[string, readonly EncodedEvent[], number]>([
    ['an altered event', [first, altered(second), third, fourth], 2],
    ['a gap', [first, third, fourth], 1],
  ])('ends at %s', (_what, events, version) => {
    expect(fold(events)).toMatchObject({ version });
  });

  it('begins anew with the next life', () => {
    const folded = fold([...whole, ...lifeOf([requested], 'life1111111')]);
    expect(folded).toMatchObject({ life: 'life1111111', version: 1, past: ['life0000000'] });
    expect(folded?.document).toMatchObject({ commands: [{ did: 'request' }] });
  });

  it('has no document where the beginning is cut, but knows the head', () => {
    expect(fold([third, fourth])).toMatchObject({ version: 4, head: fourth.hash, document: undefined });
  });

  it('gives nothing of nothing', () => {
    expect(fold([])).toBeUndefined();
  });

  it('takes the rules of what the subject is', () => {
    const founded: Draft = { type: 'tenant-created', about: 'acme', data: { tenantId: 'acme', name: 'Acme' } };
    const tenant = foldSubject(links(lifeOf([founded], 'life0000000', 'tenant:acme')));
    expect(tenant).toMatchObject({ document: { kind: 'tenant', name: 'Acme' }, expiresAt: 0 });
    const born: Draft = { type: 'platform-created', about: 'platform', data: { keyCheck: 'check' } };
    const platform = foldSubject(links(lifeOf([born], 'life0000000', 'platform')));
    expect(platform).toMatchObject({ document: { kind: 'platform', keyCheck: 'check' } });
  });

  it('tells an account from a bare address, whose subjects look alike, by the first event', () => {
    const folded = fold(lifeOf([created, requested]));
    expect(folded).toMatchObject({ kind: 'account', document: { kind: 'account', challenges: [{ id: challengeId }] } });
    expect(fold(whole)).toMatchObject({ kind: 'address', document: { kind: 'address' } });
  });

  it('tells an account whose beginning is cut by the first event that no address has', () => {
    const life = lifeOf([created, requested, approved, exempted]);
    expect(fold(life.slice(1, 3))).toMatchObject({ kind: 'address', document: undefined });
    expect(fold(life.slice(1))).toMatchObject({ kind: 'account', document: undefined, version: 4, erased: false });
  });

  it.each<[string, number]>([
    ['whole', 0],
    ['cut at its beginning', 2],
    ['cut to its very end', 3],
  ])('keeps nothing of an erased account, its chain %s', (_what, from) => {
    const life = lifeOf([created, requested, approved, erased]).slice(from);
    const folded = fold(life);
    expect(folded).toMatchObject({ kind: 'account', erased: true, document: undefined, version: 4 });
    expect(folded?.head).toBe(life.at(-1)?.hash);
  });

  it('lets nothing follow an erasure but another life', () => {
    const life = lifeOf([created, erased, exempted]);
    expect(fold(life)).toMatchObject({ erased: true, version: 2 });
    const again = fold([...life, ...lifeOf([created], 'life1111111'), ...life]);
    expect(again).toMatchObject({ life: 'life1111111', erased: false, version: 1, past: ['life0000000'] });
    expect(again?.document).toMatchObject({ kind: 'account', commands: [{ did: 'account-created' }] });
  });
});
