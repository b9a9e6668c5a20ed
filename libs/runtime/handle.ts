import { randomBytes } from 'node:crypto';
import { isErasure, type Decider, type Decision, type Refusal } from '#core/decider.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { encodeChain, type Draft } from '#core/event.ts';
import { tellWhole } from '#core/snapshot.ts';
import type { Log, OutgoingRecord } from '#storage/log.ts';
import type { Commit, Store, StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { documentOf } from './document-of.ts';
import { Problem } from './errors.ts';
import type { Labels } from './instruments.ts';
import { asUnknown, commitOfUntold, makeSure } from './make-sure.ts';
import type { Telemetry } from './telemetry.ts';
import { createTurns } from './turns.ts';

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
  /** How long callers wait for the log; sooner in tests. */
  readonly patienceMs?: number;
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

/** How an erasure ends: without a document, and so without an outcome that could be remembered. */
export type Erased = { readonly kind: 'erased' };

export type Handle = {
  /** Carries a command out exactly once and answers only what is in the log. Rejects with Unavailable or a Problem. */
  handle<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
  ): Promise<Handled<Document, Outcome, Answer>>;
  /**
   * Carries out a command whose event leaves nothing. Erased is also what somebody else erased meanwhile; a subject that was not
   * there at first is refused as the rule says.
   */
  erase<Document, Outcome>(
    command: Command<Document, Outcome, never>,
  ): Promise<Erased | { readonly kind: 'refused'; readonly refusal: Refusal }>;
  /** The document as it is in the log: what is committed but untold is told first. */
  look<Document>(subject: string): Promise<{ document: Document; salt: string } | undefined>;
  /** Publishes what a record has committed and not yet told, with its snapshot or tombstone, then settles it. */
  tell(subject: string, record: StoredRecord): Promise<void>;
};

/** What a decision is based on. */
type At<Document> = {
  readonly record: StoredRecord | undefined;
  readonly document: Document | undefined;
  readonly salt: string;
  readonly now: number;
};

/** A commit that lost its race, or one whose fate is not known: both are answered by loading again. */
type Undecided = 'conflict' | 'unknown';

const conflictMsMax = 2_000;
/** Nobody waits longer for the log: neither who was decided before it stopped, nor, by a refusal, who comes after. */
const logPatienceMs = 2_000;
const queueMax = 256;

