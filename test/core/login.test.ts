// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import type { AccountDocument } from '#core/account-document.ts';
import { loginStatus } from '#core/login-status.ts';
import { cancelLogin, startLogin, takeResult, type StartLogin } from '#core/login.ts';
import {
  bypassMade,
  codesMade,
  created,
  dayMs,
  disabled,
  enforced,
  enrolled,
  failed,
  given,
  hourMs,
  loginId,
  loginNamed,
  loginStarted,
  methodId,
  minuteMs,
  offering,
  policy,
  proof,
  secondMs,
  startAt,
  t0,
} from '../support/account-story.ts';
import type { Told } from '../support/given.ts';

const start = (command: StartLogin) => (document: AccountDocument | undefined) => startLogin(document, command);
const app = enrolled('totp', 'app', { isDefault: true });
const phone = enrolled('sms', 'phone');
const needs = (history: readonly Told[], change: Partial<StartLogin> = {}, now = t0) => {
  const decision = startLogin(given(created(), ...history).document, startAt(now, 'new', change));
  const [started] = decision.kind === 'events' ? decision.events : [];
  const { needs: what, reason, enrolmentDueAt } = (started?.data ?? {}) as Record<string, unknown>;
  return { what, reason, enrolmentDueAt };
};

describe('a login', () => {
  it('needs a second factor where a method can give one', () => {
    expect(needs([app])).toEqual({ what: 'second-factor' });
    expect(needs([app], { policy: enforced })).toEqual({ what: 'second-factor' });
  });

  it('needs nothing of whom settings do not force and who has no method', () => {
    expect(needs([])).toEqual({ what: 'nothing' });
  });

  it('needs an enrolment of whom they force', () => {
    expect(needs([], { policy: enforced })).toEqual({ what: 'enrolment', enrolmentDueAt: t0 });
  });

  it('is locked while all that could be used is locked, and not while one method is left', () => {
    const locked = failed('app', 10, t0 - minuteMs, t0 + minuteMs);
    expect(needs([app, ...locked])).toEqual({ what: 'locked', reason: 'locked' });
    expect(needs([app, ...locked], {}, t0 + minuteMs)).toEqual({ what: 'second-factor' });
    expect(needs([app, phone, ...locked])).toEqual({ what: 'second-factor' });
  });

  it('takes neither a withdrawn nor a disabled method for none', () => {
    for (const settings of [offering('sms'), { ...enforced, offered: offering('sms').offered }]) {
      expect(needs([app], { policy: settings })).toEqual({ what: 'locked', reason: 'no-usable-method' });
    }
    expect(needs([app, disabled('app')], { policy: enforced })).toEqual({ what: 'locked', reason: 'no-usable-method' });
    expect(needs([app, codesMade()], { policy: offering('sms') })).toEqual({
      what: 'locked',
      reason: 'no-usable-method',
    });
  });

  it('gets a method back when it is offered again', () => {
    expect(needs([app], { policy: offering('sms') }).what).toBe('locked');
    expect(needs([app], { policy: offering('sms', 'totp') }).what).toBe('second-factor');
  });

  it('can be passed with backup codes while the method beside them is spoilt', () => {
    expect(needs([app, codesMade(), disabled('app')])).toEqual({ what: 'second-factor' });
    expect(needs([app, codesMade()], { policy: offering('backup-codes') })).toEqual({ what: 'second-factor' });
  });

  it('begins for the account of its id alone', () => {
    given()
      .when(start(startAt(t0)))
      .thenRefused('not-found');
  });

  it('lives for the time and the guesses that settings give', () => {
    given(created(), app)
      .when(start(startAt(t0, 'new', { policy: { ...policy, loginLifetimeSeconds: 60, attemptsPerLogin: 3 } })))
      .thenHappened({ type: 'login-started', data: { expiresAt: t0 + 60 * secondMs, attemptsMax: 3 } });
    const { document } = given(created(), app, loginStarted('one', t0));
    const login = loginNamed(document, 'one');
    if (!login) throw new Error('there is no login');
    expect([t0 + 600 * secondMs - 1, t0 + 600 * secondMs].map((now) => loginStatus(login, now))).toEqual([
      'second-factor-required',
      'expired',
    ]);
  });
});

