import type { StoredRecord } from './store.ts';

/** A bucket of subjects whose server may have lost data. */
export type Closed = {
  readonly bucket: string;
  /** Names the server that has it now, as long as it neither starts anew nor changes its role. */
  readonly server: string;
  /** Everything that was committed before this moment is there, in Unix milliseconds of the server's clock; undefined: nothing may be there. */
  readonly beat: number | undefined;
};

export type Survey = {
  /** How many buckets may be relied on. */
  readonly open: number;
  /** Those that were taken for who asked, or could be. */
  readonly taken: readonly Closed[];
  /** How many another restorer has. */
  readonly held: number;
};

/** What the store has of a record, as far as it matters for comparing it with the log. */
export type Kept = Pick<StoredRecord, 'head' | 'life' | 'version' | 'salt'>;

/** A record as the log makes it, or one that the log says is erased. */
export type Restored =
  | ({ readonly kind: 'record'; readonly subject: string } & Omit<StoredRecord, 'unlogged'>)
  | { readonly kind: 'erased'; readonly subject: string; readonly at: number };

/** Commands counted in one exact limit; each is counted once, however often it is restored. Times in Unix milliseconds. */
export type Members = {
  readonly key: string;
  /** What was counted before this moment counts no more. */
  readonly releasedAt: number;
  readonly members: readonly { readonly command: string; readonly at: number }[];
  readonly keptMs: number;
};

/** What was counted in one limit's segments: by the length of the window, then by the segment's number (storage/reserve.ts). */
export type Segments = {
  readonly key: string;
  readonly segments: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly keptMs: number;
};

/** A note as Store.note takes it, with its own end in Unix milliseconds. */
export type Note = {
  readonly key: string;
  readonly field: string;
  readonly rank: number;
  readonly value: string;
  readonly endsAt: number;
};

/** A lease that was finished with a value, or one that somebody may have held: its next holder's attempt is the second. */
export type Leased = { readonly key: string; readonly value: string | undefined; readonly forgetAt: number };

/**
 * How a store that lost data is filled again. Such a store consists of 256 buckets, each with a fence that names the server on which it was
 * known to be whole. Every method of `Store` rejects with Unavailable while the fence of a bucket it needs names another server than
 * the one that is there now, and that is judged in the very step that reads or writes. Only what is here opens a bucket again.
 * A store that cannot fall behind the log, because it is the log, has no such thing.
 * Rejections are `Unavailable` and nothing else.
 */
export type Restoration = {
  /** How many buckets there are. */
  readonly buckets: number;
  /**
   * Looks at every bucket, writes the beat of those that are open, at most one a second, and takes each other one for `owner` for 15 s,
   * unless another owner has it. To be asked again and again, by the owner of what was taken as well.
   */
  survey(owner: string): Promise<Survey>;
  /** As `survey`, and changes nothing. */
  look(): Promise<Survey>;
  /** Begins to fill buckets that were taken. Everything rejects as soon as one of their servers is another than it was. */
  fill(taken: readonly Closed[]): Filling;
};

/** Fills buckets that are closed; what is in others it leaves alone. Every call may be repeated. */
export type Filling = {
  readonly buckets: readonly Closed[];
  /** Whether a subject, or a name that is claimed, leased, noted or counted, is in one of the buckets. */
  has(subject: string): boolean;
  hasName(name: string): boolean;
  /** What is there of these subjects; absent ones are not in the answer. Whatever expired is there still. */
  peek(subjects: readonly string[]): Promise<Map<string, Kept>>;
  /** The whole records of these subjects, however old they are. */
  load(subjects: readonly string[]): Promise<Map<string, StoredRecord>>;
  /** Puts records in the place of what is there, with nothing unlogged. */
  put(records: readonly Restored[]): Promise<void>;
  /** As Store.claim, without an end. */
  claim(key: string, value: string): Promise<string>;
  /** As Store.note. */
  note(notes: readonly Note[]): Promise<void>;
  /** Leaves alone what is there, except that a lease which is done is done. */
  lease(leases: readonly Leased[]): Promise<void>;
  count(limits: readonly Members[]): Promise<void>;
  /** @param all whether these are all there were, or come on top of what is there */
  countSegments(limits: readonly Segments[], all: boolean): Promise<void>;
  /** Opens the buckets for everybody, in one step each, unless they are no longer `owner`'s. Answers how many are open. */
  open(owner: string): Promise<number>;
};
