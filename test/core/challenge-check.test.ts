// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AddressDocument } from '#core/address-document.ts';
import { newestSend, type Challenge } from '#core/challenge-book.ts';
import { checkCode, type CheckCode } from '#core/challenge.ts';
import { statusOf } from '#core/send-code.ts';
import {
  approved,
  canceled,
  challenge,
  counted,
  dayMs,
  exhausted,
  given,
  guessAt,
  minuteMs,
  rejected,
  requested,
  resent,
  secondMs,
  suspicious,
  t0,
} from '../support/challenges.ts';

const guess = (command: CheckCode) => (document: AddressDocument | undefined) => checkCode(document, command);
const neverCompared = (): boolean => {
  throw new Error('a guess was compared that could not be right');
};
const rejects = (attemptsLeft: number, failures: number) => ({
  type: 'attempt-rejected' as const,
  about: challenge('a'),
  data: { challengeId: challenge('a'), attemptsLeft, failures },
});

describe('A right guess', () => {
  it('approves, with what a proof is signed from and what limits counted', () => {
    given(requested('a', t0), rejected('a', t0 + 1, 3, 2))
      .when(guess(guessAt(t0 + 2, 'a', true)))
      .thenHappened({
        type: 'challenge-approved',
        about: challenge('a'),
        data: {
          challengeId: challenge('a'),
          attemptsLeft: 3,
          counted,
          proof: { iat: t0 / secondMs, exp: t0 / secondMs + 300 },
        },
      });
  });

  it('counts to the last millisecond of the code and not at its end', () => {
    const end = t0 + 5 * minuteMs;
    given(requested('a', t0))
      .when(guess(guessAt(end - 1, 'a', true)))
      .thenHappened({ type: 'challenge-approved' });
    given(requested('a', t0))
      .when(guess(guessAt(end, 'a', neverCompared)))
      .thenAnswered({ kind: 'over', reason: 'expired' });
  });

  it('makes the failures in a row none', () => {
    const document = given(suspicious(42, t0), requested('a', t0))
      .when(guess(guessAt(t0 + 1, 'a', true)))
      .after(t0 + 1, 'right');
    expect(document.failures).toBe(0);
  });

  it('counts with the last attempt', () => {
    given(requested('a', t0, { attemptsMax: 2 }), rejected('a', t0 + 1, 1, 1))
      .when(guess(guessAt(t0 + 2, 'a', true)))
      .thenHappened({ type: 'challenge-approved', data: { attemptsLeft: 1 } });
  });
});

describe('A wrong guess', () => {
  it('takes one attempt and counts one failure in a row at the address', () => {
    given(requested('a', t0))
      .when(guess(guessAt(t0 + 1, 'a', false)))
      .thenHappened(rejects(4, 1));
    given(requested('b', t0), rejected('b', t0, 4, 7), requested('a', t0 + 1))
      .when(guess(guessAt(t0 + 2, 'a', false)))
      .thenHappened(rejects(4, 8));
  });

  it('exhausts the challenge with its last attempt', () => {
    given(requested('a', t0, { attemptsMax: 2 }))
      .when(guess(guessAt(t0 + 1, 'a', false)))
      .thenHappened(rejects(1, 1));
    given(requested('a', t0, { attemptsMax: 2 }), rejected('a', t0 + 1, 1, 1))
      .when(guess(guessAt(t0 + 2, 'a', false)))
      .thenHappened(rejects(0, 2), { type: 'challenge-exhausted', about: challenge('a') });
  });

  it('begins a new row 30 days after the last one, to the millisecond', () => {
    const now = t0 + 30 * dayMs;
    const open = requested('a', now - secondMs);
    given(suspicious(50, t0), open)
      .when(guess(guessAt(now - 1, 'a', false)))
      .thenHappened(rejects(4, 51));
    given(suspicious(50, t0), open)
      .when(guess(guessAt(now, 'a', false)))
      .thenHappened(rejects(4, 1));
  });

  it('costs an attempt of its own challenge only', () => {
    const document = given(requested('a', t0), requested('b', t0))
      .when(guess(guessAt(t0 + 1, 'a', false)))
      .after(t0 + 1, 'wrong');
    expect(document.challenges.map(({ attempts }) => attempts)).toEqual([1, 0]);
  });
});

describe('Only the newest send', () => {
  const history = [requested('a', t0), resent('a', t0 + minuteMs, 2)];
  const ofSend = (number: number) => (one: Challenge) => newestSend(one).number === number;

  it('is what a guess is compared with', () => {
    given(...history)
      .when(guess(guessAt(t0 + minuteMs, 'a', ofSend(2))))
      .thenHappened({ type: 'challenge-approved' });
  });

  it('has a code that counts: a guess of the code before is a wrong guess', () => {
    given(...history)
      .when(guess(guessAt(t0 + minuteMs, 'a', ofSend(1))))
      .thenHappened(rejects(4, 1));
  });

  it('says when the challenge ends: with its code, not with an older one', () => {
    const short = [requested('a', t0), resent('a', t0 + minuteMs, 2, minuteMs)];
    given(...short)
      .when(guess(guessAt(t0 + 2 * minuteMs, 'a', neverCompared)))
      .thenAnswered({ reason: 'expired' });
    given(...history)
      .when(guess(guessAt(t0 + 6 * minuteMs - 1, 'a', true)))
      .thenHappened({ type: 'challenge-approved' });
  });
});

describe('A challenge that is over', () => {
  const pending = requested('a', t0);
  const over = t0 + 2;
  it.each([
    ['approved', 'already-approved', [pending, approved('a', t0 + 1)], over],
    ['exhausted', 'exhausted', [pending, rejected('a', t0 + 1, 0, 5), exhausted('a', t0 + 1)], over],
    ['canceled', 'canceled', [pending, canceled('a', t0 + 1)], over],
    ['replaced', 'canceled', [pending, canceled('a', t0 + 1, 'replaced')], over],
    ['expired', 'expired', [pending], t0 + 5 * minuteMs],
  ] as const)(
    'because it was %s answers every guess with %s, compares none and writes nothing',
    (_, reason, told, now) => {
      given(...told)
        .when(guess(guessAt(now, 'a', neverCompared)))
        .thenAnswered({ kind: 'over', reason, challenge: { id: challenge('a') } });
    },
  );

  it('keeps its end for good: what was approved, exhausted or canceled does not expire', () => {
    const late = t0 + dayMs - 1;
    for (const [end, status] of [
      [approved('a', t0 + 1), 'approved'],
      [canceled('a', t0 + 1), 'canceled'],
      [exhausted('a', t0 + 1), 'exhausted'],
    ] as const) {
      expect(statusOf(given(pending, end).document?.challenges[0] as Challenge, late)).toBe(status);
    }
  });

  it('or that was never there is no challenge at all', () => {
    given(pending)
      .when(guess(guessAt(t0 + 1, 'b', neverCompared)))
      .thenRefused('not-found');
    given()
      .when(guess(guessAt(t0 + 1, 'a', neverCompared)))
      .thenRefused('not-found');
  });
});
