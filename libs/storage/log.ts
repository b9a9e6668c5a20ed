export type HeaderValue = string | Buffer | (string | Buffer)[];

/** What is published: bytes are kept as they are. Subject events and dead letters alike. */
export type OutgoingRecord = {
  readonly topic: string;
  readonly key: string | Buffer | null;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly value: string | Buffer | null;
};

/** What is read. `offset` counts within (topic, partition); `appendedAt` is the log's own time in Unix milliseconds. */
export type LogRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly appendedAt: number;
  readonly key: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  readonly value: Buffer | null;
};

export type Lane = {
  /**
   * Lets the next record of the same key begin and gives the concurrency slot back, while this record stays unfinished
   * (its offset is not committed). For a record that must wait long.
   */
  leave(): void;
  /** Aborts when the subscription closes or the record's partition has been given to another member. */
  readonly signal: AbortSignal;
};

/** Resolves when the record is dealt with. A rejection means "not now": the same record comes again after a pause, its key waits. */
export type Handler = (record: LogRecord, lane: Lane) => Promise<void>;

export type SubscribeOptions = {
  readonly group: string;
  readonly topics: readonly string[];
  /** How many handlers run at once in this process. */
  readonly concurrency: number;
  /** How many records may be unfinished at once (lanes, waiting, running) before reading stops; default 2,000. */
  readonly unfinishedMax?: number;
};

export type Subscription = {
  /** Stops handing out new records; membership and heartbeats go on. Idempotent. */
  pause(): void;
  resume(): void;
  /** False while the group is being joined or the consumer makes no progress. */
  ready(): boolean;
  /** Hands out nothing more, aborts the lanes, waits at most `graceMs` for running handlers, commits the watermark, leaves the group. */
  close(graceMs?: number): Promise<void>;
};

export type ReadOptions = {
  readonly topics: readonly string[];
  /** Only these; default: all. The records of one key are in one partition, and in the same one of every topic. */
  readonly partitions?: readonly number[];
  /** Unix milliseconds, inclusive; default: the beginning. */
  readonly from?: number;
  /** Unix milliseconds, exclusive; default: what was in the log when the read began. */
  readonly to?: number;
};

export type Lag = { readonly topic: string; readonly partition: number; readonly records: number };

/** One topic as it should be. Times in milliseconds. */
export type TopicSettings = {
  readonly name: string;
  readonly retentionMs: number;
  readonly segmentMs?: number;
  readonly compacted?: boolean;
  readonly partitions?: number;
};

/**
 * Where events are told. Rejections are `Unavailable` and nothing else.
 */
export type Log = {
  /** Creates missing topics, or compares them: another partition count than `partitions` rejects, other retention is a warning returned in words. */
  ensureTopics(topics: readonly TopicSettings[]): Promise<string[]>;
  /**
   * Appends all records, those of one call and key adjacent and in order, and resolves after the ack of all in-sync replicas.
   * Two calls of one process are appended in the order of the calls, per key. A rejection (queue over its bound, deadline passed,
   * log away) means: each record may be there or not, and a prefix of the call's records per key at most. Duplicates may come of retries.
   */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Delivers every record of the topics at least once to the group; a new group starts at the beginning. First deliveries of one key
   * come in order, one at a time, and only after the handler of the one before resolved (or left its lane); different keys run at once
   * up to `concurrency`. After a crash, everything above the committed watermark comes again.
   */
  subscribe(options: SubscribeOptions, handler: Handler): Promise<Subscription>;
  /** Every record of the topics in the span, in order per partition, then ends. Joins no group and commits nothing. */
  read(options: ReadOptions): AsyncIterable<LogRecord>;
  /** How many partitions a topic has, numbered from 0; 0 for one that is not there. */
  partitions(topic: string): Promise<number>;
  /** How far a group is behind, per partition. */
  lag(group: string, topics: readonly string[]): Promise<Lag[]>;
  /** Age in milliseconds of the oldest publication that still waits for its ack, or of the outage the next one would meet; else 0. */
  waitingMs(): number;
  /** True when one more publication would be refused because the queue is above its mark. */
  full(): boolean;
  /** Resolves if the log answers now (metadata round trip within 3 s, cached 1 s), else rejects with Unavailable. */
  check(): Promise<void>;
  /** Closes subscriptions, flushes what waits (at most 5 s), lets go of connections. */
  close(): Promise<void>;
};

/** Told of each batch of publications that left: how many records, how long until the log had them, and whether it has. */
export type BatchObserver = (batch: { readonly records: number; readonly ms: number; readonly fault?: string }) => void;
