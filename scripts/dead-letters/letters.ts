import { readDeadLetter, type DeadLetter } from '#runtime/dead-letters.ts';
import { topics } from '#schemas/topics.ts';
import type { LogRecord } from '#storage/log.ts';
import type { Source } from '../log/source.ts';
import type { DeadLetterArguments } from './arguments.ts';

/** A dead letter as the command speaks of it. */
export type Letter = {
  readonly record: LogRecord;
  /** Where it lies in the topic of dead letters: `<partition>@<offset>`. */
  readonly place: string;
  readonly about: DeadLetter;
  /** Of the event, as its headers name them; empty where they don't. */
  readonly type: string;
  readonly id: string;
};

export type Selected = {
  readonly letters: readonly Letter[];
  /** Matching ones beyond the limit. */ readonly more: number;
};

/** Finds the letters that are meant, in the order of the log, and keeps as many as the limit allows. */
export async function selectLetters(source: Source, wanted: DeadLetterArguments): Promise<Selected> {
  const letters: Letter[] = [];
  let more = 0;
  for await (const record of source.read({ topics: [topics.deadLetters.name], from: wanted.from, to: wanted.to })) {
    const letter = readLetter(record);
    if (!letter || !matches(letter, wanted)) continue;
    if (letters.length < wanted.limit) letters.push(letter);
    else more += 1;
  }
  return { letters, more };
}

function readLetter(record: LogRecord): Letter | undefined {
  const about = readDeadLetter(record);
  if (!about) return undefined;
  const header = (name: string) => {
    const held = record.headers[name];
    return Buffer.isBuffer(held) ? held.toString() : '';
  };
  const place = `${record.partition}@${record.offset}`;
  return { record, place, about, type: header('ce_type'), id: header('ce_id') };
}

function matches({ about, id, place }: Letter, { reason, ids }: DeadLetterArguments): boolean {
  if (reason !== undefined && about.reason !== reason) return false;
  return ids.size === 0 || ids.has(place) || (id !== '' && ids.has(id));
}

/** One line for people. */
export function lineOf({ record, place, about, type, id }: Letter): string {
  const { reason, topic, partition, offset, group, attempts, omittedBytes, redrivenAt } = about;
  const tries = `${attempts} ${attempts === '1' ? 'try' : 'tries'}`;
  return [
    new Date(record.appendedAt).toISOString(),
    place,
    reason,
    `${topic}/${partition}@${offset}`,
    `${group}, ${tries}`,
    ...(type === '' ? [] : [type.replace(/^twofold\.(.*)\.v1$/, '$1')]),
    ...(id === '' ? [] : [id]),
    ...(omittedBytes === undefined ? [] : [`(without its value, ${omittedBytes} bytes)`]),
    ...(redrivenAt === undefined ? [] : [`(redriven before, ${redrivenAt})`]),
  ].join('  ');
}
