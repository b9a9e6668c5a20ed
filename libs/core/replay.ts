import { addressDecider } from './address-document.ts';
import type { Link } from './chain.ts';
import type { Decider } from './decider.ts';
import { platformSubject } from './subject.ts';
import { platformDecider, tenantDecider } from './tenant.ts';

export type SubjectKind = 'address' | 'tenant' | 'platform';

/** What kind of document a subject has. */
export function kindOf(subject: string): SubjectKind {
  if (subject === platformSubject) return 'platform';
  return subject.startsWith('tenant:') ? 'tenant' : 'address';
}

// A replay treats documents of all kinds alike: it hands each only to the decider that made it.
const deciders: Record<SubjectKind, Decider<unknown, unknown>> = {
  address: addressDecider as Decider<unknown, unknown>,
  tenant: tenantDecider as Decider<unknown, unknown>,
  platform: platformDecider as Decider<unknown, unknown>,
};

/** What the journal makes of one subject: its newest life so far. */
export type Folded = {
  readonly life: string;
  readonly version: number;
  /** Hash of the last event that is in the chain. */
  readonly head: string;
  /** Undefined where the beginning of the life is not there to start from. */
  readonly document: unknown;
  /** When the record may be forgotten, in Unix milliseconds; 0 = never. */
  readonly expiresAt: number;
  /** Lives that are over: what comes of them yet is repetition. */
  readonly past: readonly string[];
};

/**
 * Adds one event as the store once did: the next version of the life that is built on its head, or the first of a new
 * life. What stands in no chain changes nothing: repetitions, the second of a fork, what comes after a gap.
 */
export function foldEvent(kind: SubjectKind, before: Folded | undefined, link: Link): Folded | undefined {
  const { life, version, hash: head } = link;
  if (before && life === before.life) {
    if (version !== before.version + 1 || link.prev !== before.head) return before;
    return before.document === undefined ? { ...before, version, head } : evolve(kind, before, link, before.past);
  }
  if (before && (version !== 1 || before.past.includes(life))) return before;
  if (version === 1 && link.prev !== '') return before;
  const past = before ? [...before.past, before.life] : [];
  if (version !== 1) return { life, version, head, document: undefined, expiresAt: 0, past };
  return evolve(kind, undefined, link, past);
}

function evolve(kind: SubjectKind, before: Folded | undefined, link: Link, past: readonly string[]): Folded {
  const decider = deciders[kind];
  const document = decider.evolve(before?.document, link);
  return {
    life: link.life,
    version: link.version,
    head: link.hash,
    document,
    expiresAt: decider.expiresAt(document),
    past,
  };
}

/** Folds the events of one subject, in the order of the journal. Undefined if there are none. */
export function foldSubject(kind: SubjectKind, links: Iterable<Link>): Folded | undefined {
  let folded: Folded | undefined;
  for (const link of links) folded = foldEvent(kind, folded, link);
  return folded;
}
