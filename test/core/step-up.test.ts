// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import type { Guessed } from '#core/guess.ts';
import { checkStepUp, isSteppedUp, mayConfirm, sendStepUp, wouldSendStepUp } from '#core/step-up.ts';
import {
  accountOf,
  challengeId,
  codeAt,
  codesMade,
  created,
  enrolled,
  enrolmentId,
  failed,
  given,
  hashOf,
  hourMs,
  methodId,
  methodNamed,
  minuteMs,
  offering,
  policy,
  proof,
  right,
  secondMs,
  t0,
  wrong,
} from '../support/account-story.ts';
import type { Told } from '../support/given.ts';

const opened = (nonce: string, time = t0 - minuteMs): Told[] => [
  {
    type: 'page-opened',
    time,
    data: { nonce, handleExpiresAt: time + 5 * minuteMs, returnUrl: 'https://app.example/' },
  },
  { type: 'page-session-started', time, data: { nonce, expiresAt: time + 30 * minuteMs } },
];
const app = enrolled('totp', 'app', { isDefault: true });
const phone = enrolled('sms', 'phone');
const page = [created(), app, phone, ...opened('page')];

const check =
  (method: string, guessed: Guessed | (() => Guessed), now = t0, settings = policy) =>
  (document: AccountDocument | undefined) =>
    checkStepUp(document as AccountDocument, {
      methodId: methodId(method),
      nonce: 'page',
      policy: settings,
      compare: typeof guessed === 'function' ? guessed : () => guessed,
      proof,
      now,
    });
const send =
  (name: string, method: string, now = t0) =>
  (document: AccountDocument | undefined) =>
    sendStepUp(document as AccountDocument, methodId(method), policy, codeAt(now, name, { purpose: 'anything' }));
const neverCompared = (): Guessed => {
  throw new Error('a guess was compared that could not be right');
};

describe('a step-up', () => {
  it('opens its own page for five minutes', () => {
    const after = given(...page, ...opened('other'))
      .when(check('app', { kind: 'right', usedStep: 9 }))
      .after(t0, 'pass');
    expect(isSteppedUp(after, 'page', t0 + 5 * minuteMs - 1)).toBe(true);
    expect(isSteppedUp(after, 'page', t0 + 5 * minuteMs)).toBe(false);
    expect(isSteppedUp(after, 'other', t0)).toBe(false);
    expect(isSteppedUp(after, 'none', t0)).toBe(false);
  });

  it('burns the step of an app and ends its failures', () => {
    const after = given(...page, ...failed('app', 4))
      .when(check('app', { kind: 'right', usedStep: 9 }))
      .after(t0, 'pass');
    expect(methodNamed(after, 'app')).toMatchObject({ usedStep: 9, failures: 0, lastUsedAt: t0 });
  });

  it('uses up a backup code', () => {
    given(created(), app, codesMade(2), ...opened('page'))
      .when(check('codes', { kind: 'right', backupHash: hashOf(0) }))
      .thenHappened({ type: 'step-up-passed' }, { type: 'backup-code-used', data: { codesLeft: 1 } });
  });

  it('refuses a code that was used, and costs it nothing', () => {
    given(...page)
      .when(check('app', { kind: 'replayed' }))
      .thenAnswered({ reason: 'replayed' });
  });

  it('counts wrong codes at the method, so that no page guesses beside the locks', () => {
    given(...page, ...failed('app', 9))
      .when(check('app', wrong))
      .thenHappened({ type: 'attempt-rejected', data: { failures: 10 } }, { type: 'method-locked' });
    given(...page, ...failed('app', 10, t0 - secondMs, t0 + minuteMs))
      .when(check('app', neverCompared))
      .thenAnswered({ reason: 'locked' });
  });

  it('waits for the rate of checks', () => {
    const account = accountOf(...page);
    const slow = { ...policy, failuresBeforeLock: 50 };
    for (let count = 0; count < 10; count += 1) account.carryOut(t0, check('app', wrong, t0, slow));
    expect(account.carryOut(t0, check('app', neverCompared, t0, slow))).toMatchObject({
      refusal: { code: 'rate-limited', retryAfterMs: 15 * minuteMs },
    });
  });

  it('takes a method that settings offer and that is there', () => {
    given(...page)
      .when(check('app', neverCompared, t0, offering('sms')))
      .thenAnswered({ reason: 'method-unavailable' });
    given(...page)
      .when(check('none', neverCompared))
      .thenAnswered({ reason: 'method-unavailable' });
  });
});

