import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { eraseAccount, saveAccount } from '#core/account.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { createHandle, type HandleDeps } from '#runtime/handle.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import type { Log, OutgoingRecord } from '#storage/log.ts';
import { isErased, type Commit, type Store, type StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';

export const subject = 'AAAAAAAAAAAAAAAAAAAAAA';
const tenant = 'acme';

/** One record and what is published, as plainly as can be; each can be away, and an answer can be lost. */
export function createGround(patienceMs?: number) {
  const state = {
    record: undefined as StoredRecord | undefined,
    logAway: false,
    loseAnswer: false,
    toldByOthers: false,
    /** Publications wait for it. */
    hang: Promise.resolve(),
    waitingMs: 0,
  };
  const told: OutgoingRecord[] = [];
  const store = {
    async load() {
      return state.record;
    },
    async commit({ head, events, also: _also, ...rest }: Commit) {
      if ((state.record?.head ?? '') !== head) return { kind: 'conflict' };
      const { hash, version } = events.at(-1) as EncodedEvent;
      const unlogged = [...(state.record?.unlogged ?? []), ...events];
      state.record = { ...rest, head: hash, version, unlogged };
      if (state.toldByOthers) state.record = undefined;
      if (state.loseAnswer) throw new Unavailable('store', 'the answer was lost');
      return { kind: 'committed', unlogged };
    },
    async settle(_subject: string, settled: readonly { hash: string }[]) {
      if (!state.record) return true;
      const hashes = new Set(settled.map(({ hash }) => hash));
      const unlogged = state.record.unlogged.filter(({ hash }) => !hashes.has(hash));
      const held = hashes.has(state.record.head) || unlogged.length < state.record.unlogged.length;
      state.record = isErased(state.record) && unlogged.length === 0 ? undefined : { ...state.record, unlogged };
      return held;
    },
  } as unknown as Store;
  const log = {
    async publish(records: readonly OutgoingRecord[]) {
      if (state.logAway) throw new Unavailable('log', 'away');
      await state.hang;
      told.push(...records);
    },
    full: () => false,
    waitingMs: () => state.waitingMs,
  } as unknown as Log;
  const deps: HandleDeps = {
    store,
    log,
    now: Date.now,
    source: '/twofold/test',
    telemetry: createTelemetry({ service: 'test' }),
    patienceMs,
  };
  const handle = createHandle(deps);
  const command = (commandId: string) => ({ subject, tenant, commandId, actor: 'key:test', decider: accountDecider });
  return {
    state,
    told,
    handle,
    make: (commandId: string) =>
      handle.handle<AccountDocument, AccountOutcome, unknown>({
        ...command(commandId),
        decide: (document) =>
          saveAccount(
            document,
            subject,
            `kid00000.${'u'.repeat(40)}`,
            {},
            { checkRate: { attempts: 10, windowSeconds: 900 } },
          ),
      }),
    erase: (commandId: string) =>
      handle.erase<AccountDocument, AccountOutcome>({
        ...command(commandId),
        decide: (document) => eraseAccount(document, subject),
      }),
  };
}
