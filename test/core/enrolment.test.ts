// oxlint-disable vitest/expect-expect -- a story's then… expects
import { describe, expect, it } from 'vitest';
import { cancelEnrolment, confirmEnrolment, resendEnrolment } from '#core/enrolment.ts';
import {
  challengeId,
  codeAt,
  confirmAt,
  created,
  enrolAddressAt,
  enrolAppAt,
  enrolled,
  enrolmentId,
  given,
  hourMs,
  methodId,
  methodNamed,
  minuteMs,
  proof,
  right,
  secondMs,
  t0,
  wrong,
  confirm,
  start,
  startedBy,
} from '../support/account-story.ts';
import { policy as codePolicy } from '../support/challenges.ts';

const enrolmentOf = (now: number) => ({
  id: enrolmentId('phone'),
  type: 'sms' as const,
  attempts: 0,
  attemptsMax: 5,
  startedAt: now,
  expiresAt: now + minuteMs,
});

describe('an enrolment of an authenticator app', () => {
  it('keeps the sealed seed for 15 minutes and five guesses', () => {
    given(created())
      .when(start(enrolAppAt(t0, 'app', { label: 'kid00000.label' })))
      .thenHappened({
        type: 'enrolment-started',
        about: enrolmentId('app'),
        data: { type: 'totp', attemptsMax: 5, expiresAt: t0 + 15 * minuteMs, label: 'kid00000.label' },
      });
  });

  it('becomes a method by its first code, whose step is burnt, and the first method is the default', () => {
    const after = given(created(), ...startedBy(t0, enrolAppAt(t0, 'app')))
      .when(confirm(confirmAt(t0 + minuteMs, 'app', { kind: 'right', usedStep: 59 })))
      .after(t0 + minuteMs, 'confirm');
    expect(methodNamed(after, 'app')).toMatchObject({
      type: 'totp',
      usedStep: 59,
      failures: 0,
      thing: enrolmentId('app'),
    });
    expect(after.defaultMethodId).toBe(methodId('app'));
    expect(after.enrolments).toEqual([]);
  });

  it('can be confirmed until its end and not at it', () => {
    const begun = given(created(), ...startedBy(t0, enrolAppAt(t0, 'app')));
    begun.when(confirm(confirmAt(t0 + 15 * minuteMs - 1, 'app', right))).thenHappened({ type: 'method-enrolled' });
    begun.when(confirm(confirmAt(t0 + 15 * minuteMs, 'app', right))).thenAnswered({ reason: 'expired' });
  });

  it('ends at the fifth wrong code', () => {
    const begun = startedBy(t0, enrolAppAt(t0, 'app'));
    const past = [...begun];
    for (const left of [4, 3, 2, 1]) {
      given(created(), ...past)
        .when(confirm(confirmAt(t0, 'app', wrong)))
        .thenHappened({ type: 'attempt-rejected', data: { enrolmentId: enrolmentId('app'), attemptsLeft: left } });
      past.push({
        causationId: `guess-${left}`,
        type: 'attempt-rejected',
        time: t0,
        data: { enrolmentId: enrolmentId('app'), attemptsLeft: left, failures: 0 },
      });
    }
    const last = given(created(), ...past).when(confirm(confirmAt(t0, 'app', wrong)));
    last.thenHappened(
      { type: 'attempt-rejected', data: { attemptsLeft: 0 } },
      { type: 'enrolment-canceled', data: { reason: 'exhausted' } },
    );
    expect(confirmEnrolment(last.after(t0, 'fifth'), confirmAt(t0, 'app', right))).toMatchObject({ kind: 'refused' });
  });

  it('never asks for a comparison once it is over', () => {
    const compare = () => {
      throw new Error('compared');
    };
    given(created(), ...startedBy(t0, enrolAppAt(t0, 'app')))
      .when(confirm({ ...confirmAt(t0 + hourMs, 'app', right), compare }))
      .thenAnswered({ reason: 'expired' });
    given(created())
      .when(confirm({ ...confirmAt(t0, 'app', right), compare }))
      .thenRefused('not-found');
  });
});

