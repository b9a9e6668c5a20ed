import { chainHash, decodeEvent, type Event, type RawRecord } from './event.ts';

/** A subject's event with its place in a life and the hash of its bytes, computed anew and never taken on trust. */
export type Link = Event & {
  readonly life: string;
  readonly version: number;
  readonly prev: string;
  readonly hash: string;
};

export type Linked = { readonly ok: true; readonly link: Link } | { readonly ok: false; readonly reason: string };

const idPattern = /^(.+)\.([A-Za-z0-9_-]{11})\.([1-9]\d{0,15})$/;

/** The life that a subject's event belongs to, by its id; undefined of any other id. */
export const lifeOf = (eventId: string): string | undefined => idPattern.exec(eventId)?.[2];

/**
 * The link that an event is in its chain; `hash` is that of the record it was read from. Refused: an id that doesn't
 * say where the event stands.
 */
export function linkOf(event: Event, hash: string): Linked {
  const { subject, version, prev = '' } = event;
  const [, owner, life, number] = idPattern.exec(event.id) ?? [];
  if (life === undefined || owner !== subject || version === undefined || number !== String(version)) {
    return { ok: false, reason: 'wrong-id' };
  }
  return { ok: true, link: { ...event, life, version, prev, hash } };
}

/** Reads a link out of a record of the journal. */
export function readLink(record: RawRecord): Linked {
  const decoded = decodeEvent(record);
  return decoded.ok ? linkOf(decoded.event, hashOf(record)) : decoded;
}

/** The chain hash of a record's bytes, for records that decode. */
export function hashOf({ headers, value }: RawRecord): string {
  const texts = Object.entries(headers).map(([name, held]) => [name, String(held)]);
  return chainHash(Object.fromEntries(texts), String(value));
}

/**
 * What is wrong with a chain, at `version` of a life.
 * `fork`: another event stands there already, and that one counts. `broken-link`: the event before it is not the one it
 * was made after, so one of the two was altered or forged. `missing`: versions up to `until` are nowhere.
 * `out-of-order`: it was told after its successor. `two-lives`: this life goes on after a later one began.
 */
export type ChainFault = {
  readonly kind: 'fork' | 'broken-link' | 'missing' | 'out-of-order' | 'two-lives';
  readonly subject: string;
  readonly life: string;
  readonly version: number;
  readonly until?: number;
};

export type ChainTotals = {
  /** First occurrences. */ readonly events: number;
  readonly duplicates: number;
  readonly subjects: number;
  readonly lives: number;
  /** Lives whose beginning is not there: retention, or the beginning of a span, has cut it. */ readonly cut: number;
};

export type ChainCheck = {
  /** Takes the next event in the order of the log, and answers what is wrong with it. */
  add(link: Link): ChainFault[];
  /** What can only be told when nothing more comes. */
  end(): ChainFault[];
  totals(): ChainTotals;
};

type Life = {
  /** Short hash by version. */
  readonly hashes: Map<number, string>;
  /** What an event says of one that is not there (yet). */
  readonly expected: Map<number, string>;
  readonly first: number;
  /** End of the dense run from `first`. */
  tip: number;
};

type Subject = { readonly lives: Map<string, Life>; newest: string };

// Half of SHA-256: whoever wants another event with the same half tries 2^128 of them.
const short = (hash: string) => Buffer.from(hash.slice(0, 32), 'hex').toString('latin1');

/**
 * Follows every chain of a journal: versions dense from the first one seen, each link the hash of the event before it,
 * whatever duplicates come between. Keeps about a kilobyte a life and 100 bytes an event, nothing of their contents.
 */
export function createChainCheck(): ChainCheck {
  const subjects = new Map<string, Subject>();
  let events = 0;
  let duplicates = 0;

  function findLife(link: Link): Life {
    const subject = subjects.get(link.subject);
    const known = subject?.lives.get(link.life);
    if (known) return known;
    // Only the oldest life of a subject can have lost its beginning; every other one must begin at 1.
    const first = subject ? 1 : link.version;
    const life: Life = { hashes: new Map(), expected: new Map(), first, tip: first - 1 };
    if (subject) {
      subject.lives.set(link.life, life);
      subject.newest = link.life;
    } else {
      subjects.set(link.subject, { lives: new Map([[link.life, life]]), newest: link.life });
    }
    return life;
  }

  return {
    add(link) {
      const life = findLife(link);
      const known = life.hashes.get(link.version);
      if (known === short(link.hash)) {
        duplicates += 1;
        return [];
      }
      if (known !== undefined) return [faultAt(link, 'fork')];
      events += 1;
      const faults = place(life, link);
      if (subjects.get(link.subject)?.newest !== link.life) faults.push(faultAt(link, 'two-lives'));
      return faults;
    },
    end: () =>
      [...subjects].flatMap(([subject, { lives }]) =>
        [...lives].flatMap(([life, state]) => holesOf(state).map((hole) => ({ ...hole, subject, life }))),
      ),
    totals() {
      const lives = [...subjects.values()].flatMap((subject) => [...subject.lives.values()]);
      const cut = lives.filter(({ first }) => first > 1).length;
      return { events, duplicates, subjects: subjects.size, lives: lives.length, cut };
    },
  };
}

/** Checks a whole journal, in its order; see `createChainCheck`. */
export function checkChains(links: Iterable<Link>): ChainTotals & { readonly faults: readonly ChainFault[] } {
  const check = createChainCheck();
  const faults: ChainFault[] = [];
  for (const link of links) faults.push(...check.add(link));
  return { ...check.totals(), faults: [...faults, ...check.end()] };
}

/** Puts a first occurrence into its life. */
function place(life: Life, link: Link): ChainFault[] {
  const { version, hash } = link;
  const faults: ChainFault[] = [];
  const before = version === 1 ? '' : life.hashes.get(version - 1);
  if (before === undefined) life.expected.set(version - 1, short(link.prev));
  else if (before !== short(link.prev)) faults.push(faultAt(link, 'broken-link'));
  const expected = life.expected.get(version);
  if (expected !== undefined && expected !== short(hash)) {
    faults.push({ ...faultAt(link, 'broken-link'), version: version + 1 });
  }
  life.expected.delete(version);
  life.hashes.set(version, short(hash));
  if (version < life.first || life.hashes.has(version + 1)) faults.push(faultAt(link, 'out-of-order'));
  while (life.hashes.has(life.tip + 1)) life.tip += 1;
  return faults;
}

const faultAt = ({ subject, life, version }: Link, kind: ChainFault['kind']): ChainFault => ({
  kind,
  subject,
  life,
  version,
});

/** What is missing between the dense run and events beyond it. */
function holesOf(life: Life): { kind: 'missing'; version: number; until: number }[] {
  const beyond = [...life.hashes.keys()].filter((version) => version > life.tip).toSorted((a, b) => a - b);
  let next = life.tip + 1;
  return beyond.flatMap((version) => {
    const hole = { kind: 'missing' as const, version: next, until: version - 1 };
    next = version + 1;
    return hole.until >= hole.version ? [hole] : [];
  });
}
