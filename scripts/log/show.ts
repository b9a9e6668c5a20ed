import { decodeEvent, type Event } from '#core/event.ts';
import { readDeadLetter } from '#runtime/dead-letters.ts';
import { topics } from '#schemas/topics.ts';
import type { LogRecord } from '#storage/log.ts';
import { writeLine } from './dump.ts';

const sortedMax = 10_000;
const textMax = 60;
const typeWidth = 25;
const sealed = /^([A-Za-z0-9_-]{1,16})\.[A-Za-z0-9_-]{38,}$/;
// Controls and what turns the direction of writing: a forged event must not play with the reader's terminal.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Anything from a log, fit for a terminal. */
export const printable = (text: string): string =>
  text.replace(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Where a record stands. */
export const placeOf = ({ topic, partition, offset }: LogRecord): string => `${topic}/${partition}@${offset}`;

/** What ends the snapshots of an erased account is no event. */
export const isTombstone = ({ topic, key, value }: LogRecord): boolean =>
  topic === topics.documents.name && key !== null && value === null;

/** A subject as people tell them apart. */
const shorten = (subject: string) => (subject.length === 22 ? `${subject.slice(0, 8)}…` : subject);

/** Prints every record as a line for people, or as NDJSON. */
export async function show(
  records: AsyncIterable<LogRecord>,
  json: boolean,
  print: (line: string) => void,
): Promise<void> {
  if (json) {
    // Within a string of JSON the escape stands for the same sign.
    for await (const record of records) print(printable(writeLine(record)));
    return;
  }
  for await (const record of byTime(records)) print(printable(lineOf(record)));
}

/**
 * In the order of the log's clock, as far as 10,000 records at a time allow: partitions are read beside each other, and
 * people want to read what happened one after the other.
 */
async function* byTime(records: AsyncIterable<LogRecord>): AsyncGenerator<LogRecord> {
  let held: LogRecord[] = [];
  const sort = () => held.toSorted((a, b) => a.appendedAt - b.appendedAt);
  for await (const record of records) {
    held.push(record);
    if (held.length < sortedMax) continue;
    const sorted = sort();
    yield* sorted.slice(0, sortedMax / 2);
    held = sorted.slice(sortedMax / 2);
  }
  yield* sort();
}

function lineOf(record: LogRecord): string {
  const letter = record.topic === topics.deadLetters.name ? readDeadLetter(record) : undefined;
  if (letter) {
    const { reason, topic, partition, offset, group } = letter;
    const origin = `${topic}/${partition}@${offset}`;
    return `${timeOf(record)}  ${'(dead letter)'.padEnd(typeWidth)}  ${reason} at ${origin} for ${group}`;
  }
  if (isTombstone(record)) {
    return `${timeOf(record)}  ${'(tombstone)'.padEnd(typeWidth)}  ${shorten(String(record.key))} at ${placeOf(record)}`;
  }
  const decoded = decodeEvent(record);
  if (!decoded.ok)
    return `${timeOf(record)}  ${'(no event)'.padEnd(typeWidth)}  ${decoded.reason} at ${placeOf(record)}`;
  return eventLine(decoded.event);
}

function eventLine({ time, type, subject, id, actor, data }: Event): string {
  const fields = [type.padEnd(typeWidth), shorten(subject).padEnd(12), id, actor];
  return `${new Date(time).toISOString()}  ${fields.join('  ')}  ${JSON.stringify(data, clip)}`;
}

const timeOf = ({ appendedAt }: LogRecord) => new Date(appendedAt).toISOString();

/** Sealed fields tell nothing to anybody without the record's salt and the keys: their key's name is enough. */
function clip(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'salt') return '(salt)';
  const kid = sealed.exec(value)?.[1];
  if (kid !== undefined) return `(sealed ${kid})`;
  return value.length > textMax ? `${value.slice(0, textMax - 1)}…` : value;
}
