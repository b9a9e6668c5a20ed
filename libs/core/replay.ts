import { accountDecider } from './account-document.ts';
import { addressDecider } from './address-document.ts';
import type { Link } from './chain.ts';
import { isErasure, type Decider } from './decider.ts';
import { platformSubject } from './subject.ts';
import { platformDecider, tenantDecider } from './tenant.ts';

export type SubjectKind = 'account' | 'address' | 'tenant' | 'platform';

/** What may happen to a bare address. An account's challenges tell the same, so only what is not here tells them apart. */
const addressTypes: ReadonlySet<Link['type']> = new Set([
  'challenge-requested',
  'challenge-resend-requested',
  'attempt-rejected',
  'challenge-exhausted',
  'challenge-approved',
  'challenge-canceled',
  'address-reset',
]);

/**
 * What kind of document a subject has, by one event of it: for certain by the first of a life, since an account begins with
 * `account-created`. Of the others those of a challenge say nothing against an address.
 */
export function kindOf({ subject, type }: Pick<Link, 'subject' | 'type'>): SubjectKind {
  if (subject === platformSubject) return 'platform';
  if (subject.startsWith('tenant:')) return 'tenant';
  return addressTypes.has(type) ? 'address' : 'account';
}

/** What kind a document is of, by its own word. */
export const kindOfDocument = (document: unknown): SubjectKind => (document as { readonly kind: SubjectKind }).kind;

// A replay treats documents of all kinds alike: it hands each only to the decider that made it.
const deciders: Record<SubjectKind, Decider<unknown, unknown>> = {
  account: accountDecider as Decider<unknown, unknown>,
  address: addressDecider as Decider<unknown, unknown>,
  tenant: tenantDecider as Decider<unknown, unknown>,
  platform: platformDecider as Decider<unknown, unknown>,
};

/** What the journal makes of one subject: its newest life so far. */
export type Folded = {
  readonly kind: SubjectKind;
  readonly life: string;
  readonly version: number;
  /** Hash of the last event that is in the chain. */
  readonly head: string;
  /** Undefined where the beginning of the life is not there to start from, and once it is erased. */
  readonly document: unknown;
  readonly erased: boolean;
  /** When the record may be forgotten, in Unix milliseconds; 0 = never. */
  readonly expiresAt: number;
  /** Lives that are over: what comes of them yet is repetition. */
  readonly past: readonly string[];
};

/**
 * Adds one event as the store once did: the next version of the life that is built on its head, or the first of a new
 * life. What stands in no chain changes nothing: repetitions, the second of a fork, what comes after a gap or an erasure.
 */
export function foldEvent(before: Folded | undefined, link: Link): Folded | undefined {
  if (before && link.life === before.life) {
    const follows = link.version === before.version + 1 && link.prev === before.head && !before.erased;
    return follows ? next(before, link) : before;
  }
  const { version, life } = link;
  if (before && (version !== 1 || before.past.includes(life))) return before;
  if (version === 1 && link.prev !== '') return before;
  const past = before ? [...before.past, before.life] : [];
  return next(
    { kind: kindOf(link), life, version: 0, head: '', document: undefined, erased: false, expiresAt: 0, past },
    link,
  );
}

function next(before: Folded, link: Link): Folded {
  const { version, hash: head } = link;
  const erased = isErasure(link.type);
  // Where the beginning is missing, the first event that no address has says what it is.
  const kind = before.document === undefined && before.kind === 'address' ? kindOf(link) : before.kind;
  if (erased || (before.document === undefined && version > 1)) {
    return { ...before, kind, version, head, document: undefined, erased, expiresAt: 0 };
  }
  const decider = deciders[kind];
  const document = decider.evolve(before.document, link);
  return { ...before, kind, version, head, document, expiresAt: decider.expiresAt(document) };
}

/** Folds the events of one subject, in the order of the journal. Undefined if there are none. */
export function foldSubject(links: Iterable<Link>): Folded | undefined {
  let folded: Folded | undefined;
  for (const link of links) folded = foldEvent(folded, link);
  return folded;
}
