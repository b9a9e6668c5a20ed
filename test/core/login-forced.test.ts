// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { resetAccount } from '#core/account.ts';
import { importTotp, wouldResendEnrolment } from '#core/enrolment.ts';
import type { Decision } from '#core/decider.ts';
import { loginStatus } from '#core/login-status.ts';
import { cancelLogin, checkLogin, startLogin } from '#core/login.ts';
import {
  accountOf,
  checkAt,
  confirmAt,
  created,
  enforced,
  enrolAddressAt,
  enrolAppAt,
  enrolled,
  enrolmentId,
  given,
  loginId,
  loginNamed,
  loginStarted,
  methodId,
  minuteMs,
  right,
  secondMs,
  startAt,
  t0,
  wrong,
  confirm,
  start,
} from '../support/account-story.ts';
import type { Told } from '../support/given.ts';

const forced = (name: string, time = t0) => loginStarted(name, time, { needs: 'enrolment' });
const statusIn = (document: AccountDocument, name: string, now = t0) => {
  const login = loginNamed(document, name);
  return login && loginStatus(login, now);
};

/** An account under enforcement with a forced login that has begun to enrol an app. */
function begun(...more: readonly Told[]) {
  const account = accountOf(created(), forced('one'), ...more);
  account.carryOut(t0, start(enrolAppAt(t0, 'app', { loginId: loginId('one'), policy: enforced })));
  return account;
}

describe('a login that demands an enrolment', () => {
  it('is passed by the method that is enrolled in it', () => {
    const account = begun();
    expect(account.carryOut(t0, confirm(confirmAt(t0, 'app', right, { loginId: loginId('one') })))).toMatchObject({
      events: [
        { type: 'method-enrolled', data: { loginId: loginId('one'), default: true } },
        { type: 'login-approved', about: loginId('one'), data: { method: 'totp', methodId: methodId('app') } },
      ],
    });
  });

  it('waits on a page for its result to be taken', () => {
    const by = { nonce: 'nonce', resultExpiresAt: t0 + 5 * minuteMs };
    expect(begun().carryOut(t0, confirm(confirmAt(t0, 'app', right, { loginId: loginId('one'), by })))).toMatchObject({
      events: [{ type: 'method-enrolled' }, { type: 'login-awaiting-result', data: by }],
    });
  });

  it('is passed by nothing else: no code of any method is compared', () => {
    given(created(), forced('one'))
      .when((document) =>
        checkLogin(
          document,
          checkAt(t0, 'one', 'app', () => {
            throw new Error('compared');
          }),
        ),
      )
      .thenAnswered({ reason: 'method-unavailable' });
  });

  it('keeps its enrolments to itself', () => {
    const account = begun();
    account.carryOut(t0, start(enrolAppAt(t0, 'own')));
    for (const change of [{}, { loginId: loginId('two') }]) {
      expect(account.carryOut(t0, confirm(confirmAt(t0, 'app', right, change)))).toEqual({
        kind: 'refused',
        refusal: { code: 'not-found' },
      });
    }
    expect(account.carryOut(t0, confirm(confirmAt(t0, 'own', right, { loginId: loginId('one') })))).toEqual({
      kind: 'refused',
      refusal: { code: 'not-found' },
    });
  });

  it('goes on after a wrong first code', () => {
    const account = begun();
    account.carryOut(t0, confirm(confirmAt(t0, 'app', wrong, { loginId: loginId('one') })));
    expect(statusIn(account.current(), 'one')).toBe('enrolment-required');
    expect(loginNamed(account.current(), 'one')?.attempts).toBe(0);
  });
});

