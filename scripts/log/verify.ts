import { isUtf8 } from 'node:buffer';
import { createChainCheck, hashOf, linkOf, type ChainFault, type Linked } from '#core/chain.ts';
import { decodeEvent } from '#core/event.ts';
import { dataFault } from '#runtime/validate.ts';
import { events, topicOf } from '#schemas/index.ts';
import { topics } from '#schemas/topics.ts';
import type { LogRecord } from '#storage/log.ts';
import { isTombstone, placeOf, printable } from './show.ts';

/**
 * Checks each record by itself and every chain, and prints what is wrong as it is found, a summary at the end. Answers
 * the number of faults. Keeps about a kilobyte a life of a subject (core/chain.ts), nothing of other topics.
 */
export async function verify(
  name: string,
  records: AsyncIterable<LogRecord>,
  print: (line: string) => void,
): Promise<number> {
  const chains = createChainCheck();
  const counts = new Map<string, number>();
  let faults = 0;
  const fault = (kind: string, what: string) => {
    faults += 1;
    print(printable(`FAULT  ${kind.padEnd(18)} ${what}`));
  };
  for await (const record of records) {
    counts.set(record.topic, (counts.get(record.topic) ?? 0) + 1);
    if (record.topic === topics.deadLetters.name || isTombstone(record)) continue;
    const read = checkRecord(record);
    if (read?.ok)
      for (const found of chains.add(read.link)) fault(found.kind, `${describe(found)}, ${placeOf(record)}`);
    else if (read) fault(read.reason, placeOf(record));
  }
  for (const found of chains.end()) fault(found.kind, describe(found));
  for (const [topic, count] of counts) print(`${topic.padEnd(24)} ${count} records`);
  const { events: told, duplicates, subjects, lives, cut } = chains.totals();
  print(`chains: ${told} events, ${duplicates} repetitions, ${subjects} subjects, ${lives} lives`);
  if (cut > 0) print(`${cut} lives begin after version 1: retention or --from has cut what was before`);
  print(`${name}: ${faults === 0 ? 'no fault' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`}`);
  return faults;
}

/** The link that a record is, undefined for events outside of chains, or what is wrong with it in a word. */
function checkRecord(record: LogRecord): Linked | undefined {
  const texts = [record.value, ...Object.values(record.headers).flat()];
  if (texts.some((text) => text && !isUtf8(text))) return refuse('not-utf8');
  const decoded = decodeEvent(record);
  if (!decoded.ok) return decoded;
  const { event } = decoded;
  const malformed = dataFault(event.type, event.data);
  if (malformed !== undefined) return refuse(`malformed-data (${malformed})`);
  if (topicOf(event.type, event.data) !== record.topic) return refuse('wrong-topic');
  if (!events[event.type].chained) return undefined;
  return linkOf(event, hashOf(record));
}

const refuse = (reason: string): Linked => ({ ok: false, reason });

const words: Record<ChainFault['kind'], string> = {
  fork: 'another event has this id',
  'broken-link': 'was not made after the event that stands before it',
  missing: 'is not in the log',
  'out-of-order': 'was told after its successor',
  'two-lives': 'goes on after a later life began',
};

function describe({ kind, subject, life, version, until }: ChainFault): string {
  const versions = until === undefined || until === version ? `version ${version}` : `versions ${version} to ${until}`;
  return `${subject} life ${life} ${versions}: ${words[kind]}`;
}