describe('an enrolment of an address', () => {
  it('sends a code there and lives as long as the code', () => {
    given(created())
      .when(start(enrolAddressAt(t0, 'phone')))
      .thenHappened(
        { type: 'enrolment-started', data: { challengeId: challengeId('phone'), expiresAt: t0 + 5 * minuteMs } },
        { type: 'challenge-requested', data: { purpose: 'enrolment', channel: 'sms' } },
      );
  });

  it('becomes a method with the approval of its challenge', () => {
    given(created(), enrolled('totp', 'app', { isDefault: true }), ...startedBy(t0, enrolAddressAt(t0, 'phone')))
      .when(confirm(confirmAt(t0, 'phone', right)))
      .thenHappened(
        { type: 'method-enrolled', data: { type: 'sms', default: false, destination: 'phone'.padEnd(22, 'd') } },
        { type: 'challenge-approved', about: challengeId('phone'), data: { proof } },
      );
  });

  it('lives on with a new code, whose attempts are those that were left', () => {
    const resend = { ...codeAt(t0 + minuteMs, 'phone'), policy: codePolicy };
    const begun = given(created(), ...startedBy(t0, enrolAddressAt(t0, 'phone')));
    const guessed = begun.when(confirm(confirmAt(t0, 'phone', wrong))).after(t0, 'guess');
    const resent = resendEnrolment(guessed, enrolmentId('phone'), resend);
    expect(resent).toMatchObject({
      kind: 'events',
      events: [{ type: 'challenge-resend-requested', data: { send: { number: 2 } } }],
    });
    const past = startedBy(t0, enrolAddressAt(t0, 'phone'));
    const after = given(created(), ...past)
      .when((document) => resendEnrolment(document, enrolmentId('phone'), resend))
      .after(t0 + minuteMs, 'resend');
    expect(after.enrolments[0]?.expiresAt).toBe(t0 + 6 * minuteMs);
  });

  it('is exhausted with its challenge', () => {
    const past = startedBy(t0, enrolAddressAt(t0, 'phone'));
    const rejected = [4, 3, 2, 1].map((attemptsLeft) => ({
      type: 'attempt-rejected' as const,
      time: t0,
      data: { challengeId: challengeId('phone'), enrolmentId: enrolmentId('phone'), attemptsLeft, failures: 0 },
    }));
    given(created(), ...past, ...rejected)
      .when(confirm(confirmAt(t0, 'phone', wrong)))
      .thenHappened(
        { type: 'attempt-rejected', data: { attemptsLeft: 0 } },
        { type: 'challenge-exhausted' },
        { type: 'enrolment-canceled', data: { reason: 'exhausted' } },
      );
  });

  it('takes its challenge with it when it is given up', () => {
    given(created(), ...startedBy(t0, enrolAddressAt(t0, 'phone')))
      .when((document) => cancelEnrolment(document, enrolmentId('phone'), t0 + secondMs))
      .thenHappened(
        { type: 'enrolment-canceled', data: { reason: 'requested' } },
        { type: 'challenge-canceled', data: { reason: 'replaced' } },
      );
    given(created())
      .when((document) => cancelEnrolment(document, enrolmentId('phone'), t0))
      .thenRefused('not-found');
  });

  it('is refused for an address that is enrolled, and not for a second phone', () => {
    const one = given(created(), enrolled('sms', 'phone', { isDefault: true }));
    one.when(start(enrolAddressAt(t0, 'phone'))).thenRefused('already-enrolled');
    one
      .when(start(enrolAddressAt(t0, 'another')))
      .thenHappened({ type: 'enrolment-started' }, { type: 'challenge-requested' });
  });

  it('that was begun before the address was enrolled comes too late', () => {
    given(
      created(),
      ...startedBy(t0, enrolAddressAt(t0, 'phone')),
      enrolled('sms', 'phone', { time: t0, isDefault: true }),
    )
      // The facts name both by one name, so only the destination can tell.
      .when((document) =>
        confirmEnrolment(
          document && { ...document, enrolments: [{ ...enrolmentOf(t0), destination: 'phone'.padEnd(22, 'd') }] },
          confirmAt(t0, 'phone', right),
        ),
      )
      .thenRefused('already-enrolled');
  });
});
