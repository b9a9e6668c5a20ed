import { decodeEvent } from '#core/event.ts';
import { kindOfDocument, type Folded } from '#core/replay.ts';
import type { DocumentSnapshot } from '#schemas/document.ts';
import { topics } from '#schemas/topics.ts';
import type { Log } from '#storage/log.ts';
import { dataFault } from '../validate.ts';

/** The newest snapshot of each subject. */
export type Snapshots = ReadonlyMap<string, DocumentSnapshot>;

/** Reads, in one partition or all, the snapshots of the subjects that are wanted, those told since `from`; a tombstone takes a subject's away. */
export async function readSnapshots(
  log: Pick<Log, 'read'>,
  partition: number | undefined,
  wanted: (subject: string) => boolean,
  from?: number,
): Promise<Map<string, DocumentSnapshot>> {
  const snapshots = new Map<string, DocumentSnapshot>();
  for await (const record of log.read({ topics: [topics.documents.name], from, ...only(partition) })) {
    const subject = record.key?.toString() ?? '';
    if (!wanted(subject)) continue;
    if (record.value === null) {
      snapshots.delete(subject);
      continue;
    }
    const decoded = decodeEvent(record);
    if (!decoded.ok || decoded.event.type !== 'document-snapshot') continue;
    if (dataFault(decoded.event.type, decoded.event.data) !== undefined) continue;
    const snapshot = decoded.event.data as DocumentSnapshot;
    if (snapshot.subject === subject && isNewer(snapshot, snapshots.get(subject))) snapshots.set(subject, snapshot);
  }
  return snapshots;
}

/** One partition of a reading, or all. */
export const only = (partition: number | undefined) => (partition === undefined ? {} : { partitions: [partition] });

/** A publication that came late may stand behind a newer one of its life. */
const isNewer = (one: DocumentSnapshot, other: DocumentSnapshot | undefined): boolean =>
  other?.life !== one.life || one.version >= other.version;

/** What a fold may begin with where the journal has lost what was before. */
export function beginWith({ life, version, head, document, expiresAt }: DocumentSnapshot): Folded {
  const parsed: unknown = JSON.parse(document);
  return { kind: kindOfDocument(parsed), life, version, head, document: parsed, erased: false, expiresAt, past: [] };
}
