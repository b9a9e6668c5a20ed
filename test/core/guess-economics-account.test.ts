import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs, t0 } from '../support/account-story.ts';
import { besiegeAccount, chanceOfGuess, type MethodName } from '../support/besieged-account.ts';
import { createLimits } from '../support/besieged-address.ts';

/**
 * What guessing at the second factor can win for somebody who has the password (docs/security.md, Second factors): all guesses that the
 * rules let them make, over as many logins as they like, on a clock that the test moves.
 */

const everyMethod: readonly MethodName[] = ['app', 'phone', 'codes'];

describe('An account whose owner is away', () => {
  it.each([
    ['day', dayMs, { app: 60, phone: 60, codes: 60 }, 2.41e-4],
    ['month', 30 * dayMs, { app: 100, phone: 100, codes: 100 }, 4.01e-4],
    ['year', 365 * dayMs, { app: 100, phone: 100, codes: 100 }, 4.01e-4],
  ] as const)('gives so many guesses at each method in a %s, and no more', (_span, ms, guesses, bound) => {
    const account = besiegeAccount(createLimits());
    account.persist(everyMethod, t0 + Math.min(ms, 6 * dayMs));
    // What is disabled stays so: a try a day is enough to see it.
    for (; account.now() < t0 + ms; account.wait(dayMs)) for (const name of everyMethod) account.guess(name);
    for (const name of everyMethod) expect(account.guesses[name]).toBeLessThanOrEqual(guesses[name]);
    expect(account.guesses).toMatchObject({ app: guesses.app, codes: guesses.codes });
    const expected = everyMethod.reduce((sum, name) => sum + account.guesses[name] * chanceOfGuess[name], 0);
    expect(expected).toBeLessThanOrEqual(bound);
    const disabled = everyMethod.map((name) => account.method(name)?.disabled);
    expect(disabled).toEqual(everyMethod.map(() => ms > dayMs));
  });

  it('takes ten guesses between locks of half an hour, an hour, two … up to a day', () => {
    const account = besiegeAccount(createLimits());
    const waits: number[] = [];
    while (!account.method('app')?.disabled) {
      expect(account.guess('app')).toBe(10);
      const lockedAt = account.now();
      while (account.isLocked('app')) account.wait(minuteMs);
      waits.push((account.now() - lockedAt) / hourMs);
    }
    expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 24, 24, 24, 0]);
  });
});

describe('An account whose owner uses the app once a day', () => {
  /** The right code ends the failures, so this grows with every use: 1 % a year in silence, 6.5 % with five notices a day. */
  it.each([
    ['below every lock: 9 guesses a day, of which nobody is told', [9], 9],
    ['up to the last lock that ends before the owner comes: 59 a day', [10, 10, 10, 10, 10, 9], 59],
  ] as const)('gives who stays %s', (_how, rounds, perDay) => {
    const account = besiegeAccount(createLimits());
    const days = 30;
    for (let day = 1; day <= days; day += 1) {
      for (const count of rounds) {
        while (account.isLocked('app')) account.wait(minuteMs);
        expect(account.guess('app', count)).toBe(count);
      }
      account.wait(t0 + day * dayMs - account.now());
      expect(account.ownerPasses()).toBe(true);
    }
    expect(account.guesses.app).toBe(perDay * days);
    expect(365 * perDay * chanceOfGuess.app).toBeLessThanOrEqual(perDay === 9 ? 0.01 : 0.065);
  });

  it('gives no more than 60 guesses between two of its uses, and keeps the owner from the app who comes after them', () => {
    const account = besiegeAccount(createLimits());
    account.persist(['app'], t0 + dayMs);
    expect(account.guesses.app).toBe(60);
    expect(account.ownerPasses()).toBe(false);
  });
});
