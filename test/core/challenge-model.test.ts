import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressDecider, failuresAt, type AddressDocument } from '#core/address-document.ts';
import { findChallenge, newestSend } from '#core/challenge-book.ts';
import { cancelChallenge, checkCode, requestChallenge, resendChallenge, resetAddress } from '#core/challenge.ts';
import type { Decision } from '#core/decider.ts';
import type { Draft } from '#core/event.ts';
import { endingOf } from '../support/challenge-endings.ts';
import { createChallengeModel, type Ending, type ModelPolicy } from '../support/challenge-model.ts';
import {
  challenge,
  counted,
  dayMs,
  guessAt,
  hourMs,
  minuteMs,
  policy,
  requestAt,
  resendAt,
  secondMs,
  subject,
  suspicious,
  t0,
} from '../support/challenges.ts';
import { fold, type Told } from '../support/given.ts';

type Step =
  | { readonly what: 'request'; readonly purpose: string }
  | { readonly what: 'resend' | 'cancel'; readonly which: number }
  | {
      readonly what: 'verify';
      readonly which: number;
      readonly guess: 'right' | 'older' | 'wrong';
      readonly times: number;
    }
  | { readonly what: 'wait'; readonly ms: number }
  | { readonly what: 'reset' };

const which = fc.nat(3);
const waits = [1, 29_999, 30 * secondMs, minuteMs, 2 * minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 30 * dayMs];
const is = <T extends string>(what: T) => fc.constant(what);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: is('request'), purpose: fc.constantFrom('login', 'login', 'pay') }) },
  { weight: 3, arbitrary: fc.record({ what: is('resend'), which }) },
  { weight: 1, arbitrary: fc.record({ what: is('cancel'), which }) },
  { weight: 1, arbitrary: fc.record({ what: is('reset') }) },
  { weight: 4, arbitrary: fc.record({ what: is('wait'), ms: fc.constantFrom(...waits) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: is('verify'),
      which,
      guess: fc.constantFrom('right', 'older', 'wrong', 'wrong'),
      times: fc.constantFrom(1, 1, 2, 12),
    }),
  },
);

const seconds = (...numbers: readonly number[]) => fc.constantFrom(...numbers).map((number) => number * secondMs);
const anyPolicy: fc.Arbitrary<ModelPolicy> = fc.record({
  digits: fc.constantFrom(4, 6, 9, 10),
  lifetimeMs: seconds(30, 300, 600),
  gapMs: seconds(0, 30, 120),
  sends: fc.constantFrom(1, 2, 5),
  attempts: fc.constantFrom(1, 2, 5, 10),
});

