import type { EncodedEvent } from '#core/encoded-event.ts';
import type { OutgoingRecord } from './log.ts';
import type { Restoration } from './restoration.ts';

/** What the store keeps of one subject. `head` is the hash of its last event, `document` JSON, `salt` base64url of 32 bytes. */
export type StoredRecord = {
  readonly head: string;
  readonly life: string;
  readonly version: number;
  readonly salt: string;
  readonly document: string;
  /** Unix milliseconds; 0 = never. */
  readonly expiresAt: number;
  /** Events that are committed and not yet known to be in the log, in order of version. */
  readonly unlogged: readonly EncodedEvent[];
};

/** A subject that was erased, and when: `at` in Unix milliseconds. */
export type Erasure = { readonly subject: string; readonly at: number };

/**
 * One decision to be made durable. `head` is that of the record it was based on, '' for an absent record. With salt and document ''
 * it erases: see Store.commit.
 */
export type Commit = {
  readonly subject: string;
  readonly head: string;
  readonly life: string;
  readonly salt: string;
  readonly document: string;
  /** At least one; the last one's hash becomes the head and its version the record's version. */
  readonly events: readonly EncodedEvent[];
  readonly expiresAt: number;
  /**
   * What is to be told right after the events and is no part of the record: its snapshot. A store that is the log appends it in the
   * same step; any other leaves it to whoever publishes the events, who can make it anew of the record.
   */
  readonly also?: readonly OutgoingRecord[];
};

/** Whether nothing is left of a record but events that are still to be told. */
export const isErased = ({ salt, document }: Pick<StoredRecord, 'salt' | 'document'>): boolean =>
  salt === '' && document === '';

/** `unlogged`: all events of the record that still have to be published, the new ones last; empty where the store is the log. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly unlogged: readonly EncodedEvent[] }
  | { readonly kind: 'conflict' };

export type LeaseResult =
  | {
      readonly kind: 'granted';
      /** 1 at first; one more for every earlier grant that ran out without finish or yield. */ readonly attempt: number;
    }
  | { readonly kind: 'held'; /** Unix milliseconds. */ readonly until: number }
  | { readonly kind: 'done'; readonly value: string };

/**
 * One counted limit. A send is counted in all its buckets or in none.
 * `windows` slide: in any span of `ms` at most `max` members. `gap`: after the k-th member in a row (a row ends by a
 * pause of `quietMs` or a release) the next one must wait `firstMs` * 2^(k-1).
 * `exact`: members are kept one by one and a repeated command is recognised. Otherwise (large limits) counts are kept
 * in 20 segments a window, which may refuse up to one segment early and never late.
 */
export type Bucket = {
  /** Where it is counted: a digest-based key without personal data. */
  readonly key: string;
  /** Its name in errors and metrics: `destination`, `client-ip`, … */
  readonly limit: string;
  readonly windows: readonly { readonly ms: number; readonly max: number }[];
  readonly gap?: { readonly firstMs: number; readonly quietMs: number };
  readonly exact: boolean;
};

/**
 * `nextAt`: the earliest Unix milliseconds at which every exact bucket would take one more; `left`: how many more the exact
 * buckets' windows hold now (gaps aside). Refused: `limit` names the first refusing bucket, `retryAfterMs` > 0 until it would take one.
 */
export type ReserveResult =
  | { readonly kind: 'counted'; readonly nextAt: number; readonly left: number }
  | { readonly kind: 'refused'; readonly limit: string; readonly retryAfterMs: number };

/** Minutes of tallies that are kept: 48 h. */
export const tallyMinutesKept = 2_880;

/** What was counted in one minute (Unix milliseconds / 60,000), by field. */
export type Tally = { readonly minute: number; readonly counts: Readonly<Record<string, number>> };

/**
 * Where decisions become durable. Rules never run here: the store only compares. Every method rejects with `Unavailable`
 * (and nothing else) when the store can't be reached, times out, refuses writes, or may have lost data (`restoration`); after such a rejection the call may or
 * may not have taken effect. Time is the `now` given at opening (Unix milliseconds), so expiry can be tested.
 */
