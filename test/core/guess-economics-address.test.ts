import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { besiege, burst, chanceUnits, createLimits, persist, type Besieged } from '../support/besieged-address.ts';
import { dayMs, hourMs, minuteMs, secondMs, t0 } from '../support/challenges.ts';

/**
 * What guessing at bare addresses can win, from anywhere and for as long as one likes (docs/security.md, Guessing): the sums of the
 * chances of all guesses that the rules let anybody make, with the limits as they are at first, on a clock that the test moves.
 */

const millionth = chanceUnits / 1e6;
const spans = { day: dayMs, month: 30 * dayMs, year: 365 * dayMs };
/** Of one address: 29 guesses at 6 digits, then 45 a day at 8; or the 29 again after each 30 quiet days. */
const bounds = { day: 30 * millionth, month: 43 * millionth, year: 380 * millionth };
/** Where no message is counted: 20 challenges at once make 109 guesses at 6 digits, then 72 a day at 8. */
const boundsWithoutLimits = { day: 111 * millionth, month: 132 * millionth, year: 1_425 * millionth };

const gapsMs = [0, 30 * secondMs, 60 * secondMs, 120 * secondMs];
const burstOf = (address: Besieged) => burst(address, hourMs, gapsMs);
const allAtOnce = (address: Besieged) =>
  burst(
    address,
    0,
    Array.from({ length: 20 }, () => 0),
  );

type Span = keyof typeof spans;
const eachSpan = Object.keys(spans) as Span[];

/** One who bursts, and begins anew as often as failures are forgotten. */
function rest(address: Besieged, strike: (address: Besieged) => void, until: number): void {
  while (address.now() + 2 * hourMs < until) {
    strike(address);
    address.wait(30 * dayMs);
  }
}

describe('One address, with the limits as they are at first', () => {
  it.each(eachSpan)('gives who bursts and then never stops less than the bound of a %s', (span) => {
    const address = besiege(createLimits());
    burstOf(address);
    expect([address.guesses(), address.chance()]).toEqual([29, 29 * millionth]);
    expect(address.sends()).toBe(6);
    persist(address, t0 + spans[span], span === 'year' ? hourMs : 10 * minuteMs);
    expect(address.chance()).toBeLessThanOrEqual(bounds[span]);
    // And the story did not end early: it went on with the 15 messages of each day.
    expect(address.sends()).toBeGreaterThanOrEqual(15 * (spans[span] / dayMs - 1));
    const perDay = (address.chance() - 29 * millionth) / (spans[span] / dayMs);
    expect(perDay).toBeLessThanOrEqual(0.45 * millionth);
  });

  it('gives who rests for 30 days after each burst most of all in a year: 13 bursts', () => {
    const address = besiege(createLimits());
    rest(address, burstOf, t0 + spans.year);
    expect(address.guesses()).toBe(13 * 29);
    expect(address.chance()).toBe(13 * 29 * millionth);
    expect(address.chance()).toBeLessThanOrEqual(bounds.year);
  });

  it('gives 29 guesses for each time that the person passes, and asks for six messages that they see', () => {
    const address = besiege(createLimits());
    for (let day = 1; day <= 30; day += 1) {
      burstOf(address);
      expect([address.guesses(), address.sends()]).toEqual([29 * day, 7 * day - 1]);
      address.wait(dayMs - hourMs);
      expect(address.ownerPasses()).toBe(true);
    }
  });

  it('gives no story, however odd, more than the bound of its time, nor more than five guesses a message', () => {
    type Act = (address: Besieged) => void;
    const nth = (address: Besieged, index: number) => address.openIds().at(index % 20) ?? '';
    const act: fc.Arbitrary<Act> = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.nat(5).map(
          (purpose): Act =>
            (address) =>
              void address.request(`p${purpose}`),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.nat(4).map(
          (index): Act =>
            (address) =>
              void address.resend(nth(address, index)),
        ),
      },
      {
        weight: 4,
        arbitrary: fc.record({ index: fc.nat(4), times: fc.constantFrom(1, 4, 5) }).map(
          ({ index, times }): Act =>
            (address) =>
              void address.guess(nth(address, index), times),
        ),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom(30 * secondMs, minuteMs, 2 * minuteMs, 4 * minuteMs, hourMs, 12 * hourMs).map(
          (ms): Act =>
            (address) =>
              address.wait(ms),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constant<Act>((address) => address.openIds().forEach((id) => void address.guess(id))),
      },
    );
    let most = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 30, maxLength: 150 }), (acts) => {
        const address = besiege(createLimits());
        for (const each of acts) {
          each(address);
          const passed = address.now() - t0;
          const allowed = passed < dayMs ? bounds.day : passed < spans.month ? bounds.month : bounds.year;
          expect(address.chance()).toBeLessThanOrEqual(allowed);
          expect(address.guesses()).toBeLessThanOrEqual(5 * address.sends());
          if (passed < spans.month) most = Math.max(most, address.chance());
        }
      }),
      { numRuns: 300, seed: 1_729 },
    );
    // The stories are no idle ones: some reach 15 guesses at 6 digits and more.
    expect(most).toBeGreaterThan(15 * millionth);
  });
});

describe('One address whose messages nobody counts', () => {
  it.each(['day', 'month'] as const)('is bound by its record alone, over a %s of guessing without a pause', (span) => {
    const address = besiege();
    allAtOnce(address);
    expect(address.guesses()).toBeLessThanOrEqual(109);
    expect(address.failures()).toBeGreaterThanOrEqual(100);
    const afterBurst = address.guesses();
    persist(address, t0 + spans[span], hourMs);
    expect(address.guesses() - afterBurst).toBeLessThanOrEqual((72 * spans[span]) / dayMs);
    expect(address.chance()).toBeLessThanOrEqual(boundsWithoutLimits[span]);
  });

  it('gives who rests after each burst most in a year, and no more than 13 times 109 guesses', () => {
    const address = besiege();
    rest(address, allAtOnce, t0 + spans.year);
    expect(address.guesses()).toBeGreaterThan(13 * 100);
    expect(address.chance()).toBeLessThanOrEqual(boundsWithoutLimits.year);
  });

  it('makes one challenge an hour from 100 wrong guesses on, however often it is asked', () => {
    const address = besiege();
    allAtOnce(address);
    address.wait(hourMs);
    const before = address.sends();
    persist(address, address.now() + 10 * hourMs, minuteMs);
    expect(address.sends() - before).toBe(10);
  });
});

describe('Many addresses of one tenant', () => {
  const perDay = 100;
  /** A message a spray has is worth five guesses at 6 digits: at 20,000 messages a day 0.1 right guesses a day, 3 in 30 days. */
  it('give five guesses for each message of the daily budget and no more, whatever the number of addresses', () => {
    const limits = createLimits({ tenantPerDay: perDay });
    let [now, sent, guesses, chance] = [t0, 0, 0, 0];
    while (now < t0 + 30 * dayMs) {
      const address = besiege(limits, `${sent}`.padStart(22, 'd'));
      address.wait(now - t0);
      const id = address.request();
      if (id !== undefined) {
        address.guess(id);
        [sent, guesses, chance] = [sent + 1, guesses + address.guesses(), chance + address.chance()];
      } else now += 10 * minuteMs;
    }
    expect(sent).toBeGreaterThan(perDay * 20);
    expect(sent).toBeLessThanOrEqual(perDay * 30);
    expect(guesses).toBe(5 * sent);
    expect(chance).toBe(5 * millionth * sent);
  });
});
