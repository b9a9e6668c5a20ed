import { failsAlone, wordsOf } from './sqlite.ts';
import type { Database } from './sqlite.ts';
import { Unavailable } from '../unavailable.ts';

type Part = Unavailable['part'];

type Operation = {
  readonly part: Part;
  /** Does its statements and gives back how to answer for them. */
  readonly work: () => () => void;
  readonly reject: (error: unknown) => void;
  readonly queuedAt: number;
};

/** Writes something small if there is anything to write, and answers what to do once it is on disk. */
type Rider = () => (() => void) | undefined;

export type GroupCommit = {
  /**
   * Runs `work` in the next group and resolves with its answer after the group is on disk. What `work` throws undoes this
   * operation alone. Rejects with Unavailable if the group could not be written, if 10,000 operations wait, or after `refuse`.
   */
  write<T>(part: Part, work: () => T): Promise<T>;
  /** Called in every group, before its end: for what is worth no transaction of its own. */
  ride(rider: Rider): void;
  /** Called after every group, when its operations have been answered, with how long it took and whether it failed. */
  afterwards(listener: (group: { readonly ms: number; readonly failed: boolean }) => void): void;
  /** Age in milliseconds of the oldest operation that waits. */
  waitingMs(): number;
  full(): boolean;
  /** Refuses what this part wants to write from now on. */
  refuse(part: Part): void;
};

const waitingMax = 10_000;
// One group stops the process for as long as it runs; this many take about 30 ms.
const groupMax = 1_000;

/**
 * Queues writes and commits those of one turn together: one sync of the disk serves them all. Operations run in the order
 * of their calls and see what those before them did.
 * @param report is told, in SQLite's words, when groups begin to fail, and '' when they are written again
 */
export function createGroupCommit(database: Database, report: (words: string) => void): GroupCommit {
  const tell = onChange(report);
  let queue: Operation[] = [];
  let scheduled = false;
  const refused = new Set<Part>();
  const riders: Rider[] = [];
  const listeners: Parameters<GroupCommit['afterwards']>[0][] = [];
  let failed = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  }

  function flush(): void {
    const group = queue.slice(0, groupMax);
    if (group.length === 0) return;
    queue = queue.slice(groupMax);
    if (queue.length > 0) schedule();
    const startedAt = performance.now();
    const answers = outcomesOf(group);
    const told = { ms: performance.now() - startedAt, failed };
    for (const answer of answers) answer();
    for (const listen of listeners) listen(told);
  }

  function outcomesOf(group: readonly Operation[]): (() => void)[] {
    try {
      const outcomes = transact(database, group, riders);
      tell('');
      failed = false;
      return outcomes;
    } catch (error) {
      const words = wordsOf(error);
      tell(words);
      failed = true;
      return group.map((operation) => () => operation.reject(new Unavailable(operation.part, words)));
    }
  }

  return {
    write: <T>(part: Part, work: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (refused.has(part)) return reject(new Unavailable(part, 'closed'));
        if (queue.length >= waitingMax) return reject(new Unavailable(part, `${waitingMax} writes wait`));
        const answer = () => {
          const value = work();
          return () => resolve(value);
        };
        queue.push({ part, work: answer, reject, queuedAt: performance.now() });
        schedule();
      }),
    ride: (rider) => void riders.push(rider),
    afterwards: (listener) => void listeners.push(listener),
    waitingMs: () => (queue[0] ? performance.now() - queue[0].queuedAt : 0),
    full: () => queue.length >= waitingMax,
    refuse: (part) => void refused.add(part),
  };
}

function onChange(report: (words: string) => void): (words: string) => void {
  let last = '';
  return (words) => {
    if (words !== last) report(words);
    last = words;
  };
}

/** Runs the group in one transaction; what it answers is told only after the commit. Throws if nothing of it was written. */
function transact(database: Database, group: readonly Operation[], riders: readonly Rider[]): (() => void)[] {
  const outcomes: (() => void)[] = [];
  database.run('BEGIN IMMEDIATE');
  try {
    for (const operation of group) outcomes.push(attempt(database, operation));
    for (const rider of riders) {
      const written = rider();
      if (written) outcomes.push(written);
    }
    database.run('COMMIT');
    return outcomes;
  } catch (error) {
    // SQLite ends the transaction by itself after some failures (disk full, I/O).
    if (database.inTransaction()) database.run('ROLLBACK');
    throw error;
  }
}

function attempt(database: Database, operation: Operation): () => void {
  database.run('SAVEPOINT operation');
  try {
    const answer = operation.work();
    database.run('RELEASE operation');
    return answer;
  } catch (error) {
    if (!failsAlone(error)) throw error;
    database.run('ROLLBACK TO operation');
    database.run('RELEASE operation');
    return () => operation.reject(error);
  }
}