describe('as soon as the account has another method', () => {
  const appears: readonly [string, (account: ReturnType<typeof accountOf>) => void][] = [
    [
      'by the API',
      (account) => {
        account.carryOut(t0, start(enrolAppAt(t0, 'other')));
        account.carryOut(t0, confirm(confirmAt(t0, 'other', right)));
      },
    ],
    [
      'by an import',
      (account) =>
        account.carryOut(t0, (document) =>
          importTotp(document, {
            enrolmentId: enrolmentId('other'),
            methodId: methodId('other'),
            seed: { secret: 'kid00000.sealed', algorithm: 'sha1', digits: 6, period: 30 },
            policy: enforced,
            now: t0,
          }),
        ),
    ],
    [
      'by another login',
      (account) => {
        account.carryOut(t0, (document) => startLogin(document, startAt(t0, 'two', { policy: enforced })));
        account.carryOut(t0, start(enrolAppAt(t0, 'other', { loginId: loginId('two'), policy: enforced })));
        account.carryOut(t0, confirm(confirmAt(t0, 'other', right, { loginId: loginId('two'), policy: enforced })));
        expect(statusIn(account.current(), 'two')).toBe('approved');
      },
    ],
  ];

  it.each(appears)('%s, a forced login fails, and can be finished no more', (_how, appear) => {
    const account = begun();
    appear(account);
    expect(loginNamed(account.current(), 'one')?.status).toMatchObject({ kind: 'failed', reason: 'superseded' });
    const late = account.carryOut(
      t0,
      confirm(confirmAt(t0, 'app', right, { loginId: loginId('one'), policy: enforced })),
    );
    expect(late).toEqual({ kind: 'refused', refusal: { code: 'login-not-open' } });
    expect(account.current().methods.map(({ id }) => id)).toEqual([methodId('other')]);
    const next = account.carryOut(t0, (document) => startLogin(document, startAt(t0, 'next', { policy: enforced })));
    expect(next).toMatchObject({ events: [{ data: { needs: 'second-factor' } }] });
  });
});

describe('an enrolment of a forced login', () => {
  it('can begin only while the login demands it', () => {
    const command = (now: number) => enrolAppAt(now, 'late', { loginId: loginId('one'), policy: enforced });
    given(created(), forced('one'))
      .when(start(command(t0 + 10 * minuteMs)))
      .thenRefused('login-not-open');
    given(created(), loginStarted('one'), enrolled('totp', 'app'))
      .when(start(command(t0)))
      .thenRefused('login-not-open');
    given(created())
      .when(start(command(t0)))
      .thenRefused('not-found');
  });

  it('cannot be confirmed after the login, though its own time is not over', () => {
    const account = begun();
    const end = t0 + 10 * minuteMs;
    expect(account.carryOut(end, confirm(confirmAt(end, 'app', right, { loginId: loginId('one') })))).toEqual({
      kind: 'refused',
      refusal: { code: 'login-not-open' },
    });
  });

  it.each<[string, (document: AccountDocument | undefined) => Decision<unknown>]>([
    ['canceled', (document: AccountDocument | undefined) => cancelLogin(document, loginId('one'), t0)],
    ['reset', (document: AccountDocument | undefined) => resetAccount(document, 'account', t0)],
  ])('ends with a login that is %s', (_how, end) => {
    const account = begun();
    account.carryOut(t0, end);
    const late = account.carryOut(t0, confirm(confirmAt(t0, 'app', right, { loginId: loginId('one') })));
    expect(late.kind).toBe('refused');
    expect(account.current().methods).toEqual([]);
  });

  it('sends no more codes once the login is over', () => {
    const account = accountOf(created(), forced('one'));
    account.carryOut(t0, start(enrolAddressAt(t0, 'phone', 'sms', { loginId: loginId('one'), policy: enforced })));
    const later = t0 + 31 * secondMs;
    expect(wouldResendEnrolment(account.current(), enrolmentId('phone'), later)).toBeUndefined();
    account.carryOut(later, (document) => cancelLogin(document, loginId('one'), later));
    expect(wouldResendEnrolment(account.current(), enrolmentId('phone'), later)).toEqual({ code: 'login-not-open' });
  });
});
