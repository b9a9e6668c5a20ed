import type { SendOutcome } from './providers/provider.ts';

/** Whether a provider may be called: `open` after failures in a row, `half-open` for one trial call after a while. */
export type Breaker = {
  state(now: number): 'closed' | 'half-open' | 'open';
  /** Takes the right to call; in half-open only one call at a time has it. */
  tryCall(now: number): boolean;
  record(outcome: SendOutcome['kind'], now: number): void;
};

const failuresMax = 5;
const openMs = 3_000;

/** A provider that refuses an address works; one that fails or says nothing five times in a row is left alone for 3 s. */
export function createBreaker(): Breaker {
  let failures = 0;
  let openedAt = Number.NEGATIVE_INFINITY;
  let trial = false;
  const state = (now: number) => (failures < failuresMax ? 'closed' : now - openedAt < openMs ? 'open' : 'half-open');
  return {
    state,
    tryCall(now) {
      const current = state(now);
      if (current === 'open' || (current === 'half-open' && trial)) return false;
      if (current === 'half-open') trial = true;
      return true;
    },
    record(outcome, now) {
      trial = false;
      if (outcome === 'accepted' || outcome === 'permanent') {
        failures = 0;
        return;
      }
      failures += 1;
      if (failures >= failuresMax) openedAt = now;
    },
  };
}
