import { readLink, type Link } from '#core/chain.ts';
import { foldEvent, kindOfDocument, type Folded } from '#core/replay.ts';
import { isErasure } from '#core/decider.ts';
import { topics } from '#schemas/topics.ts';
import { isErased, type StoredRecord } from '#storage/store.ts';
import { documentOf } from '../document-of.ts';
import { dataFault } from '../validate.ts';
import { putBack } from './put-back.ts';
import { readSnapshots, type Snapshots } from './snapshots.ts';
import { fillFates, foldPartition, saltOf, type Ground } from './whole.ts';

/**
 * Fills in what the log was told since `from`, where everything from before is there: all partitions in one reading each of journal,
 * snapshots and deliveries, since usually it is little and has to be quick. A record that doesn't go on to what it was told is folded from
 * its beginning instead.
 */
export async function catchUp(ground: Ground, from: number): Promise<void> {
  const { log, filling, sends, versions } = ground;
  const told = await readTold(ground, from);
  await sends.flush();
  const kept = await filling.peek([...told.keys()]);
  const other = [...told].filter(([subject, { links }]) => kept.get(subject)?.head !== links.at(-1)?.hash);
  if (other.length > 0) {
    const snapshots = await readSnapshots(log, undefined, filling.has, from);
    const stored = await filling.load(other.map(([subject]) => subject));
    const folded = new Map<string, Folded>();
    const broken = new Map<number, Set<string>>();
    for (const [subject, { links, partition }] of other) {
      const record = stored.get(subject);
      const next = goOn(record, links);
      if (next && (next.life === record?.life || hasSalt(next, snapshots, subject))) folded.set(subject, next);
      else broken.set(partition, (broken.get(partition) ?? new Set<string>()).add(subject));
    }
    await putBack(ground, folded.keys(), {
      foldedOf: (subject) => folded.get(subject),
      saltOf: (subject, life) => saltOf(snapshots, subject, life),
      erasedAt: (subject) => told.get(subject)?.links.findLast(({ type }) => isErasure(type))?.time ?? 0,
    });
    for (const [partition, subjects] of broken) await foldPartition(ground, partition, subjects);
  }
  await fillFates(ground, undefined, from);
  for (const { links } of told.values()) for (const link of links) versions.add(link);
}

/** Only a bare address, and what is erased, may begin a life whose salt nobody knows. */
const hasSalt = ({ kind, life, erased }: Folded, snapshots: Snapshots, subject: string): boolean =>
  kind === 'address' || erased || saltOf(snapshots, subject, life) !== undefined;

type Told = { readonly partition: number; readonly links: Link[] };

/** The events of each subject in a closed bucket, in the order of the log. */
async function readTold({ log, filling, report, sends }: Ground, from: number): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for await (const record of log.read({ topics: [topics.journal.name], from })) {
    report.read();
    const read = readLink(record);
    if (!read.ok || dataFault(read.link.type, read.link.data) !== undefined) continue;
    const { link } = read;
    sends.add(link);
    if (!filling.has(link.subject)) continue;
    const known = told.get(link.subject);
    if (known) known.links.push(link);
    else told.set(link.subject, { partition: record.partition, links: [link] });
  }
  return told;
}

/** What the events make of a record; undefined where they do not go on from it. */
function goOn(record: StoredRecord | undefined, links: readonly Link[]): Folded | undefined {
  let folded = record && foldedOf(record);
  for (const link of links) {
    if (isKnown(record, folded, link)) continue;
    const next = foldEvent(folded, link);
    if (!next || next === folded || (next.document === undefined && !next.erased)) return undefined;
    folded = next;
  }
  return folded;
}

function foldedOf(record: StoredRecord): Folded {
  const { life, version, head, expiresAt } = record;
  const document = documentOf<unknown>(record);
  const kind = document === undefined ? 'account' : kindOfDocument(document);
  return { kind, life, version, head, document, erased: isErased(record), expiresAt, past: [] };
}

/** Whether the record holds the event already. One that stands where the record has another one is not known. */
function isKnown(record: StoredRecord | undefined, folded: Folded | undefined, link: Link): boolean {
  if (!folded || link.life !== folded.life || link.version > folded.version) return false;
  if (link.version === folded.version) return link.hash === folded.head;
  const untold = record?.unlogged.find(({ version }) => version === link.version);
  return untold === undefined || untold.hash === link.hash;
}
