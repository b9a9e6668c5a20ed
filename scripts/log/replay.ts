import { setTimeout as pause } from 'node:timers/promises';
import { topics } from '#schemas/topics.ts';
import { compare, type Comparison } from './compare.ts';
import { createFolding, type Folding } from '#runtime/folding.ts';
import { printable } from './show.ts';
import type { Records, Source } from './source.ts';
import type { Span } from './span.ts';

type Options = {
  readonly source: Source;
  readonly records: Records;
  readonly span: Omit<Span, 'topics'>;
  /** Whether the log goes on, so that what is missing may still come. */
  readonly live: boolean;
  readonly print: (line: string) => void;
};

const kinds = ['equal', 'expired', 'erased', 'absent', 'incomplete', 'behind', 'different'] as const;
const roundsMax = 10;
const roundPauseMs = 300;
const overlapMs = 60_000;

/**
 * Folds the journal subject by subject and compares what comes of it with the store's documents; prints what is not
 * equal, and a summary. Answers the number of differences.
 */
export async function replay({ source, records, span, live, print }: Options): Promise<number> {
  const folding = createFolding();
  const counts = new Map<Comparison['kind'], number>();
  const settle = (subject: string, comparison: Comparison) => {
    counts.set(comparison.kind, (counts.get(comparison.kind) ?? 0) + 1);
    if ('words' in comparison)
      print(printable(`${comparison.kind.toUpperCase().padEnd(11)} ${subject}: ${comparison.words}`));
  };

  await fold(source, folding, span);
  let behind = await settleAll(folding, folding.subjects(), records, settle);
  // What was decided while the journal was being read is told by now, or soon.
  const rounds = live ? roundsMax : 0;
  for (let round = 1; behind.size > 0 && round <= rounds; round += 1) {
    await pause(roundPauseMs);
    await fold(source, folding, { ...span, from: Math.max(folding.newestAt() - overlapMs, span.from ?? 0) });
    behind = await settleAll(folding, behind.keys(), records, settle);
  }
  // With --to the store may well be ahead; otherwise the log has lost what the store knows.
  for (const [subject, words] of behind)
    settle(subject, { kind: span.to === undefined ? 'different' : 'behind', words });

  for (const kind of kinds) if (counts.has(kind)) print(`${kind.padEnd(11)} ${counts.get(kind)}`);
  const differences = counts.get('different') ?? 0;
  const verdict =
    differences === 0 ? 'no difference' : `${differences} ${differences === 1 ? 'difference' : 'differences'}`;
  print(`${source.name} against ${records.name}: ${verdict}`);
  return differences;
}

async function fold(source: Source, folding: Folding, span: Omit<Span, 'topics'>): Promise<void> {
  for await (const record of source.read({ ...span, topics: [topics.journal.name] })) folding.add(record);
}

/** Settles all but those whose record is ahead of the log, and answers these with what is to say of them. */
async function settleAll(
  folding: Folding,
  subjects: Iterable<string>,
  records: Records,
  settle: (subject: string, comparison: Comparison) => void,
): Promise<Map<string, string>> {
  const behind = new Map<string, string>();
  for (const subject of subjects) {
    const folded = folding.get(subject);
    if (!folded) continue;
    const comparison = compare(folded, await records.load(subject), Date.now());
    if (comparison.kind === 'behind') behind.set(subject, comparison.words);
    else settle(subject, comparison);
  }
  return behind;
}
