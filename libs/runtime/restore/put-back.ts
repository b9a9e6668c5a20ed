import { randomBytes } from 'node:crypto';
import type { Folded } from '#core/replay.ts';
import type { Filling, Restored } from '#storage/restoration.ts';
import type { StoredRecord } from '#storage/store.ts';
import { reconcile } from './reconcile.ts';
import type { Report } from './report.ts';

/** What the log says of subjects. */
export type Told = {
  readonly foldedOf: (subject: string) => Folded | undefined;
  /** The salt of a life, where a snapshot has it. */
  readonly saltOf: (subject: string, life: string) => string | undefined;
  /** Unix milliseconds. */
  readonly erasedAt: (subject: string) => number;
};

const subjectsAtOnce = 2_000;

/** Compares the records of these subjects with the log, and puts those that are behind to where the log is. */
export async function putBack(
  at: { readonly filling: Filling; readonly now: number; readonly report: Report },
  subjects: Iterable<string>,
  told: Told,
): Promise<void> {
  let batch: string[] = [];
  for (const subject of subjects) {
    batch.push(subject);
    if (batch.length < subjectsAtOnce) continue;
    await putBatch(at, batch, told);
    batch = [];
  }
  if (batch.length > 0) await putBatch(at, batch, told);
}

async function putBatch(
  { filling, now, report }: { readonly filling: Filling; readonly now: number; readonly report: Report },
  subjects: readonly string[],
  told: Told,
): Promise<void> {
  const kept = await filling.peek(subjects);
  const other = subjects.filter(
    (subject) => kept.has(subject) && kept.get(subject)?.head !== told.foldedOf(subject)?.head,
  );
  const stored = await filling.load(other);
  const restored: Restored[] = [];
  for (const subject of subjects) {
    const folded = told.foldedOf(subject);
    const record = stored.get(subject);
    if (!folded || (kept.has(subject) && !record)) continue;
    const salt = saltFor(folded, record, told.saltOf(subject, folded.life));
    const came = reconcile(subject, folded, record, { now, salt, erasedAt: told.erasedAt(subject) });
    if (came.kind === 'incomplete') report.incomplete(subject);
    if (came.kind === 'put') restored.push(came.restored);
  }
  await filling.put(restored);
  report.compared(subjects.length, restored.length);
}

/**
 * The salt stays that of the life. A bare address has it nowhere else, so one whose record is gone gets a new salt: what was sealed for it
 * can be read by nobody any more, and its open codes can still be checked.
 */
function saltFor(folded: Folded, record: StoredRecord | undefined, told: string | undefined): string {
  const kept = record?.life === folded.life ? record.salt : '';
  return told ?? (kept || randomBytes(32).toString('base64url'));
}
