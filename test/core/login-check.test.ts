// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { checkLogin, startLogin, type CheckLogin } from '#core/login.ts';
import { packTimes } from '#core/methods/method.ts';
import {
  accountOf,
  bypassMade,
  checkAt,
  codesMade,
  created,
  dayMs,
  enrolled,
  failed,
  given,
  hashOf,
  hourMs,
  loginId,
  loginNamed,
  loginStarted,
  methodId,
  methodNamed,
  minuteMs,
  offering,
  policy,
  right,
  secondMs,
  startAt,
  t0,
  wrong,
} from '../support/account-story.ts';

const check = (command: CheckLogin) => (document: AccountDocument | undefined) => checkLogin(document, command);
const neverCompared = () => {
  throw new Error('a guess was compared that could not be right');
};
const app = enrolled('totp', 'app', { isDefault: true });
const phone = enrolled('sms', 'phone');
const oneLogin = given(created(), app, loginStarted('one'));

describe('a right code', () => {
  it('approves the login of an API key, with what its proof is signed from', () => {
    oneLogin
      .when(check(checkAt(t0, 'one', 'app', { kind: 'right', usedStep: 7 })))
      .thenHappened({ type: 'login-approved', about: loginId('one'), data: { method: 'totp', usedStep: 7 } });
  });

  it('makes a page wait until its result is taken', () => {
    const by = { nonce: 'nonce', resultExpiresAt: t0 + 5 * minuteMs };
    oneLogin
      .when(check(checkAt(t0, 'one', 'app', right, { by })))
      .thenHappened({ type: 'login-awaiting-result', data: by });
  });

  it('ends the failures and the rate of its own method, and of no other', () => {
    const after = given(created(), app, phone, ...failed('app', 7), ...failed('phone', 6), loginStarted('one'))
      .when(check(checkAt(t0, 'one', 'app', { kind: 'right', usedStep: 7 })))
      .after(t0, 'pass');
    expect(methodNamed(after, 'app')).toMatchObject({ failures: 0, checkedAt: [], usedStep: 7, lastUsedAt: t0 });
    expect(methodNamed(after, 'phone')).toMatchObject({ failures: 6 });
  });

  it('passes once: every later guess is told so and not compared', () => {
    const after = oneLogin.when(check(checkAt(t0, 'one', 'app', right))).after(t0, 'pass');
    expect(checkLogin(after, checkAt(t0, 'one', 'app', neverCompared))).toMatchObject({
      kind: 'answer',
      answer: { reason: 'already-approved' },
    });
  });

  it('of a step that was used is replayed: it costs nothing and opens nothing', () => {
    oneLogin.when(check(checkAt(t0, 'one', 'app', { kind: 'replayed' }))).thenAnswered({ reason: 'replayed' });
  });
});

describe('a wrong code', () => {
  it('is counted at the method and at the login', () => {
    const first = oneLogin.when(check(checkAt(t0, 'one', 'app', wrong)));
    first.thenHappened({
      type: 'attempt-rejected',
      about: methodId('app'),
      data: { failures: 1, attemptsLeft: 9, loginAttemptsLeft: 9 },
    });
    const after = first.after(t0, 'first');
    expect(loginNamed(after, 'one')?.attempts).toBe(1);
    expect(methodNamed(after, 'app')).toMatchObject({ failures: 1, checkedAt: packTimes([t0]) });
  });

  it('ends the login at its tenth, whatever the methods', () => {
    const account = accountOf(created(), app, codesMade(), loginStarted('one'));
    for (let count = 1; count <= 9; count += 1) {
      const decision = account.carryOut(t0, check(checkAt(t0, 'one', count % 2 ? 'app' : 'codes', wrong)));
      expect(decision).toMatchObject({ events: [{ data: { loginAttemptsLeft: 10 - count } }] });
    }
    const last = account.carryOut(t0, check(checkAt(t0, 'one', 'codes', wrong)));
    expect(last).toMatchObject({
      events: [{ data: { loginAttemptsLeft: 0 } }, { type: 'login-failed', data: { reason: 'attempts' } }],
    });
    const over = account.carryOut(t0, check(checkAt(t0, 'one', 'codes', neverCompared)));
    expect(over).toMatchObject({ answer: { reason: 'exhausted' } });
  });

  it('is not compared once the login is over', () => {
    const failedLogin = {
      type: 'login-failed' as const,
      time: t0,
      data: { loginId: loginId('one'), reason: 'attempts' },
    };
    given(created(), app, loginStarted('one'), failedLogin)
      .when(check(checkAt(t0, 'one', 'app', neverCompared)))
      .thenAnswered({ reason: 'exhausted' });
    oneLogin.when(check(checkAt(t0 + 10 * minuteMs, 'one', 'app', neverCompared))).thenAnswered({ reason: 'expired' });
    const canceled = {
      type: 'login-canceled' as const,
      time: t0,
      data: { loginId: loginId('one'), reason: 'requested' },
    };
    given(created(), app, loginStarted('one'), canceled)
      .when(check(checkAt(t0, 'one', 'app', neverCompared)))
      .thenAnswered({ reason: 'canceled' });
    oneLogin.when(check(checkAt(t0, 'other', 'app', neverCompared))).thenRefused('not-found');
  });
});

