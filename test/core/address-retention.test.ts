import { describe, expect, it } from 'vitest';
import { addressDecider, type AddressDocument } from '#core/address-document.ts';
import {
  approved,
  canceled,
  challenge,
  dayMs,
  given,
  minuteMs,
  rejected,
  requested,
  resent,
  suspicious,
  t0,
} from '../support/challenges.ts';
import { fold, type Told } from '../support/given.ts';

const namesOf = (document: AddressDocument | undefined) => document?.challenges.map(({ id }) => id) ?? [];
const expiryOf = (...history: readonly Told[]) =>
  addressDecider.expiresAt(fold(addressDecider, history) as AddressDocument);

describe('A challenge is kept for 24 h after its end, by the time of the events', () => {
  it.each([
    ['approved', [requested('a', t0), approved('a', t0 + minuteMs)], t0 + minuteMs],
    ['canceled', [requested('a', t0), canceled('a', t0 + minuteMs)], t0 + minuteMs],
    ['expired', [requested('a', t0)], t0 + 5 * minuteMs],
    ['expired after a resend', [requested('a', t0), resent('a', t0 + minuteMs, 2)], t0 + 6 * minuteMs],
  ] as const)('when it was %s, to the millisecond', (_how, history, end) => {
    const later = (at: number) => given(...history, requested('b', at)).document;
    expect(namesOf(later(end + dayMs - 1))).toEqual([challenge('a'), challenge('b')]);
    expect(namesOf(later(end + dayMs))).toEqual([challenge('b')]);
  });

  it('and is not forgotten while nothing happens', () => {
    expect(namesOf(given(requested('a', t0)).document)).toEqual([challenge('a')]);
  });
});

describe('An outcome is kept for 24 h', () => {
  it('by the time of the events, to the millisecond', () => {
    const after = (at: number) => given(requested('a', t0), requested('b', at)).document as AddressDocument;
    expect(addressDecider.outcomeOf(after(t0 + dayMs - 1), 'request-a')).toBeDefined();
    expect(addressDecider.outcomeOf(after(t0 + dayMs), 'request-a')).toBeUndefined();
  });

  it('and its challenge at least as long, so that the answer can be given again', () => {
    const history = [
      requested('a', t0),
      approved('a', t0 + 4 * minuteMs),
      requested('b', t0 + 4 * minuteMs + dayMs - 1),
    ];
    const { document } = given(...history);
    expect(addressDecider.outcomeOf(document as AddressDocument, 'guess-a-right')).toBeDefined();
    expect(namesOf(document)).toContain(challenge('a'));
  });

  it('up to 64 of them, the newest', () => {
    const guesses = Array.from({ length: 70 }, (_, index) => ({
      ...rejected('a', t0 + index, 5, index + 1),
      causationId: `guess-${index}`,
    }));
    const document = given(requested('a', t0), ...guesses).document as AddressDocument;
    expect(document.commands).toHaveLength(64);
    expect(addressDecider.outcomeOf(document, 'guess-69')).toBeDefined();
    expect(addressDecider.outcomeOf(document, 'guess-6')).toBeDefined();
    expect(addressDecider.outcomeOf(document, 'guess-5')).toBeUndefined();
  });
});

describe('At most 20 challenges are kept', () => {
  const shortMs = 1_000;
  const twenty = Array.from({ length: 20 }, (_, index) =>
    requested(`n${index}`, t0 + index, { purpose: `p${index}`, lifetimeMs: shortMs }),
  );
  const later = t0 + minuteMs;

  it('and the oldest that is over goes first', () => {
    expect(given(...twenty).document?.challenges).toHaveLength(20);
    const { document } = given(...twenty, requested('new', later));
    expect(document?.challenges).toHaveLength(20);
    expect(namesOf(document)).not.toContain(challenge('n0'));
    expect(namesOf(document)).toEqual(expect.arrayContaining([challenge('n1'), challenge('new')]));
  });

  it('but never one that is open before one that is over', () => {
    const { document } = given(requested('open', t0 - 1), ...twenty.slice(1), requested('new', later));
    expect(document?.challenges).toHaveLength(20);
    expect(namesOf(document)).toEqual(expect.arrayContaining([challenge('open'), challenge('new')]));
    expect(namesOf(document)).not.toContain(challenge('n1'));
  });

  it('and one that is over is so even if the clock that ended it is ahead', () => {
    const ahead = [requested('ahead', later), canceled('ahead', later + 50)];
    const opened = Array.from({ length: 19 }, (_, index) => requested(`o${index}`, later, { purpose: `p${index}` }));
    const { document } = given(...ahead, ...opened, requested('new', later));
    expect(document?.challenges).toHaveLength(20);
    expect(namesOf(document)).not.toContain(challenge('ahead'));
  });

  it('and never goes the one that an event has just ended', () => {
    const fresh = requested('fresh', later, { lifetimeMs: 5 * minuteMs });
    const { document } = given(fresh, ...twenty.slice(1), approved('fresh', later + 1), requested('new', later + 2));
    expect(namesOf(given(fresh, ...twenty.slice(1), approved('fresh', later + 1)).document)).toContain(
      challenge('fresh'),
    );
    expect(document?.challenges).toHaveLength(20);
  });
});

describe('A record may be forgotten', () => {
  it('24 h after its last event or the end of its last challenge, whichever is later', () => {
    expect(expiryOf(requested('a', t0))).toBe(t0 + 5 * minuteMs + dayMs);
    expect(expiryOf(requested('a', t0), approved('a', t0 + minuteMs))).toBe(t0 + minuteMs + dayMs);
    expect(expiryOf(requested('a', t0), resent('a', t0 + minuteMs, 2))).toBe(t0 + 6 * minuteMs + dayMs);
    expect(expiryOf(requested('a', t0), canceled('a', t0 + 1), rejected('gone', t0 + 20 * minuteMs, 4, 0))).toBe(
      t0 + 20 * minuteMs + dayMs,
    );
  });

  it('but with failures in a row only when they are forgotten, 30 days after the last', () => {
    expect(expiryOf(suspicious(1, t0))).toBe(t0 + 30 * dayMs);
    expect(expiryOf(suspicious(1, t0), requested('a', t0 + minuteMs))).toBe(t0 + 30 * dayMs);
    expect(expiryOf(suspicious(1, t0), requested('a', t0 + 29.9 * dayMs))).toBe(t0 + 30.9 * dayMs + 5 * minuteMs);
  });

  it('and after an approval no longer for their sake', () => {
    expect(expiryOf(suspicious(9, t0), requested('a', t0), approved('a', t0 + 1))).toBe(t0 + 1 + dayMs);
  });
});
