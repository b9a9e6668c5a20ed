import type { ProbeOutcome, SendOutcome } from './provider.ts';

/** What one documented answer of a vendor means to us. */
export type Verdict = { readonly kind: 'temporary' | 'permanent' | 'unknown'; readonly reason: string };

/** Rows are exact codes (`429`, `21211`) or classes of statuses (`5xx`); an exact row wins. */
export type VerdictTable = Readonly<Record<string, Verdict>>;

/** Certainly not sent; another provider, or a later call, may carry it. Faults of our own set-up are of this kind. */
export const temporary = (reason: string): Verdict => ({ kind: 'temporary', reason });

/**
 * Certainly not sent, and because of the address or the text. Whoever can choose an address could otherwise make
 * a healthy provider look broken, so a refusal that depends on the destination is never `temporary`.
 */
export const permanent = (reason: string): Verdict => ({ kind: 'permanent', reason });

/** The message may be on its way. */
export const unknown = (reason: string): Verdict => ({ kind: 'unknown', reason });

/** The row of an HTTP status; a status that no row covers is something no vendor documents. */
export function verdictOfStatus(table: VerdictTable, status: number): Verdict {
  return table[status] ?? table[`${Math.floor(status / 100)}xx`] ?? temporary('unexpected-answer');
}

/** Completes a verdict with the vendor's wish when to come again; only a temporary one can use it. */
export function outcomeOf(verdict: Verdict, retryAfterMs?: number): SendOutcome {
  if (verdict.kind !== 'temporary' || retryAfterMs === undefined) return verdict;
  return { kind: 'temporary', reason: verdict.reason, retryAfterMs };
}

/** Takes a vendor's own id of the message if it looks like one: an answer may hold anything, even our text. */
export function acceptedAs(reference: unknown): SendOutcome {
  const usable = typeof reference === 'string' && /^[\w.@-]{1,128}$/.test(reference);
  return usable ? { kind: 'accepted', reference } : { kind: 'accepted' };
}

/** What the outcome of a harmless call says about the vendor and our credentials. */
export function probeOf(outcome: SendOutcome): ProbeOutcome {
  return outcome.kind === 'accepted' ? { working: true } : { working: false, reason: outcome.reason };
}
