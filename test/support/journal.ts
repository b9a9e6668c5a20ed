import { accountDecider } from '#core/account-document.ts';
import { addressDecider } from '#core/address-document.ts';
import type { Decider } from '#core/decider.ts';
import { chainHash, decodeEvent, type Event } from '#core/event.ts';
import { platformSubject } from '#core/subject.ts';
import { platformDecider, tenantDecider } from '#core/tenant.ts';
import { topics } from '#schemas/topics.ts';
import type { Log, LogRecord } from '#storage/log.ts';

/** One event of the log with the bytes it came in. */
export type Told = { readonly event: Event; readonly record: LogRecord };

/** Every record of the topics, in the order of the log. */
export async function readRecords(log: Log, names: readonly string[]): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of log.read({ topics: names })) records.push(record);
  return records;
}

/** Events of the topics that `wanted` picks. What is no event is passed over: other suites tell poison on the same topics. */
export async function readEvents(
  log: Log,
  wanted: (event: Event) => boolean,
  names: readonly string[] = [topics.journal.name],
): Promise<Told[]> {
  return (await readRecords(log, names)).flatMap((record) => {
    const decoded = decodeEvent(record);
    return decoded.ok && wanted(decoded.event) ? [{ event: decoded.event, record }] : [];
  });
}

/** The events about one challenge, duplicates left out. */
export async function eventsAbout(log: Log, id: string): Promise<Event[]> {
  return firstOnes(await readEvents(log, ({ about }) => about === id)).map(({ event }) => event);
}

/** Of events with one id the first counts. */
export function firstOnes(told: readonly Told[]): Told[] {
  const seen = new Set<string>();
  return told.filter(({ event }) => !seen.has(event.id) && seen.add(event.id));
}

/** A subject's life: its record may expire and be born again, and each life has a chain of its own. */
const lifeOf = ({ id }: Event): string => id.slice(0, id.lastIndexOf('.'));

/** The chain of each life in the order of the log, duplicates left out. */
export const chainsOf = (told: readonly Told[]): Map<string, Told[]> =>
  Map.groupBy(firstOnes(told), ({ event }) => lifeOf(event));

/** The same by subject, for subjects of one life. */
export const bySubject = (told: readonly Told[]): Map<string, Told[]> =>
  Map.groupBy(firstOnes(told), ({ event }) => event.subject);

const headersOf = ({ headers }: LogRecord) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The hash under which the next event of the chain names this one. */
export const hashOf = (record: LogRecord): string => chainHash(headersOf(record), record.value?.toString() ?? '');

/**
 * What is wrong with the chains of these events, in words; nothing for journals as they should be: versions dense from 1 in the
 * order of first occurrence, each naming the hash of the one before, and every repetition equal to the byte.
 */
export function chainFaults(told: readonly Told[]): string[] {
  const faults: string[] = [];
  for (const [life, chain] of chainsOf(told)) {
    let prev = '';
    for (const [index, { event, record }] of chain.entries()) {
      if (event.version !== index + 1) faults.push(`${life}: version ${event.version} stands at place ${index + 1}`);
      if (event.prev !== prev) faults.push(`${life}: version ${event.version} does not follow the one before`);
      prev = hashOf(record);
    }
  }
  for (const [id, copies] of Map.groupBy(told, ({ event }) => event.id)) {
    if (new Set(copies.map(({ record }) => hashOf(record))).size > 1) faults.push(`${id} was told in two forms`);
  }
  return faults;
}

/** The document that a chain makes, as the store would keep it; undefined of an account that was erased. */
export function fold(chain: readonly Told[]): string | undefined {
  const { subject = '', type } = chain[0]?.event ?? {};
  if (chain.at(-1)?.event.type === 'account-erased') return undefined;
  const decider = (subject === platformSubject
    ? platformDecider
    : subject.startsWith('tenant:')
      ? tenantDecider
      : type === 'account-created'
        ? accountDecider
        : addressDecider) as unknown as Decider<object, object>;
  let document: object | undefined;
  for (const { event } of chain) document = decider.evolve(document, event);
  return JSON.stringify(document);
}
