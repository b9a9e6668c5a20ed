// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { newestSend } from '#core/challenge-book.ts';
import { challengeOf, newestOf } from '#core/login-status.ts';
import { checkLogin, sendForLogin, wouldSend, type CheckLogin } from '#core/login.ts';
import type { CodeRequest } from '#core/send-code.ts';
import {
  accountOf,
  challengeId,
  checkAt,
  codeAt,
  codesMade,
  created,
  disabled,
  enrolled,
  failed,
  given,
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
  t0,
  wrong,
} from '../support/account-story.ts';
import type { Told } from '../support/given.ts';

const phone = enrolled('sms', 'phone', { isDefault: true });
const mail = enrolled('email', 'mail');
const send =
  (name: string, login: string, method: string, now = t0, change: Partial<CodeRequest> = {}, settings = policy) =>
  (document: AccountDocument | undefined) =>
    sendForLogin(document, {
      loginId: loginId(login),
      methodId: methodId(method),
      policy: settings,
      code: codeAt(now, name, change),
    });
const check = (command: CheckLogin) => (document: AccountDocument | undefined) => checkLogin(document, command);
const asked = (id: string) => (_method: unknown, challenge: { id: string } | undefined) =>
  challenge?.id === challengeId(id) ? right : wrong;
const neverCompared = () => {
  throw new Error('a guess was compared that could not be right');
};

describe('a code for a login', () => {
  it('goes to a method that is an address, under a challenge that belongs to both', () => {
    given(created(), phone, loginStarted('one'))
      .when(send('code', 'one', 'phone'))
      .thenHappened({
        type: 'challenge-requested',
        data: { loginId: loginId('one'), methodId: methodId('phone'), purpose: 'login' },
      });
  });

  it('is a new one of the same challenge when it is asked for again, after the gap', () => {
    const account = accountOf(created(), phone, loginStarted('one'));
    account.carryOut(t0, send('code', 'one', 'phone'));
    expect(account.carryOut(t0 + 29 * secondMs, send('again', 'one', 'phone', t0 + 29 * secondMs))).toEqual({
      kind: 'refused',
      refusal: { code: 'resend-too-early', retryAfterMs: secondMs },
    });
    const now = t0 + 30 * secondMs;
    expect(account.carryOut(now, send('again', 'one', 'phone', now))).toMatchObject({
      events: [{ type: 'challenge-resend-requested', about: challengeId('code'), data: { send: { number: 2 } } }],
    });
    const challenge = challengeOf(account.current(), loginId('one'), methodId('phone'));
    expect(challenge && newestSend(challenge).number).toBe(2);
  });

  it('begins anew once the challenge is over', () => {
    const account = accountOf(created(), phone, loginStarted('one'));
    account.carryOut(t0, send('code', 'one', 'phone'));
    const now = t0 + 5 * minuteMs;
    expect(account.carryOut(now, send('later', 'one', 'phone', now))).toMatchObject({
      events: [{ type: 'challenge-requested', about: challengeId('later') }],
    });
    const late = account.carryOut(now, check(checkAt(now, 'one', 'phone', asked('later'))));
    expect(late).toMatchObject({ events: [{ type: 'login-approved' }, { type: 'challenge-approved' }] });
  });

  it('stays good while another way is tried, and passes by its own method alone', () => {
    const account = accountOf(created(), phone, mail, loginStarted('one'));
    account.carryOut(t0, send('by-phone', 'one', 'phone'));
    account.carryOut(t0 + secondMs, send('by-mail', 'one', 'mail', t0 + secondMs, { channel: 'email' }));
    expect(newestOf(account.current(), loginId('one'))?.id).toBe(challengeId('by-mail'));
    const byPhone = account.carryOut(t0 + minuteMs, check(checkAt(t0 + minuteMs, 'one', 'phone', asked('by-phone'))));
    expect(byPhone).toMatchObject({ events: [{ type: 'login-approved', data: { methodId: methodId('phone') } }, {}] });
  });

  it('stays good in one login while another login asks for its own', () => {
    const account = accountOf(created(), phone, loginStarted('one'), loginStarted('two'));
    account.carryOut(t0, send('first', 'one', 'phone'));
    account.carryOut(t0, send('second', 'two', 'phone'));
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'phone', asked('second'))))).toMatchObject({
      events: [{ type: 'attempt-rejected' }],
    });
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'phone', asked('first'))))).toMatchObject({
      events: [{ type: 'login-approved' }, { type: 'challenge-approved', about: challengeId('first') }],
    });
  });

  it('is one of at most three that are open: a fourth cancels the oldest', () => {
    const names = ['a', 'b', 'c', 'd'];
    const account = accountOf(created(), phone, ...names.map((name) => loginStarted(name)));
    for (const name of names.slice(0, 3)) account.carryOut(t0, send(name, name, 'phone'));
    expect(account.carryOut(t0, send('d', 'd', 'phone'))).toMatchObject({
      events: [{ type: 'challenge-requested' }, { type: 'challenge-canceled', about: challengeId('a') }],
    });
    expect(account.carryOut(t0, check(checkAt(t0, 'a', 'phone', neverCompared)))).toMatchObject({
      answer: { reason: 'canceled' },
    });
  });
});

