// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AddressDocument } from '#core/address-document.ts';
import { cancelChallenge, resendChallenge, resetAddress, wouldResend, type ResendChallenge } from '#core/challenge.ts';
import {
  approved,
  canceled,
  challenge,
  counted,
  exhausted,
  given,
  minuteMs,
  policy,
  rejected,
  requested,
  resendAt,
  resent,
  secondMs,
  subject,
  t0,
} from '../support/challenges.ts';

const again = (command: ResendChallenge) => (document: AddressDocument | undefined) =>
  resendChallenge(document, command);
const cancel = (name: string, now: number) => (document: AddressDocument | undefined) =>
  cancelChallenge(document, challenge(name), now);
const happens = (data: object) => ({ type: 'challenge-resend-requested' as const, about: challenge('a'), data });

const ends = [
  ['approved', [approved('a', t0 + 1)]],
  ['exhausted', [rejected('a', t0 + 1, 0, 5), exhausted('a', t0 + 1)]],
  ['canceled', [canceled('a', t0 + 1)]],
] as const;

describe('A resend', () => {
  it('asks for the next send with a fresh nonce, of the same address, purpose and values', () => {
    given(requested('a', t0, { purpose: 'login', params: 'kid00000.sealed-params' }))
      .when(again(resendAt(t0 + 30 * secondMs, 'a')))
      .thenHappened(
        happens({
          challengeId: challenge('a'),
          purpose: 'login',
          to: 'kid00000.sealed-address',
          params: 'kid00000.sealed-params',
          counted,
          send: { number: 2, nonce: 'm'.repeat(22), sendsLeft: 3, expiresAt: t0 + 330 * secondMs },
        }),
      );
  });

  it('is refused before its time and allowed at it, to the millisecond', () => {
    const at = t0 + 30 * secondMs;
    given(requested('a', t0))
      .when(again(resendAt(at - 1, 'a')))
      .thenRefused('resend-too-early', 1);
    given(requested('a', t0))
      .when(again(resendAt(at, 'a')))
      .thenHappened(happens({}));
    expect(wouldResend(given(requested('a', t0)).document, challenge('a'), at - 1)).toEqual({
      code: 'resend-too-early',
      retryAfterMs: 1,
    });
    expect(wouldResend(given(requested('a', t0)).document, challenge('a'), at)).toBeUndefined();
  });

  it('counts its time from the newest send', () => {
    given(requested('a', t0), resent('a', t0 + minuteMs, 2))
      .when(again(resendAt(t0 + minuteMs + 29_999, 'a')))
      .thenRefused('resend-too-early', 1);
  });

  it('is possible until the newest code ends and not at its end', () => {
    const end = t0 + 5 * minuteMs;
    given(requested('a', t0))
      .when(again(resendAt(end - 1, 'a')))
      .thenHappened(happens({}));
    given(requested('a', t0))
      .when(again(resendAt(end, 'a')))
      .thenRefused('challenge-not-pending');
  });

  it('gives each code its own lifetime, and none beyond 900 s after creation', () => {
    const long = { policy: { ...policy, codeLifetimeSeconds: 600 } };
    const history = [requested('a', t0, { lifetimeMs: 10 * minuteMs })];
    given(...history)
      .when(again(resendAt(t0 + 5 * minuteMs, 'a', long)))
      .thenHappened(happens({ send: { expiresAt: t0 + 900_000 } }));
    given(...history)
      .when(again(resendAt(t0 + 5 * minuteMs + 1, 'a', long)))
      .thenHappened(happens({ send: { expiresAt: t0 + 900_000 } }));
    given(...history)
      .when(again(resendAt(t0 + 5 * minuteMs - 1, 'a', long)))
      .thenHappened(happens({ send: { expiresAt: t0 + 900_000 - 1 } }));
  });

  it('is refused once the challenge has used up its sends', () => {
    const history = [requested('a', t0, { sendsMax: 2 })];
    given(...history)
      .when(again(resendAt(t0 + minuteMs, 'a')))
      .thenHappened(happens({ send: { sendsLeft: 0 } }));
    given(...history, resent('a', t0 + minuteMs, 2))
      .when(again(resendAt(t0 + 2 * minuteMs, 'a')))
      .thenRefused('no-sends-left');
  });

  it('keeps the attempts that were used', () => {
    const document = given(requested('a', t0), rejected('a', t0 + 1, 3, 2))
      .when(again(resendAt(t0 + minuteMs, 'a')))
      .after(t0 + minuteMs, 'again');
    expect(document.challenges[0]).toMatchObject({
      attempts: 2,
      attemptsMax: 5,
      sends: [{ number: 1 }, { number: 2 }],
    });
    expect(document.failures).toBe(2);
  });

  it.each(ends)('of a challenge that is %s is refused', (_how, end) => {
    given(requested('a', t0), ...end)
      .when(again(resendAt(t0 + minuteMs, 'a')))
      .thenRefused('challenge-not-pending');
  });

  it('of a challenge that is not there is refused as unknown', () => {
    given(requested('a', t0))
      .when(again(resendAt(t0 + minuteMs, 'b')))
      .thenRefused('not-found');
    given()
      .when(again(resendAt(t0 + minuteMs, 'a')))
      .thenRefused('not-found');
    expect(wouldResend(undefined, challenge('a'), t0)).toEqual({ code: 'not-found' });
  });
});

describe('A cancelation', () => {
  it('ends a pending challenge', () => {
    given(requested('a', t0))
      .when(cancel('a', t0 + 1))
      .thenHappened({
        type: 'challenge-canceled',
        about: challenge('a'),
        data: { challengeId: challenge('a'), reason: 'requested' },
      });
  });

  it('lowers no counter', () => {
    const document = given(requested('a', t0), rejected('a', t0 + 1, 4, 12))
      .when(cancel('a', t0 + 2))
      .after(t0 + 2, 'cancel');
    expect(document).toMatchObject({ failures: 12, lastFailureAt: t0 + 1 });
    expect(document.challenges[0]).toMatchObject({ attempts: 1, state: { kind: 'canceled', at: t0 + 2 } });
  });

  it.each(ends)('of a challenge that is %s changes nothing and writes nothing', (_how, end) => {
    given(requested('a', t0), ...end)
      .when(cancel('a', t0 + 2))
      .thenAnswered({ did: 'cancel', challenge: challenge('a') });
  });

  it('of an expired challenge changes nothing, to the millisecond', () => {
    const end = t0 + 5 * minuteMs;
    given(requested('a', t0)).when(cancel('a', end)).thenAnswered({ did: 'cancel' });
    given(requested('a', t0))
      .when(cancel('a', end - 1))
      .thenHappened({ type: 'challenge-canceled' });
  });

  it('of an unknown challenge is refused', () => {
    given(requested('a', t0)).when(cancel('b', t0)).thenRefused('not-found');
    given().when(cancel('a', t0)).thenRefused('not-found');
  });
});

describe("Support's reset of an address", () => {
  it('is an event about the address, and forgets the failures in a row', () => {
    const story = given(rejected('a', t0, 0, 40)).when((document) => resetAddress(document, counted, subject));
    story.thenHappened({ type: 'address-reset', about: subject, data: { counted } });
    expect(story.after(t0 + 1, 'reset').failures).toBe(0);
  });

  it('of an address nobody knows changes nothing', () => {
    given()
      .when((document) => resetAddress(document, counted, subject))
      .thenAnswered({ did: 'reset' });
  });
});
