import { addressDecider, failuresAt, type AddressDocument } from '#core/address-document.ts';
import { attemptsLeft, findChallenge } from '#core/challenge-book.ts';
import { checkCode, requestChallenge, resendChallenge, wouldRequest, wouldResend } from '#core/challenge.ts';
import type { Decision } from '#core/decider.ts';
import { statusOf } from '#core/send-code.ts';
import { effectiveSettings } from '#core/settings.ts';
import { destinationKey, limitsOfSend } from '#core/throttle.ts';
import { emptyBucket, reserve, type BucketState } from '#storage/reserve.ts';
import { challenge, guessAt, policy, requestAt, resendAt, secondMs, t0 } from './challenges.ts';

/**
 * Chances are counted in ten thousand millionths, so that they add up exactly: a guess at a code of d digits has 10^(10 - d) of them. A
 * sum of them is the expected number of right guesses, which no probability of at least one exceeds.
 */
export const chanceUnits = 1e10;

export type Limits = ReturnType<typeof createLimits>;

/** The counted limits of one tenant as the product has them at first, on a clock of their own. */
export function createLimits(changed: Partial<ReturnType<typeof initialQuotas>> = {}, gapSeconds = 30) {
  const quotas = { ...initialQuotas(), ...changed };
  const states = new Map<string, BucketState>();
  let commands = 0;
  return {
    /** Every guesser has clients without number, so that no limit of a client is among them. */
    reserve(destination: string, now: number) {
      const limits = limitsOfSend('acme', { destination }, quotas, gapSeconds);
      commands += 1;
      const known = limits.map(({ key }) => states.get(key) ?? emptyBucket);
      const reserved = reserve(`send-${commands}`, limits, known, now);
      reserved.states?.forEach((state, index) => states.set(limits[index]?.key ?? '', state));
      return reserved.result;
    },
    /** What an approval does. */
    release: (destination: string) => states.delete(destinationKey('acme', { destination })),
  };
}

const initialQuotas = () => effectiveSettings(undefined, undefined).settings.quotas;

/**
 * One bare address under guesses that are all wrong, which is how an attack goes on. Every call is decided by the rules and counted by the
 * limits, if there are any, at a time that only `wait` moves.
 */
export function besiege(limits?: Limits, destination = 'd'.repeat(22)) {
  let document: AddressDocument | undefined;
  let now = t0;
  let made = 0;
  let chance = 0;
  let sends = 0;
  let guesses = 0;

  function carryOut(decision: Decision<unknown>): boolean {
    if (decision.kind !== 'events') return false;
    made += 1;
    const causationId = String(made).padStart(22, '0');
    for (const { type, data } of decision.events) {
      const fact = { type, data, time: now, causationId, tenant: 'acme', actor: 'key:attacker' };
      document = addressDecider.evolve(document, fact);
    }
    return true;
  }

  /** Counts a send; undefined if a limit refuses it. */
  function counted() {
    const result = limits?.reserve(destination, now) ?? { kind: 'counted', nextAt: now, left: 1 };
    if (result.kind === 'counted') sends += 1;
    return result.kind === 'counted' ? { nextAt: result.nextAt, left: result.left } : undefined;
  }

  const openIds = () =>
    document?.challenges.filter((one) => statusOf(one, now) === 'pending').map(({ id }) => id) ?? [];

  return {
    now: () => now,
    chance: () => chance,
    sends: () => sends,
    guesses: () => guesses,
    failures: () => failuresAt(document, now),
    openIds,
    wait(ms: number) {
      now += ms;
      // The store has no record any more that may be forgotten.
      if (document && addressDecider.expiresAt(document) <= now) document = undefined;
    },
    /** The new challenge's id. */
    request(purpose = 'verification'): string | undefined {
      if (wouldRequest(document, now)) return undefined;
      const reservation = counted();
      const name = String(made);
      if (!reservation) return undefined;
      const command = requestAt(now, name, { purpose, policy: { ...policy, resendMinSeconds: 0 }, reservation });
      return carryOut(requestChallenge(document, command)) ? challenge(name) : undefined;
    },
    resend(id: string): boolean {
      if (wouldResend(document, id, now)) return false;
      const reservation = counted();
      const command = reservation && resendAt(now, id.slice(-22), { reservation });
      return command !== undefined && carryOut(resendChallenge(document, command));
    },
    /** Guesses until the challenge takes no more; how many were compared. */
    guess(id: string, timesMax = Infinity): number {
      let compared = 0;
      for (; compared < timesMax; compared += 1) {
        const target = findChallenge(document, id);
        if (!target || statusOf(target, now) !== 'pending' || attemptsLeft(target) === 0) break;
        if (!carryOut(checkCode(document, guessAt(now, id.slice(-22), false)))) break;
        chance += chanceUnits / 10 ** target.digits;
        guesses += 1;
      }
      return compared;
    },
    /** The person asks for a code and types it. */
    ownerPasses(): boolean {
      const id = this.request('owner');
      const passed = id !== undefined && carryOut(checkCode(document, guessAt(now, id.slice(-22), true)));
      if (passed) limits?.release(destination);
      return passed;
    },
  };
}

export type Besieged = ReturnType<typeof besiege>;

/** Nine guesses cost nothing yet; then as many challenges as may be open at once, and only then their guesses. */
export function burst(address: Besieged, quietMs: number, gapsMs: readonly number[]): void {
  for (const count of [5, 4]) {
    const id = address.request('first');
    if (id !== undefined) address.guess(id, count);
    address.wait(30 * secondMs);
  }
  address.wait(quietMs);
  gapsMs.forEach((gapMs, index) => {
    address.wait(gapMs);
    address.request(`purpose-${index}`);
  });
  for (const id of address.openIds()) address.guess(id);
}

/** Asks for challenges as often as anybody will make one, and uses up every guess, until a time in Unix milliseconds. */
export function persist(address: Besieged, until: number, everyMs: number): void {
  while (address.now() < until) {
    const id = address.request();
    if (id !== undefined) address.guess(id);
    address.wait(everyMs);
  }
}
