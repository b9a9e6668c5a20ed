import type { Logger } from '../logger.ts';

/** How far a restoration is. Times in Unix milliseconds. */
export type Progress = {
  /** Partitions of the journal, and how many of them are done. */
  readonly partitions: number;
  readonly partitionsDone: number;
  /** Records of the log that were read. */
  readonly events: number;
  /** Records of the store that were compared, and those that were behind. */
  readonly compared: number;
  readonly restored: number;
  readonly forks: number;
  /** Subjects of which neither journal nor snapshots tell enough. */
  readonly incomplete: number;
  readonly startedAt: number;
};

export type Report = {
  read(): void;
  compared(subjects: number, restored: number): void;
  fork(eventId: string): void;
  incomplete(subject: string): void;
  partitionDone(): void;
  progress(): Progress;
};

/** For who looks at the health of a process. */
export const wordsOfProgress = ({ partitions, partitionsDone, events, restored }: Progress): string =>
  `${partitionsDone} of ${partitions} partitions, ${events} events read, ${restored} records restored`;

const toldMax = 20;

/** Counts, and tells of the first of what an operator must look into. */
export function createReport(logger: Logger, partitions: number, startedAt: number): Report {
  const counts = { partitionsDone: 0, events: 0, compared: 0, restored: 0, forks: 0, incomplete: 0 };
  return {
    read() {
      counts.events += 1;
    },
    compared(subjects, restored) {
      counts.compared += subjects;
      counts.restored += restored;
    },
    fork(id) {
      counts.forks += 1;
      if (counts.forks <= toldMax) logger.error('restore-fork', { id });
    },
    incomplete(subject) {
      counts.incomplete += 1;
      if (counts.incomplete <= toldMax) logger.error('restore-incomplete', { subject });
    },
    partitionDone() {
      counts.partitionsDone += 1;
    },
    progress: () => ({ ...counts, partitions, startedAt }),
  };
}
