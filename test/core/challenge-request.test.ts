// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import { wouldRequest, requestChallenge, type RequestChallenge } from '#core/challenge.ts';
import type { AddressDocument } from '#core/address-document.ts';
import {
  approved,
  canceled,
  challenge,
  dayMs,
  given,
  hourMs,
  minuteMs,
  policy,
  requestAt,
  requested,
  secondMs,
  suspicious,
  t0,
} from '../support/challenges.ts';

const ask = (command: RequestChallenge) => (document: AddressDocument | undefined) =>
  requestChallenge(document, command);
const happens = (data: object) => ({ type: 'challenge-requested' as const, data });
const replaced = (name: string) => ({
  type: 'challenge-canceled' as const,
  about: challenge(name),
  data: { challengeId: challenge(name), reason: 'replaced' },
});

describe('A request for a challenge', () => {
  it('fixes every number that later rules need in its event', () => {
    given()
      .when(ask(requestAt(t0, 'first', { purpose: 'login', params: 'kid.x', bindingDigest: 'b' })))
      .thenHappened({
        type: 'challenge-requested',
        about: challenge('first'),
        data: {
          challengeId: challenge('first'),
          channel: 'email',
          purpose: 'login',
          params: 'kid.x',
          bindingDigest: 'b',
          digits: 6,
          attemptsMax: 5,
          sendsMax: 5,
          endsAtMax: t0 + 900 * secondMs,
          send: {
            number: 1,
            kid: 'kid00000',
            expiresAt: t0 + 300 * secondMs,
            resendAvailableAt: t0 + 30 * secondMs,
            sendsLeft: 4,
          },
          settingsVersion: 'p0.t0',
        },
      });
  });

  it.each([[30], [300], [600]])(
    'gives its code a life of exactly the %i s that settings say',
    (codeLifetimeSeconds) => {
      given()
        .when(ask(requestAt(t0, 'first', { policy: { ...policy, codeLifetimeSeconds } })))
        .thenHappened(happens({ send: { expiresAt: t0 + codeLifetimeSeconds * secondMs } }));
    },
  );

  it('never lets a code live beyond 900 s after creation, whatever its settings', () => {
    given()
      .when(ask(requestAt(t0, 'first', { policy: { ...policy, codeLifetimeSeconds: 901 } })))
      .thenHappened(happens({ send: { expiresAt: t0 + 900 * secondMs } }));
  });

  it.each([
    ['the gap of the settings', 29 * secondMs, 30 * secondMs],
    ['what the counted limits say', 31 * secondMs, 31 * secondMs],
  ])('lets the next send begin at %s if that is later', (_which, nextInMs, expectedInMs) => {
    given()
      .when(ask(requestAt(t0, 'first', { reservation: { nextAt: t0 + nextInMs, left: 4 } })))
      .thenHappened(happens({ send: { resendAvailableAt: t0 + expectedInMs } }));
  });

  it.each([
    [9, 4],
    [4, 4],
    [3, 3],
    [0, 0],
    [-1, 0],
    [Infinity, 4],
  ])('promises no more sends than challenge and limits both leave (%d left of limits: %i)', (left, sendsLeft) => {
    given()
      .when(ask(requestAt(t0, 'first', { reservation: { nextAt: t0, left } })))
      .thenHappened(happens({ send: { sendsLeft } }));
  });
});

describe('Of one purpose', () => {
  const three = [requested('a', t0), requested('b', t0 + 1), requested('c', t0 + 2)];

  it('three challenges may be open', () => {
    given(...three.slice(0, 2))
      .when(ask(requestAt(t0 + 3, 'd')))
      .thenHappened(happens({ challengeId: challenge('d') }));
  });

  it('a fourth open challenge cancels the oldest', () => {
    given(...three)
      .when(ask(requestAt(t0 + 3, 'd')))
      .thenHappened(replaced('a'), happens({ challengeId: challenge('d') }));
  });

  it('a challenge counts as open to the last millisecond of its newest code', () => {
    given(requested('a', t0, { lifetimeMs: minuteMs }), ...three.slice(1))
      .when(ask(requestAt(t0 + minuteMs - 1, 'd')))
      .thenHappened(replaced('a'), happens({}));
    given(requested('a', t0, { lifetimeMs: minuteMs }), ...three.slice(1))
      .when(ask(requestAt(t0 + minuteMs, 'd')))
      .thenHappened(happens({}));
  });

  it.each([
    ['approved', approved('a', t0 + 3)],
    ['canceled', canceled('a', t0 + 3)],
  ])('a challenge that is %s does not count as open', (_how, end) => {
    given(...three, end)
      .when(ask(requestAt(t0 + 4, 'd')))
      .thenHappened(happens({}));
  });

  it('challenges of another purpose neither count nor are canceled', () => {
    given(...three)
      .when(ask(requestAt(t0 + 3, 'd', { purpose: 'payment' })))
      .thenHappened(happens({ purpose: 'payment' }));
    given(requested('p', t0 - 1, { purpose: 'payment' }), ...three)
      .when(ask(requestAt(t0 + 3, 'd')))
      .thenHappened(replaced('a'), happens({}));
  });
});