describe('failures in a row', () => {
  /** Ten wrong codes at the app, spread over logins and beyond the rate, then the next login. */
  const guesses = (account: ReturnType<typeof accountOf>, count: number, at: (index: number) => number) => {
    for (let index = 0; index < count; index += 1) {
      const now = at(index);
      const name = `l${now}`;
      account.carryOut(now, (document) => startLogin(document, startAt(now, name)));
      account.carryOut(now, check(checkAt(now, name, 'app', wrong)));
    }
  };

  it('are counted across logins, and the tenth locks the method for half an hour', () => {
    const account = accountOf(created(), app, phone);
    guesses(account, 9, (index) => t0 + index * 100 * secondMs);
    const now = t0 + 900 * secondMs;
    account.carryOut(now, (document) => startLogin(document, startAt(now, 'tenth')));
    const tenth = account.carryOut(now, check(checkAt(now, 'tenth', 'app', wrong)));
    expect(tenth).toMatchObject({
      events: [
        { type: 'attempt-rejected', data: { failures: 10 } },
        { type: 'method-locked', data: { failures: 10, until: now + 30 * minuteMs, loginId: loginId('tenth') } },
      ],
    });
    expect(loginNamed(account.current(), 'tenth')?.lockedHere).toEqual([methodId('app')]);
    const locked = account.carryOut(now, check(checkAt(now, 'tenth', 'app', neverCompared)));
    expect(locked).toMatchObject({ answer: { reason: 'locked' } });
  });

  it('go on after a lock, and the twentieth locks for an hour', () => {
    const until = t0 + 30 * minuteMs;
    const account = accountOf(created(), app, phone, ...failed('app', 19, t0 - dayMs, until));
    account.carryOut(until, (document) => startLogin(document, startAt(until, 'one')));
    const twentieth = account.carryOut(until, check(checkAt(until, 'one', 'app', wrong)));
    expect(twentieth).toMatchObject({
      events: [{ data: { failures: 20 } }, { type: 'method-locked', data: { until: until + 60 * minuteMs } }],
    });
  });

  it('disable the method at the hundredth, for good', () => {
    const account = accountOf(created(), app, phone, ...failed('app', 99, t0 - dayMs), loginStarted('one'));
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'app', wrong)))).toMatchObject({
      events: [{ data: { failures: 100 } }, { type: 'method-disabled', data: { failures: 100 } }],
    });
    const later = t0 + 400 * dayMs;
    account.carryOut(later, (document) => startLogin(document, startAt(later, 'late')));
    expect(account.carryOut(later, check(checkAt(later, 'late', 'app', neverCompared)))).toMatchObject({
      answer: { reason: 'method-unavailable' },
    });
  });

  it('end the login with the last method that could be used', () => {
    given(created(), app, ...failed('app', 9), loginStarted('one'))
      .when(check(checkAt(t0, 'one', 'app', wrong)))
      .thenHappened(
        { type: 'attempt-rejected' },
        { type: 'method-locked' },
        { type: 'login-failed', data: { reason: 'locked' } },
      );
    given(created(), app, ...failed('app', 9), bypassMade(t0 + hourMs), loginStarted('one'))
      .when(check(checkAt(t0, 'one', 'app', wrong)))
      .thenHappened({ type: 'attempt-rejected' }, { type: 'method-locked' });
  });

  it('are lowered by no other success, login or passing of time', () => {
    const account = accountOf(created(), app, phone, ...failed('app', 9, t0 - 30 * dayMs), loginStarted('one'));
    account.carryOut(t0, check(checkAt(t0, 'one', 'phone', right)));
    account.carryOut(t0, (document) => startLogin(document, startAt(t0, 'two')));
    expect(methodNamed(account.current(), 'app')?.failures).toBe(9);
  });

  it('wait for the rate of checks where settings lock later than it', () => {
    const slow = { ...policy, failuresBeforeLock: 50, attemptsPerLogin: 30 };
    const account = accountOf(created(), app, loginStarted('one', t0, { attemptsMax: 30, expiresAt: t0 + hourMs }));
    const guess = (now: number, compare: CheckLogin['compare'] | typeof wrong) =>
      account.carryOut(now, check(checkAt(now, 'one', 'app', compare, { policy: slow })));
    for (let count = 0; count < 10; count += 1) expect(guess(t0, wrong).kind).toBe('events');
    expect(guess(t0 + minuteMs, neverCompared)).toEqual({
      kind: 'refused',
      refusal: { code: 'rate-limited', retryAfterMs: 14 * minuteMs },
    });
    expect(guess(t0 + 15 * minuteMs - 1, neverCompared).kind).toBe('refused');
    expect(guess(t0 + 15 * minuteMs, wrong).kind).toBe('events');
  });
});

