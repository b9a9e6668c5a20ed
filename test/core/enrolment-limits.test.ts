// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import { importTotp, wouldEnrol } from '#core/enrolment.ts';
import { statusOf } from '#core/send-code.ts';
import {
  challengeId,
  confirmAt,
  created,
  enrolAddressAt,
  enrolAppAt,
  enrolled,
  enrolmentId,
  failed,
  given,
  loginStarted,
  methodId,
  methodNamed,
  minuteMs,
  offering,
  policy,
  right,
  secondMs,
  t0,
  confirm,
  start,
  startedBy,
} from '../support/account-story.ts';

describe('enrolments of one account', () => {
  it('are at most three at a time: a fourth replaces the oldest', () => {
    const three = startedBy(t0, enrolAppAt(t0, 'a'), enrolAddressAt(t0, 'b'), enrolAppAt(t0, 'c'));
    const fourth = given(created(), ...three).when(start(enrolAppAt(t0 + secondMs, 'd')));
    fourth.thenHappened(
      { type: 'enrolment-started', about: enrolmentId('d') },
      { type: 'enrolment-canceled', about: enrolmentId('a'), data: { reason: 'replaced' } },
    );
    const ids = fourth.after(t0 + secondMs, 'fourth').enrolments.map(({ id }) => id);
    expect(ids).toEqual(['b', 'c', 'd'].map(enrolmentId));
  });

  it('that are over leave room at once', () => {
    const three = startedBy(t0, enrolAppAt(t0, 'a'), enrolAppAt(t0, 'b'), enrolAppAt(t0, 'c'));
    given(created(), ...three)
      .when(start(enrolAppAt(t0 + 15 * minuteMs, 'd')))
      .thenHappened({ type: 'enrolment-started' });
  });

  it('replace an address with its open challenge', () => {
    const three = startedBy(t0, enrolAddressAt(t0, 'a'), enrolAppAt(t0, 'b'), enrolAppAt(t0, 'c'));
    const after = given(created(), ...three)
      .when(start(enrolAppAt(t0 + secondMs, 'd')))
      .after(t0 + secondMs, 'fourth');
    const challenge = after.challenges.find(({ id }) => id === challengeId('a'));
    expect(challenge && statusOf(challenge, t0 + secondMs)).toBe('canceled');
  });

  it('lead to at most ten methods', () => {
    const nine = Array.from({ length: 9 }, (_, index) => enrolled('totp', `app-${index}`, { isDefault: index === 0 }));
    given(created(), ...nine)
      .when(start(enrolAppAt(t0, 'tenth')))
      .thenHappened({ type: 'enrolment-started' });
    const ten = given(created(), ...nine, enrolled('totp', 'tenth'));
    ten.when(start(enrolAppAt(t0, 'more'))).thenRefused('too-many-methods');
    given(created(), ...startedBy(t0, enrolAppAt(t0, 'more')), ...nine, enrolled('totp', 'tenth'))
      .when(confirm(confirmAt(t0, 'more', right)))
      .thenRefused('too-many-methods');
  });
});

describe('settings', () => {
  it('are asked when an enrolment begins and again when it is confirmed', () => {
    given(created())
      .when(start(enrolAppAt(t0, 'app', { policy: offering('sms') })))
      .thenRefused('method-not-offered');
    given(created(), ...startedBy(t0, enrolAppAt(t0, 'app')))
      .when(confirm(confirmAt(t0, 'app', right, { policy: offering('sms') })))
      .thenRefused('method-not-offered');
  });

  it('are asked before limits are counted', () => {
    expect(wouldEnrol(given(created()).document, { type: 'sms', policy: offering('totp'), now: t0 })).toEqual({
      code: 'method-not-offered',
    });
    expect(wouldEnrol(undefined, { type: 'sms', policy, now: t0 })).toEqual({ code: 'not-found' });
  });
});

describe('an imported secret', () => {
  const imported =
    (change: object = {}) =>
    (document: Parameters<typeof importTotp>[0]) =>
      importTotp(document, {
        enrolmentId: enrolmentId('old'),
        methodId: methodId('old'),
        seed: { secret: 'kid00000.sealed', algorithm: 'sha512', digits: 8, period: 60 },
        policy,
        now: t0,
        ...change,
      });

  it('is a method at once, and the default where there was none', () => {
    given(created())
      .when(imported())
      .thenHappened({ type: 'method-enrolled', data: { imported: true, default: true, seed: { digits: 8 } } });
    given(created(), enrolled('sms', 'phone', { isDefault: true }))
      .when(imported())
      .thenHappened({ type: 'method-enrolled', data: { default: false } });
  });

  it('is refused as an enrolment would be', () => {
    given(created())
      .when(imported({ policy: offering('sms') }))
      .thenRefused('method-not-offered');
    given().when(imported()).thenRefused('not-found');
  });

  it('supersedes a login that was forced to enrol', () => {
    given(created(), loginStarted('one', t0, { needs: 'enrolment' }))
      .when(imported())
      .thenHappened({ type: 'method-enrolled' }, { type: 'login-failed', data: { reason: 'superseded' } });
  });
});

describe('an enrolment and its failures', () => {
  it('leaves failures of other methods as they are', () => {
    const after = given(
      created(),
      enrolled('totp', 'app', { isDefault: true }),
      ...failed('app', 9),
      ...startedBy(t0, enrolAddressAt(t0, 'phone')),
    )
      .when(confirm(confirmAt(t0, 'phone', right)))
      .after(t0, 'confirm');
    expect(methodNamed(after, 'app')?.failures).toBe(9);
  });
});