describe('enforcement', () => {
  const groups = { ...policy, enforcement: { mode: 'groups' as const, groups: ['staff', 'root'], graceSeconds: 0 } };
  const grace = { ...policy, enforcement: { mode: 'all' as const, groups: [], graceSeconds: 3_600 } };

  it('is for the groups that settings name, by the names that the application gives', () => {
    expect(needs([], { policy: groups, groups: ['staff'] }).what).toBe('enrolment');
    expect(needs([], { policy: groups, groups: ['guests', 'root'] }).what).toBe('enrolment');
    expect(needs([], { policy: groups, groups: ['guests', 'Staff'] }).what).toBe('nothing');
    expect(needs([], { policy: groups }).what).toBe('nothing');
  });

  it('gives a grace from the first login that meets it, and keeps its end', () => {
    const first = needs([], { policy: grace });
    expect(first).toEqual({ what: 'nothing', enrolmentDueAt: t0 + hourMs });
    const met = [loginStarted('first', t0, { needs: 'nothing', enrolmentDueAt: t0 + hourMs })];
    expect(needs(met, { policy: grace }, t0 + hourMs - 1)).toEqual({ what: 'nothing', enrolmentDueAt: t0 + hourMs });
    expect(needs(met, { policy: grace }, t0 + hourMs)).toEqual({ what: 'enrolment', enrolmentDueAt: t0 + hourMs });
  });

  it('lets go of whom support has exempted, until then', () => {
    const exempt: Told = { type: 'account-exempted', time: t0 - dayMs, data: { until: t0 } };
    expect(needs([exempt], { policy: enforced }, t0 - 1).what).toBe('nothing');
    expect(needs([exempt], { policy: enforced }, t0).what).toBe('enrolment');
    const lifted: Told = { type: 'account-exempted', time: t0 - hourMs, data: {} };
    expect(needs([exempt, lifted], { policy: enforced }, t0 - 1).what).toBe('enrolment');
  });

  it('locks out whom it forces while nothing can be enrolled', () => {
    const only = { ...enforced, offered: offering('backup-codes').offered };
    expect(needs([], { policy: only })).toEqual({ what: 'locked', reason: 'no-usable-method', enrolmentDueAt: t0 });
  });

  it('lets whom support has reset enrol anew', () => {
    const reset: Told = { type: 'method-reset', time: t0 - minuteMs, data: { methodIds: [methodId('app')] } };
    expect(needs([app, disabled('app'), reset], { policy: enforced }).what).toBe('enrolment');
    expect(needs([app, disabled('app'), reset]).what).toBe('nothing');
  });
});

describe('a bypass code', () => {
  it('opens a login that is locked, until it ends', () => {
    const history = [app, ...failed('app', 10, t0 - minuteMs, t0 + dayMs), bypassMade(t0 + hourMs)];
    expect(needs(history)).toEqual({ what: 'second-factor' });
    expect(needs(history, {}, t0 + hourMs)).toEqual({ what: 'locked', reason: 'locked' });
    expect(needs([app, bypassMade(t0 + hourMs)], { policy: offering('sms') }).what).toBe('second-factor');
  });

  it('is asked of nobody who needs no second factor', () => {
    expect(needs([bypassMade(t0 + hourMs)])).toEqual({ what: 'nothing' });
  });

  it('stands in for the method that is missing', () => {
    expect(needs([bypassMade(t0 + hourMs)], { policy: enforced }).what).toBe('second-factor');
  });

  it('is void after a reset', () => {
    const reset: Told = { type: 'method-reset', time: t0 - secondMs, data: { methodIds: [methodId('app')] } };
    expect(needs([app, bypassMade(t0 + hourMs), reset], { policy: enforced }).what).toBe('enrolment');
  });
});

