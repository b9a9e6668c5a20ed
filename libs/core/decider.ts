import type { Draft } from './event.ts';

/** Why a command is not carried out: a word of the error table (runtime/errors.ts), and when a repetition makes sense. */
export type Refusal = { readonly code: RefusalCode; readonly retryAfterMs?: number };

export type RefusalCode =
  | 'not-found'
  | 'challenge-not-pending'
  | 'no-sends-left'
  | 'resend-too-early'
  | 'address-throttled'
  | 'body-too-large'
  | 'tenant-exists'
  | 'too-many-keys'
  | 'settings-changed-meanwhile'
  | 'login-not-open'
  | 'method-unavailable'
  | 'method-locked'
  | 'method-not-offered'
  | 'already-enrolled'
  | 'too-many-methods'
  | 'last-method-enforced'
  | 'backup-codes-first'
  | 'not-a-default'
  | 'step-up-required'
  | 'rate-limited';

/**
 * What a rule says to a command: new facts, or an answer that changes nothing, or a refusal. The answer to new facts is read from
 * the document they make, under the command's id, so that a repeated command is answered by the same code path.
 */
export type Decision<Answer> =
  | { readonly kind: 'events'; readonly events: readonly Draft[] }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A kind of document: how facts make it, which commands it remembers, and when its record may be forgotten. */
export type Decider<Document, Outcome> = {
  readonly evolve: (document: Document | undefined, event: Fact) => Document;
  readonly outcomeOf: (document: Document, commandId: string) => Outcome | undefined;
  /** Unix milliseconds; 0 = never. */
  readonly expiresAt: (document: Document) => number;
};

/** What evolve sees of an event: never a clock, never the store. `time` is Unix milliseconds. */
export type Fact = {
  readonly type: Draft['type'];
  readonly time: number;
  readonly tenant: string;
  readonly causationId: string;
  readonly actor: string;
  readonly data: unknown;
};

/** Whether nothing is left after an event: it ends a life, and what is made of the next one is made of nothing. */
export const isErasure = (type: Draft['type']): boolean => type === 'account-erased';

/** A decision against the command; `retryAfterMs` where waiting would change it. */
export const refused = (code: RefusalCode, retryAfterMs?: number): { kind: 'refused'; refusal: Refusal } => ({
  kind: 'refused',
  refusal: { code, ...(retryAfterMs !== undefined && { retryAfterMs }) },
});

/** A decision that makes these events, in this order, in one commit. */
export const happened = (...events: readonly Draft[]): { kind: 'events'; events: readonly Draft[] } => ({
  kind: 'events',
  events,
});
