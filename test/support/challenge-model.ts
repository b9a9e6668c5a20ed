/**
 * The policy for bare addresses in the plainest way: every challenge ever made, and each question answered by looking
 * through them. It forgets nothing for want of room and shares no formula with the rules. Times are Unix milliseconds.
 */

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

export type ModelPolicy = {
  readonly digits: number;
  readonly lifetimeMs: number;
  readonly gapMs: number;
  readonly sends: number;
  readonly attempts: number;
};

type Ended = 'approved' | 'exhausted' | 'canceled';
type Kept = {
  readonly id: string;
  readonly purpose: string;
  readonly createdAt: number;
  readonly attempts: number;
  used: number;
  sent: number;
  sentAt: number;
  expiresAt: number;
  ended: Ended | undefined;
};

/** What a step ends in, in words that both the model and the rules can speak. */
export type Ending =
  | {
      readonly is: 'requested';
      readonly digits: number;
      readonly attempts: number;
      readonly replaced: readonly string[];
    }
  | { readonly is: 'resent'; readonly number: number; readonly expiresAt: number }
  | { readonly is: 'approved'; readonly attemptsLeft: number }
  | { readonly is: 'wrong-code'; readonly attemptsLeft: number; readonly failures: number; readonly exhausted: boolean }
  | { readonly is: 'over'; readonly reason: string }
  | { readonly is: 'canceled' }
  | { readonly is: 'refused'; readonly code: string; readonly retryAfterMs?: number };

export type ChallengeModel = ReturnType<typeof createChallengeModel>;

/** @param start wrong guesses in a row that are there already, and when the last one was */
export function createChallengeModel(policy: ModelPolicy, start: { readonly failures: number; readonly at: number }) {
  const all: Kept[] = [];
  let wrongInARow = start.failures;
  let lastWrongAt = start.at;
  let lastRequestAt = 0;

  const find = (id: string) => {
    const found = all.find((one) => one.id === id);
    if (!found) throw new Error(`the story never made ${id}`);
    return found;
  };
  const statusOf = (one: Kept, now: number) => one.ended ?? (now < one.expiresAt ? 'pending' : 'expired');
  const failuresAt = (now: number) => (now < lastWrongAt + 30 * dayMs ? wrongInARow : 0);
  const endOfCode = (one: { readonly createdAt: number }, now: number) =>
    Math.min(now + policy.lifetimeMs, one.createdAt + 900 * secondMs);

  return {
    ids: () => all.map(({ id }) => id),
    statusOf: (id: string, now: number) => statusOf(find(id), now),
    failuresAt,
    /** The newest send's code; `back` steps earlier for one that was void by then. */
    codeOf: (id: string, back = 0) => `${id}#${find(id).sent - back}`,

    request(id: string, purpose: string, now: number): Ending {
      const failures = failuresAt(now);
      if (failures >= 100 && now < lastRequestAt + hourMs) {
        return { is: 'refused', code: 'address-throttled', retryAfterMs: lastRequestAt + hourMs - now };
      }
      const open = all.filter((one) => one.purpose === purpose && statusOf(one, now) === 'pending');
      const replaced = open.slice(0, Math.max(open.length - 2, 0));
      for (const one of replaced) one.ended = 'canceled';
      const digits = Math.min(10, failures >= 10 ? policy.digits + 2 : policy.digits);
      const attempts = failures >= 10 ? Math.min(3, policy.attempts) : policy.attempts;
      const expiresAt = endOfCode({ createdAt: now }, now);
      all.push({ id, purpose, createdAt: now, attempts, used: 0, sent: 1, sentAt: now, expiresAt, ended: undefined });
      lastRequestAt = now;
      return { is: 'requested', digits, attempts, replaced: replaced.map((one) => one.id) };
    },

    resend(id: string, now: number): Ending {
      const one = find(id);
      if (statusOf(one, now) !== 'pending') return { is: 'refused', code: 'challenge-not-pending' };
      if (one.sent === policy.sends) return { is: 'refused', code: 'no-sends-left' };
      const waitMs = one.sentAt + policy.gapMs - now;
      if (waitMs > 0) return { is: 'refused', code: 'resend-too-early', retryAfterMs: waitMs };
      one.sent += 1;
      one.sentAt = now;
      one.expiresAt = endOfCode(one, now);
      return { is: 'resent', number: one.sent, expiresAt: one.expiresAt };
    },

    verify(id: string, code: string, now: number): Ending {
      const one = find(id);
      const status = statusOf(one, now);
      if (status === 'approved') return { is: 'over', reason: 'already-approved' };
      if (status !== 'pending') return { is: 'over', reason: status };
      if (code === `${id}#${one.sent}`) {
        one.ended = 'approved';
        wrongInARow = 0;
        return { is: 'approved', attemptsLeft: one.attempts - one.used };
      }
      wrongInARow = failuresAt(now) + 1;
      lastWrongAt = now;
      one.used += 1;
      const exhausted = one.used === one.attempts;
      if (exhausted) one.ended = 'exhausted';
      return { is: 'wrong-code', attemptsLeft: one.attempts - one.used, failures: wrongInARow, exhausted };
    },

    cancel(id: string, now: number): Ending {
      const one = find(id);
      if (statusOf(one, now) !== 'pending') return { is: 'over', reason: 'cancel' };
      one.ended = 'canceled';
      return { is: 'canceled' };
    },

    reset() {
      wrongInARow = 0;
    },
  };
}