describe('open logins', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name, index) => loginStarted(name, t0 + index));

  it('are at most five: a sixth ends the oldest', () => {
    const sixth = given(created(), app, ...five).when(start(startAt(t0 + secondMs, 'f')));
    sixth.thenHappened(
      { type: 'login-started', about: loginId('f') },
      { type: 'login-canceled', about: loginId('a'), data: { reason: 'superseded' } },
    );
    const after = sixth.after(t0 + secondMs, 'sixth');
    expect(after.logins.map((login) => loginStatus(login, t0 + secondMs))).toEqual([
      'canceled',
      ...Array.from({ length: 5 }, () => 'second-factor-required'),
    ]);
  });

  it('are not those that are over, or need nothing', () => {
    given(created(), app, ...five)
      .when(start(startAt(t0 + 10 * minuteMs, 'f')))
      .thenHappened({ type: 'login-started' });
    const free = ['a', 'b', 'c', 'd', 'e'].map((name) => loginStarted(name, t0, { needs: 'nothing' }));
    given(created(), ...free)
      .when(start(startAt(t0, 'f')))
      .thenHappened({ type: 'login-started' });
  });
});

describe('a login that is given up', () => {
  const cancel = (name: string, now: number) => (document: AccountDocument | undefined) =>
    cancelLogin(document, loginId(name), now);

  it('is canceled while it is open, and while its result waits', () => {
    given(created(), app, loginStarted('one')).when(cancel('one', t0)).thenHappened({ type: 'login-canceled' });
    given(created(), app, loginStarted('one'), awaiting('one', t0))
      .when(cancel('one', t0 + minuteMs))
      .thenHappened({ type: 'login-canceled', data: { reason: 'requested' } });
  });

  it('stays as it is once it is over', () => {
    const one = given(created(), app, loginStarted('one'));
    one.when(cancel('one', t0 + 10 * minuteMs)).thenAnswered({ kind: 'over' });
    one.when(cancel('other', t0)).thenRefused('not-found');
    given(created(), loginStarted('one', t0, { needs: 'nothing' }))
      .when(cancel('one', t0))
      .thenAnswered({ kind: 'over' });
  });
});

const awaiting = (name: string, time: number): Told => ({
  type: 'login-awaiting-result',
  time,
  data: {
    loginId: loginId(name),
    method: 'totp',
    methodId: methodId('app'),
    proof,
    nonce: 'nonce',
    resultExpiresAt: time + 5 * minuteMs,
  },
});

describe('the result of a page', () => {
  const take = (nonce: string, now: number) => (document: AccountDocument | undefined) =>
    takeResult(document, loginId('one'), (kept) => kept === nonce, now);
  const passed = given(created(), app, loginStarted('one'), awaiting('one', t0));

  it('is approved only once the application has taken it', () => {
    const after = passed.when(take('nonce', t0 + minuteMs)).after(t0 + minuteMs, 'take');
    const login = loginNamed(after, 'one');
    expect(login?.status).toEqual({
      kind: 'approved',
      at: t0 + minuteMs,
      method: 'totp',
      methodId: methodId('app'),
      proof,
    });
  });

  it('is taken by its own code, once, and until it expires', () => {
    passed.when(take('another', t0)).thenRefused('login-not-open');
    passed.when(take('nonce', t0 + 5 * minuteMs - 1)).thenHappened({ type: 'login-result-taken' });
    passed.when(take('nonce', t0 + 5 * minuteMs)).thenRefused('login-not-open');
    const taken: Told = { type: 'login-result-taken', time: t0, data: { loginId: loginId('one') } };
    given(created(), app, loginStarted('one'), awaiting('one', t0), taken)
      .when(take('nonce', t0))
      .thenRefused('login-not-open');
  });

  it('is approved for nobody before', () => {
    const login = loginNamed(passed.document, 'one');
    if (!login) throw new Error('there is no login');
    expect(loginStatus(login, t0)).toBe('awaiting-result');
    expect(loginStatus(login, t0 + 5 * minuteMs)).toBe('expired');
  });
});
