import type { Decision } from '#core/decider.ts';
import type { Draft } from '#core/event.ts';
import type { Ending } from './challenge-model.ts';

/** What a decision says, in the words of the model. */
export function endingOf(decision: Decision<unknown>): Ending {
  if (decision.kind === 'refused') return { is: 'refused', ...decision.refusal };
  if (decision.kind === 'answer')
    return { is: 'over', reason: (decision.answer as { reason?: string }).reason ?? 'cancel' };
  const [first, last] = [decision.events.at(0), decision.events.at(-1)] as [Draft, Draft];
  const data = { ...(first.data as object), ...(last.data as object) } as Record<string, number> & {
    readonly send: { readonly number: number; readonly expiresAt: number };
  };
  const { digits = 0, attemptsMax: attempts = 0, attemptsLeft = 0, failures = 0, send } = data;
  switch (last.type) {
    case 'challenge-requested':
      return { is: 'requested', digits, attempts, replaced: decision.events.slice(0, -1).map(({ about }) => about) };
    case 'challenge-resend-requested':
      return { is: 'resent', number: send.number, expiresAt: send.expiresAt };
    case 'challenge-approved':
      return { is: 'approved', attemptsLeft };
    case 'challenge-canceled':
      return { is: 'canceled' };
    default:
      return { is: 'wrong-code', attemptsLeft, failures, exhausted: last.type === 'challenge-exhausted' };
  }
}
