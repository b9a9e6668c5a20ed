import type * as fc from 'fast-check';
import type { Decider, Decision } from '#core/decider.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { createHandle, type Handled } from '#runtime/handle.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import type { Log, OutgoingRecord } from '#storage/log.ts';
import type { Commit, CommitResult, Store, StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { subject } from './challenges.ts';

/** What becomes of a commit: lost ones answer nothing, after they were carried out or before. */
export type Fate = 'answered' | 'lost-after' | 'lost-before';

/** One decision of a process, the number of commits that the record had when it was loaded, and the time it was decided at. */
export type Decided = {
  readonly commandId: string;
  readonly decision: Decision<unknown>;
  readonly commits: number;
  readonly now: number;
};

/**
 * Processes over one record and one log. Every call of a port waits until the scheduler lets it take effect, so a schedule is an order in
 * which loads, commits, publications and settlements of all processes come to pass. Each takes effect as a whole, as real ports have it.
 */
export function createScheduledProcesses<Document, Outcome>(
  scheduler: fc.Scheduler,
  options: {
    readonly decider: Decider<Document, Outcome>;
    readonly processes: number;
    readonly fates: readonly Fate[];
    readonly now: () => number;
  },
) {
  let record: StoredRecord | undefined;
  let fate = 0;
  const told: OutgoingRecord[] = [];
  /** The decisions that were committed, in order, and those that changed nothing. */
  const committed: Decided[] = [];
  const unchanged: Decided[] = [];

  function take({ head, events, also: _also, ...rest }: Commit): CommitResult {
    if ((record?.head ?? '') !== head) return { kind: 'conflict' };
    const { hash, version } = events.at(-1) as EncodedEvent;
    const unlogged = [...(record?.unlogged ?? []), ...events];
    record = { ...rest, head: hash, version, unlogged };
    return { kind: 'committed', unlogged };
  }

  function createProcess(name: string) {
    let commitsAtLoad = 0;
    let last: Decided | undefined;
    const step = <T>(what: string, effect: () => T): Promise<T> =>
      scheduler.schedule(Promise.resolve(), `${name} ${what}`).then(effect);
    const store = {
      load: () =>
        step('loads', () => {
          commitsAtLoad = committed.length;
          return record;
        }),
      commit: (commit: Commit) =>
        step('commits', () => {
          const become = options.fates[fate % options.fates.length] ?? 'answered';
          fate += 1;
          const result = become === 'lost-before' ? undefined : take(commit);
          if (result?.kind === 'committed' && last) committed.push(last);
          if (become !== 'answered' || !result) throw new Unavailable('store', 'the answer was lost');
          return result;
        }),
      settle: (_: string, settled: readonly { hash: string }[]) =>
        step('settles', () => {
          const waits = (hash: string) => record?.unlogged.some((event) => event.hash === hash);
          const hashes = new Set(settled.map(({ hash }) => hash));
          const held = settled.some(({ hash }) => hash === record?.head || waits(hash));
          if (record) record = { ...record, unlogged: record.unlogged.filter(({ hash }) => !hashes.has(hash)) };
          return held;
        }),
    } as unknown as Store;
    const log = {
      publish: (records: readonly OutgoingRecord[]) => step('publishes', () => void told.push(...records)),
      full: () => false,
      waitingMs: () => 0,
    } as unknown as Log;
    const telemetry = createTelemetry({ service: 'test' });
    const handle = createHandle({ store, log, now: options.now, source: '/twofold/test', telemetry });
    return (
      commandId: string,
      decide: (document: Document | undefined, now: number) => Decision<unknown>,
    ): Promise<Handled<Document, Outcome, unknown>> =>
      handle.handle<Document, Outcome, unknown>({
        subject,
        tenant: 'acme',
        commandId,
        actor: 'key:test',
        decider: options.decider,
        decide(document, { now }) {
          const decision = decide(document, now);
          last = { commandId, decision, commits: commitsAtLoad, now };
          if (decision.kind !== 'events') unchanged.push(last);
          return decision;
        },
      });
  }

  const processes = Array.from({ length: options.processes }, (_, index) => createProcess(`process ${index}`));
  return {
    ask(index: number, ...asked: Parameters<(typeof processes)[number]>) {
      const process = processes[index];
      if (!process) throw new Error(`there is no process ${index}`);
      return process(...asked);
    },
    committed,
    unchanged,
    told,
    record: () => record,
  };
}
