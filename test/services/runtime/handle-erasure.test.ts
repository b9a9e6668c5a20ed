import { describe, expect, it } from 'vitest';
import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { eraseAccount, saveAccount } from '#core/account.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import type { Log, OutgoingRecord } from '#storage/log.ts';
import { isErased, type Commit, type Store, type StoredRecord } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { createHandle, type HandleDeps } from '#runtime/handle.ts';
import { createTelemetry } from '#runtime/telemetry.ts';

const subject = 'AAAAAAAAAAAAAAAAAAAAAA';
const tenant = 'acme';

/** One record and what is published, as plainly as can be; each can be away, and an answer can be lost. */
function createGround() {
  const state = {
    record: undefined as StoredRecord | undefined,
    logAway: false,
    loseAnswer: false,
    toldByOthers: false,
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
      if (!state.record) return;
      const hashes = new Set(settled.map(({ hash }) => hash));
      const unlogged = state.record.unlogged.filter(({ hash }) => !hashes.has(hash));
      state.record = isErased(state.record) && unlogged.length === 0 ? undefined : { ...state.record, unlogged };
    },
  } as unknown as Store;
  const log = {
    async publish(records: readonly OutgoingRecord[]) {
      if (state.logAway) throw new Unavailable('log', 'away');
      told.push(...records);
    },
    full: () => false,
    waitingMs: () => 0,
  } as unknown as Log;
  const deps: HandleDeps = {
    store,
    log,
    now: Date.now,
    source: '/twofold/test',
    telemetry: createTelemetry({ service: 'test' }),
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

const typesOf = (told: readonly OutgoingRecord[]) =>
  told.map(({ value, headers }) => (value === null ? 'tombstone' : String(headers['ce_type']).split('.')[1]));

describe('erasing', () => {
  it('leaves nothing, tells it with the tombstone in one publication, and the next command begins another life', async () => {
    const { state, told, make, erase } = createGround();
    await make('one');
    const first = state.record;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
    expect(typesOf(told)).toEqual(['account-created', 'document-snapshot', 'account-erased', 'tombstone']);
    await make('three');
    expect(state.record?.version).toBe(1);
    expect(state.record?.life).not.toBe(first?.life);
    expect(state.record?.salt).not.toBe(first?.salt);
  });

  it('of nothing is refused as the rule says, and once more after an erasure', async () => {
    const { make, erase } = createGround();
    const refused = { kind: 'refused', refusal: { code: 'not-found' } };
    expect(await erase('one')).toEqual(refused);
    await make('two');
    expect(await erase('three')).toEqual({ kind: 'erased' });
    expect(await erase('four')).toEqual(refused);
  });

  it('is done when the answer of its commit was lost', async () => {
    const { state, told, make, erase } = createGround();
    await make('one');
    state.loseAnswer = true;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
    expect(typesOf(told).slice(2)).toEqual(['account-erased', 'tombstone']);
  });

  it('is done when the answer was lost and somebody else has told it before this one could look', async () => {
    const { state, make, erase } = createGround();
    await make('one');
    state.loseAnswer = state.toldByOthers = true;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(state.record).toBeUndefined();
  });

  it('that could not be told answers nobody, and is told by whoever comes next', async () => {
    const { state, told, handle, make, erase } = createGround();
    await make('one');
    state.logAway = true;
    await expect(erase('two')).rejects.toBeInstanceOf(Unavailable);
    expect(isErased(state.record as StoredRecord)).toBe(true);
    await expect(handle.look(subject)).rejects.toBeInstanceOf(Unavailable);
    await expect(make('three')).rejects.toBeInstanceOf(Unavailable);
    state.logAway = false;
    expect(await erase('two')).toEqual({ kind: 'erased' });
    expect(await handle.look(subject)).toBeUndefined();
    expect(typesOf(told).slice(2)).toEqual(['account-erased', 'tombstone']);
  });

  it('waits in the record until it is told; a look tells it and finds nothing', async () => {
    const { state, handle, make, erase } = createGround();
    await make('one');
    state.logAway = true;
    await expect(erase('two')).rejects.toBeInstanceOf(Unavailable);
    state.logAway = false;
    expect(await handle.look(subject)).toBeUndefined();
    expect(state.record).toBeUndefined();
    expect(await make('three')).toMatchObject({ kind: 'done', fresh: true });
  });
});