describe('a method', () => {
  it('is checked against settings at the guess', () => {
    oneLogin
      .when(check(checkAt(t0, 'one', 'app', neverCompared, { policy: offering('sms') })))
      .thenAnswered({ reason: 'method-unavailable' });
    oneLogin.when(check(checkAt(t0, 'one', 'none', neverCompared))).thenAnswered({ reason: 'method-unavailable' });
  });

  it('that is an address needs a code on its way', () => {
    given(created(), phone, loginStarted('one'))
      .when(check(checkAt(t0, 'one', 'phone', neverCompared)))
      .thenAnswered({ reason: 'expired' });
  });
});

describe('a backup code', () => {
  it('is used up by the pass', () => {
    const used = given(created(), app, codesMade(3), loginStarted('one')).when(
      check(checkAt(t0, 'one', 'codes', { kind: 'right', backupHash: hashOf(1) })),
    );
    used.thenHappened(
      { type: 'login-approved', data: { method: 'backup-codes' } },
      { type: 'backup-code-used', data: { hash: hashOf(1), codesLeft: 2 } },
    );
    const left = methodNamed(used.after(t0, 'pass'), 'codes');
    expect(left).toMatchObject({ hashes: [hashOf(0), hashOf(2)] });
  });

  it('is no way any more once the last is used', () => {
    const account = accountOf(created(), app, codesMade(1), loginStarted('one'), loginStarted('two'));
    account.carryOut(t0, check(checkAt(t0, 'one', 'codes', { kind: 'right', backupHash: hashOf(0) })));
    expect(account.carryOut(t0, check(checkAt(t0, 'two', 'codes', neverCompared)))).toMatchObject({
      answer: { reason: 'method-unavailable' },
    });
  });
});

describe('a bypass code', () => {
  const made = [created(), app, bypassMade(t0 + hourMs), loginStarted('one'), loginStarted('two')];

  it('passes one login, and no second', () => {
    const account = accountOf(...made);
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'bypass', right)))).toMatchObject({
      events: [{ type: 'login-approved', data: { method: 'bypass' } }, { type: 'bypass-code-used' }],
    });
    expect(account.carryOut(t0, check(checkAt(t0, 'two', 'bypass', neverCompared)))).toMatchObject({
      answer: { reason: 'method-unavailable' },
    });
  });

  it('ends at its time', () => {
    const late = loginStarted('late', t0 + hourMs);
    given(...made, late)
      .when(check(checkAt(t0 + hourMs, 'late', 'bypass', neverCompared)))
      .thenAnswered({ reason: 'method-unavailable' });
  });

  it('that is wrong is counted at the login', () => {
    const account = accountOf(...made);
    for (let count = 1; count <= 9; count += 1) account.carryOut(t0, check(checkAt(t0, 'one', 'bypass', wrong)));
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'bypass', wrong)))).toMatchObject({
      events: [{ data: { loginAttemptsLeft: 0 } }, { type: 'login-failed', data: { reason: 'attempts' } }],
    });
  });
});
