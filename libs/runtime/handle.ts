import { randomBytes } from 'node:crypto';
import type { Decider, Decision, Refusal } from '#core/decider.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { encodeChain } from '#core/event.ts';
import type { Log } from '#storage/log.ts';
import type { Store, StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { Problem } from './errors.ts';
import type { Telemetry } from './telemetry.ts';

export type HandleDeps = {
  readonly store: Store;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** `/twofold/<service>`, the source of what is committed here. */
  readonly source: string;
  readonly telemetry: Telemetry;
  /** Told of each subject whose record was changed here, for who keeps copies. */
  readonly changed?: (subject: string) => void;
};

export type Command<Document, Outcome, Answer> = {
  readonly subject: string;
  readonly tenant: string;
  /** From the idempotency key's claim, else random: the document remembers it with its outcome. */
  readonly commandId: string;
  /** True for a repetition that comes too late to be carried out: one that is not remembered is refused. */
  readonly late?: boolean;
  readonly actor: string;
  readonly decider: Decider<Document, Outcome>;
  /** May be asked again after a conflict; sees the record's salt (a fresh one for a new record) so that it can seal. */
  readonly decide: (
    document: Document | undefined,
    at: { readonly now: number; readonly salt: string },
  ) => Decision<Answer> | Promise<Decision<Answer>>;
};

export type Handled<Document, Outcome, Answer> =
  | {
      readonly kind: 'done';
      readonly outcome: Outcome;
      readonly document: Document;
      readonly salt: string;
      readonly fresh: boolean;
    }
  | { readonly kind: 'answer'; readonly answer: Answer; readonly document: Document | undefined; readonly salt: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export type Handle = {
  /** Carries a command out exactly once and answers only what is in the log. Rejects with Unavailable or a Problem. */
  handle<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
  ): Promise<Handled<Document, Outcome, Answer>>;
  /** The document as it is in the log: what is committed but untold is told first. */
  look<Document>(subject: string): Promise<{ document: Document; salt: string } | undefined>;
  /** Publishes what a record has committed and not yet told, then settles it. */
  tell(subject: string, unlogged: readonly EncodedEvent[]): Promise<void>;
};

/** A commit that lost its race, or one whose fate is not known: both are answered by loading again. */
type Undecided = 'conflict' | 'unknown';

const conflictMsMax = 2_000;
const queueMsMax = 5_000;
const waitingPublicationMsMax = 2_000;
const queueMax = 256;

/** load → decide → commit → publish → settle: the only such loop (ARCHITECTURE.md, The log tells, the store decides). */
export function createHandle(deps: HandleDeps): Handle {
  const { store, log, telemetry } = deps;
  const turn = createTurns(queueMax);

  async function tell(subject: string, unlogged: readonly EncodedEvent[]): Promise<void> {
    if (unlogged.length === 0) return;
    await log.publish(unlogged);
    // The events are in the log; if this fails, the relay publishes them once more and settles.
    await store.settle(subject, unlogged).catch(ignoreUnavailable);
  }

  function refuseWhileLogIsBehind(): void {
    if (log.full() || log.waitingMs() > waitingPublicationMsMax) throw new Unavailable('log', 'publications wait');
  }

  async function attempt<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
  ): Promise<Handled<Document, Outcome, Answer> | Undecided> {
    const record = await store.load(command.subject);
    const document = record && (JSON.parse(record.document) as Document);
    const outcome = document && command.decider.outcomeOf(document, command.commandId);
    const salt = record?.salt ?? randomBytes(32).toString('base64url');
    if (document && outcome) {
      await tell(command.subject, record.unlogged);
      return { kind: 'done', outcome, document, salt, fresh: false };
    }
    const now = deps.now();
    const decision = await command.decide(document, { now, salt });
    if (command.late && decision.kind === 'events') throw new Problem('idempotency-key-spent');
    if (decision.kind !== 'events') {
      await tell(command.subject, record?.unlogged ?? []);
      return decision.kind === 'answer' ? { kind: 'answer', answer: decision.answer, document, salt } : decision;
    }
    return commit(command, { record, document, salt, now, decision });
  }

  async function commit<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
    at: {
      record: StoredRecord | undefined;
      document: Document | undefined;
      salt: string;
      now: number;
      decision: Extract<Decision<Answer>, { kind: 'events' }>;
    },
  ): Promise<Handled<Document, Outcome, Answer> | Undecided> {
    const { subject, decider, commandId, actor } = command;
    const life = at.record?.life ?? randomBytes(8).toString('base64url');
    const before = { life, version: at.record?.version ?? 0, head: at.record?.head ?? '' };
    const events = encodeChain(at.decision.events, before, {
      tenant: command.tenant,
      subject,
      source: deps.source,
      time: at.now,
      causationId: commandId,
      actor,
      traceparent: telemetry.traceparent(),
    });
    let next = at.document;
    for (const { type, data } of at.decision.events) {
      next = decider.evolve(next, { type, data, time: at.now, tenant: command.tenant, causationId: commandId, actor });
    }
    const document = next as Document;
    const expiresAt = decider.expiresAt(document);
    const text = JSON.stringify(document);
    const result = await store
      .commit({ subject, head: before.head, life, salt: at.salt, document: text, events, expiresAt })
      .catch(asUnknown);
    telemetry.count('twofold.commits', { outcome: result.kind });
    if (result.kind !== 'committed') return result.kind;
    deps.changed?.(subject);
    await tell(subject, result.unlogged);
    const outcome = decider.outcomeOf(document, commandId);
    if (!outcome) throw new Error(`events of ${at.decision.events[0]?.type} left no outcome`);
    return { kind: 'done', outcome, document, salt: at.salt, fresh: true };
  }

  async function untilDecided<Document, Outcome, Answer>(command: Command<Document, Outcome, Answer>) {
    const deadline = performance.now() + conflictMsMax;
    let unknown = false;
    for (;;) {
      // A commit whose answer was lost may be ours: the reload finds our command's outcome and answers it (Unknown outcomes).
      const result = await attempt(command).catch((error: unknown) => {
        if (unknown && error instanceof Unavailable && error.part === 'store') return 'unknown' as const;
        throw error;
      });
      if (typeof result !== 'string') return result;
      unknown ||= result === 'unknown';
      if (performance.now() >= deadline) throw new Unavailable('store', unknown ? 'outcome unknown' : 'conflicts');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
  }

  return {
    async handle(command) {
      refuseWhileLogIsBehind();
      return turn(command.subject, () => untilDecided(command));
    },
    async look(subject) {
      const record = await store.load(subject);
      if (!record) return undefined;
      await tell(subject, record.unlogged);
      return { document: JSON.parse(record.document), salt: record.salt };
    },
    tell,
  };
}

function asUnknown(error: unknown): { kind: 'unknown' } {
  if (error instanceof Unavailable) return { kind: 'unknown' };
  throw error;
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error;
}

/** One subject's commands run one after another: racing each other through the store would only make conflicts. */
function createTurns(lengthMax: number) {
  const queues = new Map<string, { length: number; tail: Promise<unknown> }>();
  return async function turn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = queues.get(key) ?? { length: 0, tail: Promise.resolve() };
    if (queue.length >= lengthMax) throw new Problem('too-busy');
    queues.set(key, queue);
    queue.length += 1;
    const latest = performance.now() + queueMsMax;
    const start = () => {
      if (performance.now() > latest) throw new Problem('too-busy');
      return work();
    };
    const mine = queue.tail.then(start, start);
    queue.tail = mine;
    try {
      return await mine;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) queues.delete(key);
    }
  };
}