/** load → decide → commit → publish → settle: the only such loop (ARCHITECTURE.md, The log tells, the store decides). */
export function createHandle(deps: HandleDeps): Handle {
  const { store, log, telemetry, patienceMs = logPatienceMs } = deps;
  const turn = createTurns(queueMax);

  /** What stands beside these events in their publication; they are in the order of versions. */
  function besides(subject: string, record: StoredRecord, document: unknown): OutgoingRecord[] {
    const { ce_actor: actor = '', ce_time: time = '' } = record.unlogged.at(-1)?.headers ?? {};
    return tellWhole(subject, record, document, { source: deps.source, actor, time: Date.parse(time) });
  }

  /** @param made the commit whose events these are, if it is known; answers whether what was told is in the store, such as it is now */
  async function tell(subject: string, record: StoredRecord, made?: Commit): Promise<boolean> {
    const { unlogged } = record;
    if (unlogged.length === 0) return true;
    const also = made?.also ?? besides(subject, record, documentOf(record));
    await log.publish([...unlogged, ...also]);
    const settled = await store.settle(subject, unlogged).catch((error: unknown) => {
      if (made && error instanceof Unavailable) return false;
      throw error;
    });
    if (settled) return true;
    const all = commitOfUntold(subject, record, also);
    return await makeSure(store, made && made.events.length < unlogged.length ? [made, all] : [all]);
  }

  /**
   * The same for a caller, who waits only so long for the log. The telling goes on behind the refusal, in its place among the others,
   * and settles; it says no more than any publication whose outcome is not known. Who repeats the command finds it in the record.
   */
  async function tellCaller(...told: Parameters<typeof tell>): Promise<boolean> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Unavailable('log', `not told within ${patienceMs} ms`)), patienceMs);
    return await Promise.race([tell(...told), late]).finally(() => clearTimeout(timer));
  }

  function refuseWhileLogIsBehind(): void {
    if (log.full() || log.waitingMs() > patienceMs) throw new Unavailable('log', 'publications wait');
  }

  /** Refused at once; and again when its turn comes, since those before it may have waited in vain. */
  function inTurn<Document, Outcome, Answer>(command: Command<Document, Outcome, Answer>) {
    refuseWhileLogIsBehind();
    return turn(command.subject, () => {
      refuseWhileLogIsBehind();
      return untilDecided(command);
    });
  }

  async function attempt<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
  ): Promise<Handled<Document, Outcome, Answer> | Erased | Undecided> {
    const { subject, commandId } = command;
    const record = await store.load(subject);
    const document = documentOf<Document>(record);
    if (record && document === undefined) {
      // It was erased, and is there only until that is told.
      const told = await tellCaller(subject, record);
      const mine = record.unlogged.some((event) => event.headers['ce_causationid'] === commandId);
      return told && mine ? { kind: 'erased' } : 'conflict';
    }
    const outcome = document && command.decider.outcomeOf(document, commandId);
    const salt = record?.salt ?? randomBytes(32).toString('base64url');
    if (document && outcome) {
      if (!(await tellCaller(subject, record as StoredRecord))) return 'conflict';
      return { kind: 'done', outcome, document, salt, fresh: false };
    }
    const now = deps.now();
    const decision = await command.decide(document, { now, salt });
    telemetry.count('twofold.decisions', labelsOf(decision));
    if (command.late && decision.kind === 'events') throw new Problem('idempotency-key-spent');
    if (decision.kind !== 'events') {
      if (record && !(await tellCaller(subject, record))) return 'conflict';
      return decision.kind === 'answer' ? { kind: 'answer', answer: decision.answer, document, salt } : decision;
    }
    return commit(command, { record, document, salt, now }, decision.events);
  }

  async function commit<Document, Outcome, Answer>(
    command: Command<Document, Outcome, Answer>,
    at: At<Document>,
    decided: readonly Draft[],
  ): Promise<Handled<Document, Outcome, Answer> | Erased | Undecided> {
    const { subject, decider, commandId } = command;
    const before = {
      life: at.record?.life ?? randomBytes(8).toString('base64url'),
      version: at.record?.version ?? 0,
      head: at.record?.head ?? '',
    };
    const { tenant, actor } = command;
    const told = { tenant, subject, source: deps.source, time: at.now, causationId: commandId, actor };
    const publishing = telemetry.publishing(decided.map(({ type }) => type));
    const events = encodeChain(decided, before, told, publishing.traceparents);
    const document = fold(command, at, decided);
    const newest = events.at(-1) as EncodedEvent;
    const record = {
      ...keep(decider, document, at.salt),
      life: before.life,
      head: newest.hash,
      version: newest.version,
    };
    const also = besides(subject, { ...record, unlogged: events }, document);
    const { life, salt, document: text, expiresAt } = record;
    const wanted = { subject, head: before.head, life, salt, document: text, events, expiresAt, also };
    const result = await store.commit(wanted).catch(asUnknown);
    telemetry.count('twofold.commits', { outcome: result.kind });
    if (result.kind !== 'committed') {
      publishing.drop(result.kind);
      return result.kind;
    }
    deps.changed?.(subject);
    const counts = await publishing.during(tellCaller(subject, { ...record, unlogged: result.unlogged }, wanted));
    const outcome = document && decider.outcomeOf(document, commandId);
    if (!counts && !(await wentOn(command, outcome))) return 'conflict';
    if (document === undefined) return { kind: 'erased' };
    if (!outcome) throw new Error(`events of ${decided[0]?.type} left no outcome`);
    return { kind: 'done', outcome, document, salt, fresh: true };
  }

  /** Whether somebody else told of it and went on from it: then the newer document remembers it with this outcome. */
  async function wentOn<Document, Outcome, Answer>(command: Command<Document, Outcome, Answer>, outcome?: Outcome) {
    const document = documentOf<Document>(await store.load(command.subject));
    const known = document && command.decider.outcomeOf(document, command.commandId);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(outcome);
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
      const result = await inTurn(command);
      if (result.kind === 'erased') throw new Error('what erases is no command with an answer');
      return result;
    },
    async erase(command) {
      let found = false;
      const decide: typeof command.decide = async (document, at) => {
        const decision = await command.decide(document, at);
        found ||= decision.kind === 'events';
        return decision;
      };
      const result = await inTurn({ ...command, decide });
      if (result.kind === 'refused' && !(found && result.refusal.code === 'not-found')) return result;
      return { kind: 'erased' };
    },
    async look(subject) {
      const deadline = performance.now() + conflictMsMax;
      for (;;) {
        const record = await store.load(subject);
        if (!record) return undefined;
        if (await tellCaller(subject, record)) {
          const document = documentOf<never>(record);
          return document && { document, salt: record.salt };
        }
        if (performance.now() >= deadline) throw new Unavailable('store', 'conflicts');
      }
    },
    tell: async (subject, record) => void (await tell(subject, record)),
  };
}

/** Bounded: a decision's first event, or the rule's reason. */
function labelsOf(decision: Decision<unknown>): Labels {
  if (decision.kind === 'events') return { outcome: decision.events[0]?.type ?? 'nothing' };
  return decision.kind === 'refused' ? { outcome: 'refused', reason: decision.refusal.code } : { outcome: 'answer' };
}

/** What the decided facts make of a document; undefined once they erased it. */
function fold<Document, Outcome, Answer>(
  { tenant, commandId: causationId, actor, decider }: Command<Document, Outcome, Answer>,
  { document, now: time }: At<Document>,
  decided: readonly Draft[],
): Document | undefined {
  let next = document;
  for (const { type, data } of decided) {
    next = isErasure(type) ? undefined : decider.evolve(next, { type, data, time, tenant, causationId, actor });
  }
  return next;
}

/** A document as the store keeps it; nothing of one that was erased. */
function keep<Document, Outcome>(
  decider: Decider<Document, Outcome>,
  document: Document | undefined,
  salt: string,
): Pick<StoredRecord, 'salt' | 'document' | 'expiresAt'> {
  if (document === undefined) return { salt: '', document: '', expiresAt: 0 };
  return { salt, document: JSON.stringify(document), expiresAt: decider.expiresAt(document) };
}