describe('guesses at a code', () => {
  it('exhaust its challenge, and neither the login nor the method', () => {
    const account = accountOf(created(), phone, mail, loginStarted('one'));
    account.carryOut(t0, send('code', 'one', 'phone'));
    for (const left of [4, 3, 2, 1]) {
      expect(account.carryOut(t0, check(checkAt(t0, 'one', 'phone', wrong)))).toMatchObject({
        events: [{ data: { attemptsLeft: left, loginAttemptsLeft: left + 5 } }],
      });
    }
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'phone', wrong)))).toMatchObject({
      events: [{ data: { attemptsLeft: 0, failures: 5 } }, { type: 'challenge-exhausted' }],
    });
    expect(account.carryOut(t0, check(checkAt(t0, 'one', 'phone', neverCompared)))).toMatchObject({
      answer: { reason: 'exhausted' },
    });
    expect(loginNamed(account.current(), 'one')?.status).toEqual({ kind: 'open' });
  });

  it('are counted at the method over all its challenges', () => {
    const account = accountOf(created(), phone, mail, loginStarted('one'), loginStarted('two'));
    for (const [login, name] of [
      ['one', 'a'],
      ['two', 'b'],
    ] as const) {
      account.carryOut(t0, send(name, login, 'phone'));
      for (let count = 0; count < 5; count += 1) account.carryOut(t0, check(checkAt(t0, login, 'phone', wrong)));
    }
    expect(methodNamed(account.current(), 'phone')).toMatchObject({ failures: 10, lockedUntil: t0 + 30 * minuteMs });
  });

  it('come too late with the code', () => {
    const account = accountOf(created(), phone, loginStarted('one'));
    account.carryOut(t0, send('code', 'one', 'phone'));
    const end = t0 + 5 * minuteMs;
    expect(account.carryOut(end, check(checkAt(end, 'one', 'phone', neverCompared)))).toMatchObject({
      answer: { reason: 'expired' },
    });
    expect(account.carryOut(end - 1, check(checkAt(end - 1, 'one', 'phone', right)))).toMatchObject({
      events: [{ type: 'login-approved' }, { type: 'challenge-approved' }],
    });
  });
});

describe('nothing is sent', () => {
  const refusedFor = (history: readonly Told[], method: string, settings = policy, now = t0) =>
    wouldSend(
      given(created(), ...history).document,
      { loginId: loginId('one'), methodId: methodId(method), policy: settings },
      now,
    );
  const one = loginStarted('one');

  it('to a locked method: it costs nothing and goes nowhere', () => {
    expect(refusedFor([phone, mail, ...failed('phone', 10, t0 - secondMs, t0 + minuteMs), one], 'phone')).toEqual({
      code: 'method-locked',
    });
    expect(refusedFor([phone, mail, ...failed('phone', 10, t0 - secondMs, t0), one], 'phone')).toBeUndefined();
  });

  it.each([
    ['to a method that settings withdraw', [phone, one], 'phone', offering('totp')],
    ['to one that is disabled', [phone, mail, disabled('phone'), one], 'phone', policy],
    ['to an app', [phone, enrolled('totp', 'app'), one], 'app', policy],
    ['to backup codes', [phone, codesMade(), one], 'codes', policy],
    ['to one that is not there', [phone, one], 'none', policy],
  ] as const)('%s', (_what, history, method, settings) => {
    expect(refusedFor([...history], method, settings)).toEqual({ code: 'method-unavailable' });
  });

  it('for a login that is over, waits for an enrolment, or is not there', () => {
    expect(refusedFor([phone, one], 'phone', policy, t0 + 10 * minuteMs)).toEqual({ code: 'login-not-open' });
    expect(refusedFor([phone, loginStarted('one', t0, { needs: 'enrolment' })], 'phone')).toEqual({
      code: 'login-not-open',
    });
    expect(refusedFor([phone, loginStarted('other')], 'phone')).toEqual({ code: 'not-found' });
  });

  it('is asked again when it is decided', () => {
    given(created(), phone, one)
      .when(send('code', 'one', 'phone', t0, {}, offering('email')))
      .thenRefused('method-unavailable');
  });
});