describe('An address with wrong guesses in a row', () => {
  it.each([
    [9, 6, 5],
    [10, 8, 3],
    [99, 8, 3],
  ])('gets, after %i, a code of %i digits and %i attempts', (failures, digits, attemptsMax) => {
    given(suspicious(failures, t0))
      .when(ask(requestAt(t0 + 1)))
      .thenHappened(happens({ digits, attemptsMax }));
  });

  it.each([
    [4, 6],
    [8, 10],
    [9, 10],
    [10, 10],
  ])('gets at most 10 digits (%i by settings)', (codeDigits, digits) => {
    given(suspicious(10, t0))
      .when(ask(requestAt(t0 + 1, 'new', { policy: { ...policy, codeDigits } })))
      .thenHappened(happens({ digits }));
  });

  it.each([
    [1, 1],
    [3, 3],
    [10, 3],
  ])('never gets more attempts than settings allow (%i by settings)', (attemptsPerChallenge, attemptsMax) => {
    given(suspicious(10, t0))
      .when(ask(requestAt(t0 + 1, 'new', { policy: { ...policy, attemptsPerChallenge } })))
      .thenHappened(happens({ attemptsMax }));
  });

  it('gets one challenge an hour from 100 on, to the millisecond', () => {
    const history = [requested('a', t0), suspicious(100, t0 + minuteMs)];
    const early = t0 + hourMs - 1;
    given(...history)
      .when(ask(requestAt(early)))
      .thenRefused('address-throttled', 1);
    expect(wouldRequest(given(...history).document, early)).toEqual({ code: 'address-throttled', retryAfterMs: 1 });
    given(...history)
      .when(ask(requestAt(t0 + hourMs)))
      .thenHappened(happens({ digits: 8, attemptsMax: 3 }));
    expect(wouldRequest(given(...history).document, t0 + hourMs)).toBeUndefined();
  });

  it('may ask at any time up to 99', () => {
    given(requested('a', t0), suspicious(99, t0))
      .when(ask(requestAt(t0 + 1)))
      .thenHappened(happens({ digits: 8 }));
  });

  it('is trusted again 30 days after the last one, to the millisecond', () => {
    const history = [suspicious(100, t0)];
    const last = t0 + 30 * dayMs - 1;
    given(...history)
      .when(ask(requestAt(last)))
      .thenHappened(happens({ digits: 8, attemptsMax: 3 }));
    given(...history)
      .when(ask(requestAt(last + 1)))
      .thenHappened(happens({ digits: 6, attemptsMax: 5 }));
  });

  it('is trusted again after an approval', () => {
    given(requested('a', t0), suspicious(100, t0), approved('a', t0 + 1))
      .when(ask(requestAt(t0 + 2)))
      .thenHappened(happens({ digits: 6, attemptsMax: 5 }));
  });

  it('is trusted again after support says so, and not before', () => {
    const reset = { type: 'address-reset' as const, time: t0 + 1, data: { counted: { destination: 'd' } } };
    given(suspicious(100, t0), reset)
      .when(ask(requestAt(t0 + 2)))
      .thenHappened(happens({ digits: 6, attemptsMax: 5 }));
  });

  it('is not trusted again by a cancelation, a resend or a new challenge', () => {
    given(suspicious(10, t0), requested('a', t0 + 1), canceled('a', t0 + 2), requested('b', t0 + 3))
      .when(ask(requestAt(t0 + 4)))
      .thenHappened(happens({ digits: 8, attemptsMax: 3 }));
  });
});
