import { describe, expect, it } from 'vitest';
import type { Event } from '#core/event.ts';
import { addCounts, countedTypes, countsOf, handoverSeconds, statsOf } from '#core/stats.ts';
import type { EventName } from '#schemas/index.ts';

const time = 1_800_000_000_000;
const event = (type: EventName, data: object = {}): Event => ({
  id: 'id',
  type,
  source: '/twofold/test',
  about: 'thing',
  tenant: 'acme',
  time,
  causationId: 'cause',
  actor: 'service:test',
  subject: 'subject',
  data,
});
const sent = (more: object = {}) =>
  countsOf(event('delivery-sent', { challengeId: 'c', channel: 'sms', send: 1, provider: 'twilio', ...more }));
const failed = (more: object) =>
  countsOf(event('delivery-failed', { challengeId: 'c', channel: 'email', send: 1, ...more }));

describe('The counts of an event', () => {
  it('are one for each thing that statistics show', () => {
    const names = countedTypes.filter((type) => !type.startsWith('delivery-') && type !== 'login-started');
    expect(Object.fromEntries(names.map((type) => [type, countsOf(event(type))]))).toEqual({
      'challenge-requested': { requests: 1 },
      'challenge-resend-requested': { resends: 1 },
      'challenge-approved': { approvals: 1 },
      'attempt-rejected': { rejections: 1 },
      'login-approved': { 'logins-approved': 1 },
      'login-result-taken': { 'logins-approved': 1 },
      'login-failed': { 'logins-failed': 1 },
    });
    expect(countsOf(event('settings-changed'))).toBeUndefined();
    expect(countsOf(event('login-awaiting-result'))).toBeUndefined();
  });

  it('leave out a login that needs no second factor', () => {
    expect(countsOf(event('login-started', { needs: 'nothing' }))).toBeUndefined();
    for (const needs of ['second-factor', 'enrolment', 'locked']) {
      expect(countsOf(event('login-started', { needs }))).toEqual({ 'logins-started': 1 });
    }
  });

  it('name the provider and the outcome of a delivery, and no word that they do not know', () => {
    expect(sent()).toEqual({ 'delivery/sms/sent/twilio': 1 });
    expect(failed({ reason: 'rejected', provider: 'smtp' })).toEqual({ 'delivery/email/rejected/smtp': 1 });
    expect(failed({ reason: 'expired' })).toEqual({ 'delivery/email/expired/': 1 });
    expect(failed({ reason: 'of another version' })).toEqual({ 'delivery/email/other/': 1 });
  });

  it('leave notices out', () => {
    const notice = { noticeId: 'n', methodId: 'm', channel: 'sms', provider: 'twilio' };
    expect(countsOf(event('delivery-sent', notice))).toBeUndefined();
    expect(countsOf(event('delivery-failed', { ...notice, reason: 'rejected' }))).toBeUndefined();
  });

  it('put the time to the hand-over into the first bucket that holds it', () => {
    const bucket = (ms: number) =>
      Object.keys(sent({ requestedAt: time - ms }) ?? {}).find((one) => /^handover\/\d/.test(one));
    expect(bucket(0)).toBe('handover/0');
    expect(bucket(-5_000)).toBe('handover/0');
    for (const [index, seconds] of handoverSeconds.entries()) {
      expect(bucket(seconds * 1_000)).toBe(`handover/${index}`);
      expect(bucket(seconds * 1_000 + 1)).toBe(`handover/${index + 1}`);
    }
    expect(sent({ requestedAt: time - 700 })).toMatchObject({ 'handover-ms': 700 });
  });
});

describe('Statistics', () => {
  const add = (...all: object[]) => addCounts(all as Record<string, number>[]);

  it('of nothing are noughts', () => {
    const none = statsOf({});
    expect(none).toMatchObject({
      requests: 0,
      approvals: 0,
      logins: { started: 0, approved: 0, failed: 0 },
      deliveries: [],
    });
    expect(none.handover).toEqual({
      count: 0,
      buckets: [...handoverSeconds, undefined].map((upToSeconds) => ({
        ...(upToSeconds && { upToSeconds }),
        count: 0,
      })),
    });
  });

  it('add deliveries up by channel, outcome and provider', () => {
    const counts = add(
      sent() ?? {},
      sent() ?? {},
      failed({ reason: 'expired' }) ?? {},
      { requests: 2 },
      { requests: 1 },
    );
    expect(statsOf(counts)).toMatchObject({
      requests: 3,
      deliveries: [
        { channel: 'email', outcome: 'expired', count: 1 },
        { channel: 'sms', provider: 'twilio', outcome: 'sent', count: 2 },
      ],
    });
  });

  it('tell the mean and the bounds of the middle and of the 95th of a hundred', () => {
    const took = (ms: number, times: number) =>
      Array.from({ length: times }, () => sent({ requestedAt: time - ms }) ?? {});
    const { handover } = statsOf(add(...took(400, 60), ...took(3_000, 35), ...took(20_000, 5)));
    expect(handover).toMatchObject({ count: 100, p50Seconds: 0.5, p95Seconds: 5 });
    expect(handover.meanSeconds).toBeCloseTo(2.29, 6);
    const beyond = statsOf(add(...took(1_000_000, 3))).handover;
    expect(beyond).not.toHaveProperty('p50Seconds');
    expect(beyond.buckets.at(-1)).toEqual({ count: 3 });
  });
});