/** The rules beside the model, with everything that was ever told of the one record. */
function startStory(at: ModelPolicy, startFailures: number) {
  const model = createChallengeModel(at, { failures: startFailures, at: t0 });
  const settings = {
    ...policy,
    codeDigits: at.digits,
    codeLifetimeSeconds: at.lifetimeMs / secondMs,
    resendMinSeconds: at.gapMs / secondMs,
    sendsPerChallenge: at.sends,
    attemptsPerChallenge: at.attempts,
  };
  let told: Told[] = startFailures > 0 ? [suspicious(startFailures, t0)] : [];
  let document = fold(addressDecider, told);
  let now = t0;
  let commands = 0;
  const endings = new Set<string>();

  function carryOut(
    expected: () => Ending,
    decide: (document: AddressDocument | undefined) => Decision<unknown>,
  ): void {
    const before = failuresAt(document, now);
    const decision = decide(document);
    const ending = endingOf(decision);
    expect(ending).toEqual(expected());
    endings.add(ending.is === 'over' ? ending.reason : ending.is === 'refused' ? ending.code : ending.is);
    const facts = decision.kind === 'events' ? decision.events : [];
    commands += 1;
    for (const { type, data } of facts) {
      const fact = { type, data, time: now, causationId: `command-${commands}` };
      told.push(fact);
      // As a commit does it: from the very objects that the rule made.
      document = addressDecider.evolve(document, { ...fact, tenant: 'acme', actor: 'service:test' });
    }
    // Only an approval lowers the counter; support's reset does not come this way.
    expect(failuresAt(document, now) >= before || ending.is === 'approved').toBe(true);
    expect(failuresAt(document, now)).toBe(model.failuresAt(now));
    expect(Buffer.byteLength(JSON.stringify(document ?? null))).toBeLessThanOrEqual(16 * 1_024);
  }

  /** One of the newest challenges; one that is over may be forgotten by the record, an open one may not. */
  function pick(index: number): string | undefined {
    const id = model.ids().slice(-4).at(index);
    if (id === undefined || findChallenge(document, id)) return id;
    expect(model.statusOf(id, now)).not.toBe('pending');
    return undefined;
  }

  function verify({ which: index, guess }: Extract<Step, { what: 'verify' }>): void {
    const id = pick(index);
    if (id === undefined) return;
    const code = guess === 'wrong' ? 'no code' : model.codeOf(id, guess === 'right' ? 0 : 1);
    const command = guessAt(now, id.slice(-22), (one) => code === `${one.id}#${newestSend(one).number}`);
    carryOut(
      () => model.verify(id, code, now),
      (known) => checkCode(known, command),
    );
  }

  function take(step: Step): void {
    switch (step.what) {
      case 'wait':
        now += step.ms;
        // The store has no record any more that may be forgotten.
        if (document && addressDecider.expiresAt(document) <= now) [document, told] = [undefined, []];
        return;
      case 'request': {
        const name = `n${model.ids().length}`;
        const limits = { nextAt: now, left: 9 };
        const command = requestAt(now, name, { purpose: step.purpose, policy: settings, reservation: limits });
        return carryOut(
          () => model.request(challenge(name), step.purpose, now),
          (known) => requestChallenge(known, command),
        );
      }
      case 'resend': {
        const id = pick(step.which);
        if (id === undefined) return;
        const command = resendAt(now, id.slice(-22), { policy: settings, reservation: { nextAt: now, left: 9 } });
        return carryOut(
          () => model.resend(id, now),
          (known) => resendChallenge(known, command),
        );
      }
      case 'cancel': {
        const id = pick(step.which);
        if (id === undefined) return;
        return carryOut(
          () => model.cancel(id, now),
          (known) => cancelChallenge(known, id, now),
        );
      }
      case 'verify':
        for (let time = 0; time < step.times; time += 1) verify(step);
        return;
      case 'reset': {
        model.reset();
        const decision = resetAddress(document, counted, subject);
        if (decision.kind !== 'events') return;
        told.push({ type: 'address-reset', time: now, data: { counted }, causationId: `reset-${told.length}` });
        document = fold(addressDecider, told.slice(-1), document);
      }
    }
  }

  return { take, endings, told: () => told, document: () => document };
}

const countOf = (told: readonly Told[], type: Draft['type'], challengeId: string): number =>
  told.filter((fact) => fact.type === type && (fact.data as { challengeId?: string }).challengeId === challengeId)
    .length;

describe('Challenges of a bare address', () => {
  it('end, through any story, as the policy says, and their record is what its events make', () => {
    const seen = new Set<string>();
    const story = fc.tuple(anyPolicy, fc.constantFrom(0, 8, 97), fc.array(anyStep, { minLength: 20, maxLength: 60 }));
    fc.assert(
      fc.property(story, ([at, startFailures, steps]) => {
        const { take, endings, told, document } = startStory(at, startFailures);
        for (const step of steps) take(step);
        for (const ending of endings) seen.add(ending);

        expect(fold(addressDecider, told())).toEqual(document() && JSON.parse(JSON.stringify(document())));
        for (const { type, data } of told()) {
          if (type !== 'challenge-requested') continue;
          const { challengeId, attemptsMax } = data as { challengeId: string; attemptsMax: number };
          const ends = (['challenge-approved', 'challenge-exhausted', 'challenge-canceled'] as const).map((end) =>
            countOf(told(), end, challengeId),
          );
          expect(ends.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
          expect(countOf(told(), 'attempt-rejected', challengeId)).toBeLessThanOrEqual(attemptsMax);
        }
      }),
      { numRuns: 300, seed: 6_022 },
    );
    // Every ending there is was met, so that the stories say something about each.
    expect([...seen].toSorted()).toEqual([
      'address-throttled',
      'already-approved',
      'approved',
      'cancel',
      'canceled',
      'challenge-not-pending',
      'exhausted',
      'expired',
      'no-sends-left',
      'requested',
      'resend-too-early',
      'resent',
      'wrong-code',
    ]);
  });
});