describe('a code for a step-up', () => {
  it('is one of its own purpose, and is asked for before it can be right', () => {
    given(...page)
      .when(check('phone', neverCompared))
      .thenAnswered({ reason: 'expired' });
    const account = accountOf(...page);
    expect(account.carryOut(t0, send('code', 'phone'))).toMatchObject({
      events: [{ type: 'challenge-requested', data: { purpose: 'step-up', methodId: methodId('phone') } }],
    });
    expect(account.carryOut(t0, check('phone', right))).toMatchObject({
      events: [{ type: 'step-up-passed' }, { type: 'challenge-approved', about: challengeId('code') }],
    });
  });

  it('is a new one of the same challenge while that is open', () => {
    const account = accountOf(...page);
    account.carryOut(t0, send('code', 'phone'));
    const now = t0 + 30 * secondMs;
    expect(account.carryOut(now, send('again', 'phone', now))).toMatchObject({
      events: [{ type: 'challenge-resend-requested', about: challengeId('code') }],
    });
  });

  it('goes to no locked method, no app and no backup codes', () => {
    const would = (history: readonly Told[], method: string, settings = policy) =>
      wouldSendStepUp(given(...history).document as AccountDocument, methodId(method), settings, t0);
    expect(would([...page, ...failed('phone', 10, t0 - secondMs, t0 + minuteMs)], 'phone')).toEqual({
      code: 'method-locked',
    });
    expect(would(page, 'app')).toEqual({ code: 'method-unavailable' });
    expect(would([...page, codesMade()], 'codes')).toEqual({ code: 'method-unavailable' });
    expect(would(page, 'phone', offering('totp'))).toEqual({ code: 'method-unavailable' });
    expect(would(page, 'phone')).toBeUndefined();
  });

  it('of a login is none for a step-up', () => {
    const requested: Told = {
      type: 'challenge-requested',
      time: t0,
      data: { ...challengeData, purpose: 'login' },
    };
    given(...page, requested)
      .when(check('phone', neverCompared))
      .thenAnswered({ reason: 'expired' });
  });
});

const challengeData = {
  challengeId: challengeId('login'),
  channel: 'sms',
  to: 'kid00000.sealed',
  digits: 6,
  attemptsMax: 5,
  sendsMax: 5,
  endsAtMax: t0 + 15 * minuteMs,
  send: { number: 1, nonce: 'n', kid: 'k', expiresAt: t0 + 5 * minuteMs, resendAvailableAt: t0, sendsLeft: 4 },
  counted: { destination: 'd' },
  settingsVersion: 'p0.t0',
  methodId: methodId('phone'),
};

describe('a page without a step-up', () => {
  const begun = (startedAt: number) => ({
    id: enrolmentId('own'),
    type: 'totp' as const,
    attempts: 0,
    attemptsMax: 5,
    startedAt,
    expiresAt: startedAt + hourMs,
  });

  it('may change an account that has no method yet', () => {
    const { document } = given(created(), ...opened('page'));
    expect(document && isSteppedUp(document, 'page', t0)).toBe(true);
  });

  it('may finish what it began on it, unless a method has come since', () => {
    const empty = given(created(), ...opened('page')).document as AccountDocument;
    expect(mayConfirm(empty, begun(t0 - minuteMs), 'page', t0)).toBe(true);
    const since = given(created(), ...opened('page'), enrolled('totp', 'app', { time: t0 - secondMs }))
      .document as AccountDocument;
    expect(mayConfirm(since, begun(t0 - minuteMs), 'page', t0)).toBe(false);
    expect(mayConfirm(since, begun(t0 - secondMs), 'page', t0)).toBe(false);
    expect(mayConfirm(since, begun(t0), 'page', t0)).toBe(true);
  });

  it('may finish it over a method that has come since once it is stepped up', () => {
    const account = accountOf(created(), ...opened('page'), enrolled('totp', 'app', { time: t0 - secondMs }));
    account.carryOut(t0, check('app', right));
    expect(mayConfirm(account.current(), begun(t0 - minuteMs), 'page', t0)).toBe(true);
  });

  it('is dead after a reset', () => {
    const reset: Told = { type: 'method-reset', time: t0, data: { methodIds: [methodId('app'), methodId('phone')] } };
    expect(given(...page, reset).document?.pages).toEqual([]);
  });
});