export type Store = {
  /**
   * The record, or undefined. A record whose `expiresAt` has passed is absent, except while it holds unlogged events:
   * nothing expires before it is told. Reads what was committed before the call began, through whatever process.
   */
  load(subject: string): Promise<StoredRecord | undefined>;
  /**
   * Compares the record's head (absent or expired: '') with `head` and, only if equal, replaces document, salt, life and expiry and
   * adds the events, all in one atomic step; else `conflict`, and nothing is changed. Of racing commits on one head exactly one wins.
   * A crash after the answer loses nothing: the events wait in the record as unlogged (or are in the log already).
   * With salt and document '' it erases: both are gone at once, whatever `expiresAt` says; what is loaded then holds events and nothing
   * else, and the subject is absent as soon as these are settled (at once where the store is the log), so that its next commit, on
   * head '', begins another life. Sent again after that it conflicts: nothing is left by which to recognise it.
   */
  commit(commit: Commit): Promise<CommitResult>;
  /**
   * Takes events off the record's unlogged ones after the log's ack: only those whose version still holds the same hash, so a
   * late call from another life takes nothing. When none is left the record leaves `unlogged()` and its expiry counts; an erased one is
   * no more and joins `erasures()`, in the same step. Idempotent. Answers whether the last of them was seen to be in the record, as one
   * that waited or as its newest, or in one that is erased; false if others have gone on from it, or the store has lost it.
   */
  settle(subject: string, events: readonly { readonly version: number; readonly hash: string }[]): Promise<boolean>;
  /** Subjects, at most `countMax`, that have had unlogged events since before `before` (Unix milliseconds), oldest first per bucket. */
  unlogged(before: number, countMax: number): Promise<string[]>;
  /**
   * Subjects, at most `countMax`, whose erased record was settled before `before` (Unix milliseconds), with the moment, oldest first per
   * bucket: a publication of before may still come behind what was told of the erasure. Empty where the store is the log: there nothing
   * comes late.
   */
  erasures(before: number, countMax: number): Promise<Erasure[]>;
  /** Takes an erasure off that list, unless the subject was erased again since. Idempotent. */
  endErasure(erasure: Erasure): Promise<void>;
  /** Sets `value` if the key has none and answers the key's first value, to every caller the same. Without `ttlMs` it stays for ever. */
  claim(key: string, value: string, ttlMs?: number): Promise<string>;
  /** The value that a key was claimed with, or undefined; claims nothing. */
  claimed(key: string): Promise<string | undefined>;
  /**
   * Asks for the right to act on `key` for `ms`. One holder at a time; after `ms` without finish or yield another is granted
   * (`attempt` + 1). A renewal by the same owner while it holds is granted with the same attempt. `done` once finished.
   * A lease key is forgotten 2 h after its last change.
   */
  lease(key: string, owner: string, ms: number): Promise<LeaseResult>;
  /** Ends the lease for ever with `value` (kept `ttlMs`). False, and nothing changed, unless `owner` holds it now or nobody took it since. */
  finish(key: string, owner: string, value: string, ttlMs: number): Promise<boolean>;
  /** Gives the lease back unfinished; the next grant has the same attempt number. Does nothing unless `owner` holds it. */
  yield(key: string, owner: string): Promise<void>;
  /**
   * Counts one command in all buckets, or in none if one refuses (members already added are taken back). A repeat of the same
   * command id counts once. A crash may over-count, never under-count. List the exact buckets last.
   */
  reserve(commandId: string, buckets: readonly Bucket[]): Promise<ReserveResult>;
  /** Empties a bucket and ends its row. */
  release(bucketKey: string): Promise<void>;
  /** Keeps `value` under (key, field) if `rank` is above the one kept: a monotone projection, so order and repetition of calls don't matter. */
  note(key: string, field: string, rank: number, value: string, ttlMs: number): Promise<void>;
  /** All noted fields of a key. */
  notes(key: string): Promise<Record<string, string>>;
  /**
   * Adds to the counts of a key in one minute, all fields or none. Approximate by nature: what is sent again counts again, what a store
   * lost is not counted again, and none of it is kept back while it is filled (`restoration`). A minute
   * that is kept no more (`tallyMinutesKept`) is passed over.
   */
  tally(key: string, { minute, counts }: Tally): Promise<void>;
  /** What was counted under a key from minute `from` on and before minute `to`, oldest first; minutes without counts are left out. */
  tallies(key: string, from: number, to: number): Promise<Tally[]>;
  /** Resolves if the store takes reads and writes now, of every subject (a ping within 1 s), else rejects with Unavailable. */
  check(): Promise<void>;
  /** Of a store that may fall behind the log (storage/restoration.ts); absent where the store is the log and needs none of it. */
  readonly restoration?: Restoration;
  /** Waits for calls under way, then lets go of connections or files. */
  close(): Promise<void>;
};
