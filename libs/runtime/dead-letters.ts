import { sha256 } from '#core/bytes.ts';
import { topics } from '#schemas/topics.ts';
import type { HeaderValue, LogRecord, OutgoingRecord } from '#storage/log.ts';

/** What a dead letter's own headers tell beside the record's: why, from where, and who gave up after how many tries. */
export type DeadLetter = {
  readonly reason: string;
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  readonly group: string;
  readonly attempts: string;
  /** Bytes of the record, where it was too large to be carried along: then value and large headers are missing. */
  readonly omittedBytes?: string;
  /** ISO 8601, where the record had been redriven before. */
  readonly redrivenAt?: string;
};

const own = {
  reason: 'dl_reason',
  topic: 'dl_topic',
  partition: 'dl_partition',
  offset: 'dl_offset',
  group: 'dl_group',
  attempts: 'dl_attempts',
  omittedBytes: 'dl_omitted_bytes',
  redrivenAt: 'dl_redriven_at',
} as const;

/**
 * A letter up to this size fits with its headers into every topic, even one made with Kafka's own default of 1,048,588
 * bytes a batch. One that fitted nowhere would come back for ever and stop its partition. No event of ours is near it.
 */
const wholeBytesMax = 1_040_000;
const keptKeyBytesMax = 1_024;
const keptHeaderBytesMax = 256;
const keptHeadersMax = 32;

/**
 * The record as a dead letter: same key, value and headers, and its own headers beside them. Of a record that is too
 * large it keeps key and small headers, and names the size and SHA-256 of the value, which stays where it was told.
 */
export function toDeadLetter(
  record: LogRecord,
  why: { readonly reason: string; readonly group: string; readonly attempts: number },
): OutgoingRecord {
  const { topic, partition, offset, key, value } = record;
  const about: Record<string, string> = {
    [own.reason]: why.reason,
    [own.topic]: topic,
    [own.partition]: String(partition),
    [own.offset]: String(offset),
    [own.group]: why.group,
    [own.attempts]: String(why.attempts),
  };
  const given = Object.entries(record.headers).filter(([name]) => !name.startsWith('dl_') || name === own.redrivenAt);
  const bytes = sizeOf(record);
  if (bytes <= wholeBytesMax) {
    return { topic: topics.deadLetters.name, key, value, headers: { ...Object.fromEntries(given), ...about } };
  }
  const small = given.filter(
    ([name, held]) => Buffer.isBuffer(held) && name.length + held.length <= keptHeaderBytesMax,
  );
  return {
    topic: topics.deadLetters.name,
    key: key && key.length <= keptKeyBytesMax ? key : null,
    value: null,
    headers: {
      ...Object.fromEntries(small.slice(0, keptHeadersMax)),
      ...about,
      [own.omittedBytes]: String(bytes),
      ...(value && { dl_sha256: sha256(value).toString('hex') }),
    },
  };
}

/** What a dead letter tells of itself; undefined for a record that is none. */
export function readDeadLetter({ headers }: LogRecord): DeadLetter | undefined {
  const read = (name: string) => {
    const held = headers[name];
    return Buffer.isBuffer(held) ? held.toString() : undefined;
  };
  const [reason, topic, partition, offset] = [own.reason, own.topic, own.partition, own.offset].map(read);
  if (reason === undefined || topic === undefined || partition === undefined || offset === undefined) return undefined;
  return {
    reason,
    topic,
    partition,
    offset,
    group: read(own.group) ?? '',
    attempts: read(own.attempts) ?? '',
    omittedBytes: read(own.omittedBytes),
    redrivenAt: read(own.redrivenAt),
  };
}

/** The topics that workers read: a letter that names another place is a forgery or from elsewhere. */
const { journal, messagesSms, messagesEmail, deliveries } = topics;
const redrivable = new Set<string>([journal, messagesSms, messagesEmail, deliveries].map(({ name }) => name));

/**
 * The letter's record for its old topic: same key, value and headers, so it is the same event to every reader, and
 * `dl_redriven_at` to tell the repetition. Undefined for what can't go back: no dead letter, no topic of ours, a value
 * that was left out.
 * @param at Unix milliseconds
 */
export function toRedriven(letter: LogRecord, at: number): OutgoingRecord | undefined {
  const about = readDeadLetter(letter);
  if (!about || about.omittedBytes !== undefined || !redrivable.has(about.topic)) return undefined;
  const given = Object.entries(letter.headers).filter(([name]) => !name.startsWith('dl_'));
  return {
    topic: about.topic,
    key: letter.key,
    value: letter.value,
    headers: { ...Object.fromEntries(given), [own.redrivenAt]: new Date(at).toISOString() },
  };
}

function sizeOf({ key, value, headers }: LogRecord): number {
  const measure = (held: HeaderValue): number =>
    Array.isArray(held) ? held.reduce((sum, one) => sum + measure(one), 0) : Buffer.byteLength(held);
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, held] of Object.entries(headers)) bytes += Buffer.byteLength(name) + measure(held);
  return bytes;
}
