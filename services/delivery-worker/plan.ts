import type { DeliveryFailure } from '#schemas/delivery.ts';
import type { SendOutcome } from './providers/provider.ts';

/** What is known of one send so far. Times are Unix milliseconds. */
export type Progress = {
  /** Providers in the order they are tried. */
  readonly order: readonly string[];
  /** Those tried since the last pause. */
  readonly tried: readonly string[];
  /** Pauses so far. */
  readonly pauses: number;
  /** Calls whose outcome nobody knows, those of earlier holders of the lease included. */
  readonly unknowns: number;
  readonly last?: { readonly provider: string; readonly outcome: SendOutcome };
  readonly expiresAt: number;
};

export type Step =
  | { readonly do: 'call'; readonly provider: string }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'sent'; readonly provider: string }
  | { readonly do: 'fail'; readonly reason: DeliveryFailure; readonly detail?: string; readonly provider?: string };

const pauseMsFirst = 500;
const pauseMsMax = 4_000;
/** The first unknown outcome may be followed by one more send; a second one ends it, or a person could get it over and over. */
const unknownsMax = 2;

/**
 * The delivery rules: providers in order; temporary → the next one, then again after a pause until the code expires and never
 * after; unknown → at most one more send. Pure: the caller calls, waits and tells.
 */
export function nextStep(progress: Progress, now: number, callable: (provider: string) => boolean): Step {
  const { last, order, expiresAt } = progress;
  if (last?.outcome.kind === 'accepted') return { do: 'sent', provider: last.provider };
  if (last?.outcome.kind === 'permanent') {
    return { do: 'fail', reason: 'rejected', detail: last.outcome.reason, provider: last.provider };
  }
  if (progress.unknowns >= unknownsMax) return { do: 'fail', reason: 'unconfirmed', provider: last?.provider };
  if (now >= expiresAt) return expired(progress);
  const next = order.find((provider) => !progress.tried.includes(provider) && callable(provider));
  if (next !== undefined) return { do: 'call', provider: next };
  const ms = Math.max(pauseMsOf(progress.pauses), retryAfterMs(last?.outcome));
  return now + ms < expiresAt ? { do: 'pause', ms } : expired(progress);
}

const expired = ({ last }: Progress): Step => ({
  do: 'fail',
  reason: 'expired',
  ...(last && last.outcome.kind !== 'accepted' && { detail: last.outcome.reason, provider: last.provider }),
});

const pauseMsOf = (pauses: number) => Math.min(pauseMsFirst * 2 ** pauses, pauseMsMax);

const retryAfterMs = (outcome: SendOutcome | undefined) =>
  outcome?.kind === 'temporary' ? (outcome.retryAfterMs ?? 0) : 0;
