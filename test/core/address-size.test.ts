import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressDecider, type AddressDocument } from '#core/address-document.ts';
import { findChallenge } from '#core/challenge-book.ts';
import { checkCode, requestChallenge, resendChallenge, type RequestChallenge } from '#core/challenge.ts';
import { statusOf } from '#core/send-code.ts';
import type { Decision } from '#core/decider.ts';
import { challenge, guessAt, minuteMs, policy, requestAt, resendAt, secondMs, t0 } from '../support/challenges.ts';
import { fold } from '../support/given.ts';

const recordBytesMax = 16 * 1_024;
const bytesOf = (document: AddressDocument | undefined) => Buffer.byteLength(JSON.stringify(document ?? null));

/** The longest that each field can be: sealed 254 bytes, purposes at their maximum, all three digests. */
const worst: Partial<RequestChallenge> = {
  to: `kid00000.${'A'.repeat(376)}`,
  bindingDigest: 'b'.repeat(43),
  counted: { destination: 'd'.repeat(22), prefix: 'p'.repeat(22), clientIp: 'c'.repeat(22) },
  policy: { ...policy, codeDigits: 10, codeLifetimeSeconds: 600, sendsPerChallenge: 10, attemptsPerChallenge: 10 },
};
const sealed = (chars: number) => `kid00000.${'p'.repeat(chars)}`;
const purposeOf = (index: number) => `purpose-${index}`.padEnd(32, '-');

/** Carries decisions out one after another, each a commit of its own with a command id as long as real ones. */
function createAddress() {
  let document: AddressDocument | undefined;
  let commands = 0;
  return {
    current: () => document,
    carryOut(now: number, decide: (document: AddressDocument | undefined) => Decision<unknown>) {
      const decision = decide(document);
      if (decision.kind !== 'events') return decision;
      commands += 1;
      const causationId = String(commands).padStart(22, '0');
      const facts = decision.events.map(({ type, data }) => ({ type, data, time: now, causationId }));
      document = fold(addressDecider, facts, document);
      return decision;
    },
  };
}

describe('A record stays within 16 KiB', () => {
  it('with ever more purposes, each with 3 kB of values, and ever more guesses', () => {
    const address = createAddress();
    for (let index = 0; index < 40; index += 1) {
      const now = t0 + index * secondMs;
      const given = { ...worst, purpose: purposeOf(index), params: sealed(3_000) };
      address.carryOut(now, (document) => requestChallenge(document, requestAt(now, `n${index}`, given)));
      expect(address.current()?.challenges.at(-1)).toMatchObject({
        id: challenge(`n${index}`),
        state: { kind: 'pending' },
      });
      address.carryOut(now, (document) => checkCode(document, guessAt(now, `n${index}`, false)));
      address.carryOut(now, (document) => checkCode(document, guessAt(now, `n${index}`, false)));
      expect(bytesOf(address.current())).toBeLessThanOrEqual(recordBytesMax);
    }
  });

  it('with every challenge resent as often as it may be', () => {
    const address = createAddress();
    for (let index = 0; index < 12; index += 1) {
      address.carryOut(t0, (document) =>
        requestChallenge(document, requestAt(t0, `n${index}`, { ...worst, purpose: purposeOf(index) })),
      );
    }
    for (let send = 2; send <= 10; send += 1) {
      const now = t0 + send * minuteMs;
      for (const { id } of address.current()?.challenges ?? []) {
        const name = id.slice(challenge('').indexOf('.c') + 2);
        address.carryOut(now, (document) => resendChallenge(document, resendAt(now, name)));
        expect(bytesOf(address.current())).toBeLessThanOrEqual(recordBytesMax);
      }
    }
    const open = address.current()?.challenges.filter((one) => statusOf(one, t0 + 10 * minuteMs) === 'pending') ?? [];
    expect(open.some(({ sends }) => sends.length === 10)).toBe(true);
  });

  it('with 64 guesses remembered', () => {
    const address = createAddress();
    for (let index = 0; index < 30; index += 1) {
      const purpose = purposeOf(index % 4);
      address.carryOut(t0, (document) => requestChallenge(document, requestAt(t0, `n${index}`, { ...worst, purpose })));
      for (let guess = 0; guess < 9; guess += 1)
        address.carryOut(t0, (document) => checkCode(document, guessAt(t0, `n${index}`, false)));
      expect(bytesOf(address.current())).toBeLessThanOrEqual(recordBytesMax);
    }
  });

  it('whatever the order of requests, resends, guesses and time', () => {
    const step = fc.record({
      what: fc.constantFrom('request', 'request', 'resend', 'wrong', 'right'),
      which: fc.nat(9),
      purpose: fc.nat(7),
      paramsChars: fc.constantFrom(0, 0, 500, 3_000, 8_000),
      laterMs: fc.constantFrom(0, secondMs, minuteMs, 5 * minuteMs),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 120 }), (steps) => {
        const address = createAddress();
        let now = t0;
        steps.forEach(({ what, which, purpose, paramsChars, laterMs }, index) => {
          now += laterMs;
          const known = address.current()?.challenges ?? [];
          const name = known[which % Math.max(known.length, 1)]?.id.slice(-22) ?? 'none';
          const params = paramsChars === 0 ? undefined : sealed(paramsChars);
          const given = { ...worst, purpose: purposeOf(purpose), params };
          const decision = address.carryOut(now, (document) => {
            if (what === 'request') return requestChallenge(document, requestAt(now, `n${index}`, given));
            if (what === 'resend') return resendChallenge(document, resendAt(now, name));
            return checkCode(document, guessAt(now, name, what === 'right'));
          });
          expect(bytesOf(address.current())).toBeLessThanOrEqual(recordBytesMax);
          expect(address.current()?.challenges.length ?? 0).toBeLessThanOrEqual(20);
          expect(address.current()?.commands.length ?? 0).toBeLessThanOrEqual(64);
          // What an answer is read from is there after the event it is about.
          const about = decision.kind === 'events' ? decision.events.map((event) => event.about).slice(-1) : [];
          expect(about.filter((id) => !findChallenge(address.current(), id))).toEqual([]);
        });
      }),
      { numRuns: 60, seed: 20_260_101 },
    );
  });
});

