import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import {
  checkTimes,
  checkWaitMs,
  consequenceOf,
  electDefault,
  isLocked,
  isUsable,
  packTimes,
  stateOf,
  usableMethods,
  type Method,
  type MethodPolicy,
} from '#core/methods/method.ts';
import { dayMs, minuteMs, offering, policy, secondMs, t0 } from '../support/account-story.ts';

const method = (type: Method['type'], change: object = {}): Method =>
  ({
    id: type,
    thing: type,
    type,
    enrolledAt: t0 - dayMs,
    failures: 0,
    checkedAt: [],
    disabled: false,
    ...(type === 'backup-codes' && { hashes: ['one'] }),
    ...change,
  }) as Method;

describe('failures in a row', () => {
  const locksOf = (limits: Partial<MethodPolicy> = {}) =>
    Array.from({ length: 100 }, (_, index) => index + 1).flatMap((failures) => {
      const consequence = consequenceOf(failures, { ...policy, ...limits }, t0);
      if (consequence.kind === 'none') return [];
      return [[failures, consequence.kind === 'lock' ? (consequence.until - t0) / minuteMs : 'disabled']];
    });

  it('lock a method at every tenth, twice as long each time and at most a day, until the hundredth disables it', () => {
    expect(locksOf()).toEqual([
      [10, 30],
      [20, 60],
      [30, 120],
      [40, 240],
      [50, 480],
      [60, 960],
      [70, 1_440],
      [80, 1_440],
      [90, 1_440],
      [100, 'disabled'],
    ]);
  });

  it('lock it at every third where settings say so, and disable it at the hundredth all the same', () => {
    const locks = locksOf({ failuresBeforeLock: 3, lockSeconds: 60 });
    expect(locks.slice(0, 4)).toEqual([
      [3, 1],
      [6, 2],
      [9, 4],
      [12, 8],
    ]);
    expect(locks.at(-1)).toEqual([100, 'disabled']);
    expect(locks.every(([, minutes]) => minutes === 'disabled' || Number(minutes) <= 1_440)).toBe(true);
  });

  it('disable it and do not lock it where both would happen at once', () => {
    expect(consequenceOf(100, { ...policy, failuresBeforeLock: 100 }, t0)).toEqual({ kind: 'disable' });
    expect(consequenceOf(130, policy, t0)).toEqual({ kind: 'disable' });
  });
});

describe('a lock', () => {
  it('ends at its instant and not before', () => {
    const locked = method('totp', { lockedUntil: t0 });
    expect([t0 - 1, t0].map((now) => isLocked(locked, now))).toEqual([true, false]);
    expect([t0 - 1, t0].map((now) => stateOf(locked, now))).toEqual(['locked', 'active']);
    expect(stateOf(method('totp', { lockedUntil: t0, disabled: true }), t0 - 1)).toBe('disabled');
  });
});

describe('the rate of checks', () => {
  const checked = (...times: readonly number[]) => method('totp', { checkedAt: packTimes(times) });
  const tenAt = (time: number) => checked(...Array.from({ length: 10 }, () => time));

  it('lets ten wrong guesses into any 900 seconds, to the millisecond', () => {
    expect(checkWaitMs(checked(...Array.from({ length: 9 }, () => t0)), policy, t0)).toBe(0);
    expect(checkWaitMs(tenAt(t0), policy, t0)).toBe(900 * secondMs);
    expect(checkWaitMs(tenAt(t0), policy, t0 + 900 * secondMs - 1)).toBe(1);
    expect(checkWaitMs(tenAt(t0), policy, t0 + 900 * secondMs)).toBe(0);
  });

  it('slides: the next guess waits for the oldest of the last ten, whatever lies before', () => {
    const times = Array.from({ length: 12 }, (_, index) => t0 + index * 60 * secondMs);
    const now = t0 + 700 * secondMs;
    expect(checkWaitMs(checked(...times), policy, now)).toBe(t0 + (120 + 900) * secondMs - now);
  });

  it('takes the numbers that settings have now', () => {
    const strict = { ...policy, checkRate: { attempts: 2, windowSeconds: 60 } };
    expect(checkWaitMs(checked(t0, t0 + 10 * secondMs), strict, t0 + 20 * secondMs)).toBe(40 * secondMs);
    expect(checkWaitMs(checked(t0), strict, t0)).toBe(0);
  });

  it('never lets a guess stop counting before its time, though records keep whole seconds', () => {
    const times = fc.array(fc.nat(900_000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, (offsets) => {
        const made = offsets.map((offset) => t0 + offset).toSorted((a, b) => a - b);
        const kept = checkTimes(checked(...made));
        expect(kept).toHaveLength(made.length);
        kept.forEach((at, index) => {
          const late = at - (made[index] ?? 0);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThan(1_000);
        });
      }),
    );
  });
});

describe('a usable method', () => {
  it('is offered, not disabled, and has something left to give', () => {
    expect(isUsable(method('totp'), policy)).toBe(true);
    expect(isUsable(method('totp'), offering('sms', 'email'))).toBe(false);
    expect(isUsable(method('sms', { disabled: true }), policy)).toBe(false);
    expect(isUsable(method('backup-codes'), policy)).toBe(true);
    expect(isUsable(method('backup-codes', { hashes: [] }), policy)).toBe(false);
  });

  it('may be locked: it is usable again later', () => {
    expect(usableMethods([method('totp', { lockedUntil: t0 + dayMs })], policy)).toHaveLength(1);
  });
});

describe('the default method', () => {
  const all = [method('email'), method('backup-codes'), method('sms'), method('totp')];

  it('is elected by type, app before SMS before email, and never backup codes', () => {
    expect(electDefault(all)?.type).toBe('totp');
    expect(electDefault(all.filter(({ type }) => type !== 'totp'))?.type).toBe('sms');
    expect(electDefault([method('backup-codes'), method('email')])?.type).toBe('email');
    expect(electDefault([method('backup-codes')])).toBeUndefined();
    expect(electDefault([])).toBeUndefined();
  });

  it('is the one enrolled longest among those of a type, and no disabled one', () => {
    const [first, second] = [method('totp', { id: 'first' }), method('totp', { id: 'second' })];
    expect(electDefault([first, second])?.id).toBe('first');
    expect(electDefault([{ ...first, disabled: true }, second])?.id).toBe('second');
    expect(electDefault([{ ...first, disabled: true }, method('sms')])?.type).toBe('sms');
  });
});
