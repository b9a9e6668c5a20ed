import type { Link } from '#core/chain.ts';
import { isErasure } from '#core/decider.ts';
import { forgottenAddress } from '#core/address-document.ts';
import { kindOf, type Folded } from '#core/replay.ts';
import type { ChallengeRequested } from '#schemas/challenge.ts';
import { topics } from '#schemas/topics.ts';
import type { Log } from '#storage/log.ts';
import type { Filling } from '#storage/restoration.ts';
import { createFolding } from '../folding.ts';
import { createFates } from './fates.ts';
import { putBack } from './put-back.ts';
import type { Report } from './report.ts';
import { sendMsKept, type Sends } from './sends.ts';
import { beginWith, only, readSnapshots, type Snapshots } from './snapshots.ts';
import type { Versions } from './versions.ts';

export type Ground = {
  readonly log: Pick<Log, 'read' | 'partitions'>;
  readonly filling: Filling;
  /** Unix milliseconds. */
  readonly now: number;
  readonly report: Report;
  readonly sends: Sends;
  readonly versions: Versions;
};

/** The log keeps its own time, and so does each process. */
const skewMs = 60_000;

/**
 * Fills in all that one partition knows of the buckets that are closed: each record as the journal makes it from its beginning, or from
 * its snapshot where retention has taken the beginning; what its sends count against; how they ended.
 */
export async function fillPartition(ground: Ground, partition: number): Promise<void> {
  const { now, sends, versions } = ground;
  // Sends of subjects in other buckets count as well: a limit may be in another bucket than who is sent to.
  await foldPartition(ground, partition, undefined, (link) => {
    sends.add(link);
    versions.add(link);
  });
  await sends.flush();
  await fillFates(ground, partition, now - sendMsKept);
}

/**
 * Puts the records of a partition to where its journal is, read from the beginning.
 * @param wanted only these subjects, if given
 * @param added told of each event that is in a chain
 */
export async function foldPartition(
  ground: Ground,
  partition: number,
  wanted: ReadonlySet<string> | undefined,
  added: (link: Link) => void = () => {},
): Promise<void> {
  const { log, filling, report } = ground;
  const has = (subject: string) => (wanted?.has(subject) ?? true) && filling.has(subject);
  const snapshots = await readSnapshots(log, partition, has);
  const erasedAt = new Map<string, number>();
  const folding = createFolding(undefined, {
    begin: (link) => beginOf(snapshots, link),
    forked: ({ id }) => report.fork(id),
  });
  for await (const record of log.read({ topics: [topics.journal.name], partitions: [partition] })) {
    report.read();
    if (wanted && !wanted.has(String(record.key))) continue;
    const link = folding.add(record);
    if (!link) continue;
    added(link);
    if (isErasure(link.type)) erasedAt.set(link.subject, link.time);
  }
  const subjects = new Set([...folding.subjects(), ...snapshots.keys()].filter(has));
  await putBack(ground, subjects, {
    foldedOf: (subject) => folding.get(subject) ?? beginWithSnapshot(snapshots, subject),
    saltOf: (subject, life) => saltOf(snapshots, subject, life),
    erasedAt: (subject) => erasedAt.get(subject) ?? 0,
  });
}

/** Fills in how sends ended, those of one partition or all, as the log was told since `from`. */
export async function fillFates(
  { log, filling, now, report }: Ground,
  partition: number | undefined,
  from: number,
): Promise<void> {
  const fates = createFates(filling, now);
  const span = { topics: [topics.deliveries.name], from: from - skewMs, ...only(partition) };
  for await (const record of log.read(span)) {
    report.read();
    await fates.add(record);
  }
  await fates.flush();
}

function beginOf(snapshots: Snapshots, link: Link): Folded | undefined {
  const snapshot = snapshots.get(link.subject);
  if (snapshot) return snapshot.life === link.life ? beginWith(snapshot) : undefined;
  const { methodId } = link.data as Partial<ChallengeRequested>;
  if (kindOf(link) !== 'address' || methodId !== undefined) return undefined;
  const { life, version, prev, tenant } = link;
  const document = forgottenAddress(tenant);
  return { kind: 'address', life, version: version - 1, head: prev, document, erased: false, expiresAt: 0, past: [] };
}

function beginWithSnapshot(snapshots: Snapshots, subject: string): Folded | undefined {
  const snapshot = snapshots.get(subject);
  return snapshot && beginWith(snapshot);
}

/** Undefined where no snapshot has the life. */
export function saltOf(snapshots: Snapshots, subject: string, life: string): string | undefined {
  const snapshot = snapshots.get(subject);
  return snapshot?.life === life ? snapshot.salt : undefined;
}