describe('Where room is short', () => {
  const big = (purpose: string) => ({ ...worst, purpose, params: sealed(6_000) });

  it('a new challenge cancels the oldest open ones, of whatever purpose, until it fits', () => {
    const address = createAddress();
    for (const name of ['a', 'b'])
      address.carryOut(t0, (document) => requestChallenge(document, requestAt(t0, name, big(name))));
    const decision = address.carryOut(t0, (document) => requestChallenge(document, requestAt(t0, 'c', big('c'))));
    expect(decision).toMatchObject({
      events: [
        { type: 'challenge-canceled', about: challenge('a'), data: { reason: 'replaced' } },
        { type: 'challenge-requested', about: challenge('c') },
      ],
    });
  });

  it('a resend cancels another open challenge rather than the one it is for', () => {
    const address = createAddress();
    const full = { ...worst, params: sealed(6_500) };
    for (const name of ['a', 'b'])
      address.carryOut(t0, (document) => requestChallenge(document, requestAt(t0, name, { ...full, purpose: name })));
    const stateOf = (name: string) => findChallenge(address.current(), challenge(name))?.state.kind;
    expect([stateOf('a'), stateOf('b')]).toEqual(['pending', 'pending']);
    for (let send = 2; send <= 10; send += 1) {
      const now = t0 + send * minuteMs;
      address.carryOut(now, (document) => resendChallenge(document, resendAt(now, 'a')));
    }
    expect(findChallenge(address.current(), challenge('a'))?.sends).toHaveLength(10);
    expect([stateOf('a'), stateOf('b')]).toEqual(['pending', 'canceled']);
  });

  it('one that would not fit alone is refused', () => {
    expect(requestChallenge(undefined, requestAt(t0, 'a', { ...worst, params: sealed(20_000) }))).toEqual({
      kind: 'refused',
      refusal: { code: 'body-too-large' },
    });
  });

  it('a right guess is answered from the record even when all the rest is open', () => {
    const address = createAddress();
    for (let index = 0; index < 14; index += 1) {
      address.carryOut(t0, (document) =>
        requestChallenge(document, requestAt(t0, `n${index}`, { ...worst, purpose: purposeOf(index) })),
      );
    }
    const open = address.current()?.challenges.filter((one) => statusOf(one, t0) === 'pending') ?? [];
    const name = open.at(0)?.id.slice(-22) ?? '';
    address.carryOut(t0, (document) => checkCode(document, guessAt(t0, name, true)));
    expect(findChallenge(address.current(), challenge(name))).toMatchObject({ state: { kind: 'approved' } });
  });
});
