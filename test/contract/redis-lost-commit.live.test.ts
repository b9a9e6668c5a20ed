import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { saveAccount } from '#core/account.ts';
import { createHandle } from '#runtime/handle.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { openRedisStore } from '#storage/redis/store.ts';
import type { Log, OutgoingRecord } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';
import { connectRedis, type RedisServer } from '../../scripts/infra/redis.ts';
import { describeLive, startRedis } from '../support/services.ts';
import { subjectOf } from './commits.ts';
import { openBuckets } from './opened-redis.ts';

/** A log without a backlog, where something happens while it takes a publication. */
function createLog() {
  let during = async () => {};
  const told: OutgoingRecord[] = [];
  const log = {
    async publish(records: readonly OutgoingRecord[]) {
      const once = during;
      during = async () => {};
      await once();
      told.push(...records);
    },
    full: () => false,
    waitingMs: () => 0,
  } as unknown as Log;
  return { log, told, next: (work: () => Promise<void>) => void (during = work) };
}

describeLive('A commit that Redis loses while it is told', ['own-redis'], () => {
  let server: RedisServer;
  let admin: Redis;
  let store: Store;
  beforeAll(async () => {
    server = await startRedis();
    admin = await connectRedis(server.url);
    store = await openRedisStore({ url: server.url, now: Date.now });
    await openBuckets(store);
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
    await server.stop();
  });

  /** Redis is empty and open again, as after a restoration from a log that had not taken the publication yet. */
  async function lose(): Promise<void> {
    await admin.flushall();
    await openBuckets(store);
  }

  function createGround() {
    const { log, told, next } = createLog();
    const subject = subjectOf();
    const telemetry = createTelemetry({ service: 'test' });
    const deps = { store, log, now: Date.now, source: '/twofold/test', telemetry };
    const [handle, hasty] = [createHandle(deps), createHandle({ ...deps, patienceMs: 20 })];
    const settings = { checkRate: { attempts: 10, windowSeconds: 900 } };
    const makeBy = (by: typeof handle) => (commandId: string) =>
      by.handle<AccountDocument, AccountOutcome, unknown>({
        subject,
        tenant: 'acme',
        commandId,
        actor: 'key:test',
        decider: accountDecider,
        decide: (document) => saveAccount(document, subject, `kid00000.${'u'.repeat(40)}`, {}, settings),
      });
    return { handle, told, next, subject, make: makeBy(handle), makeHastily: makeBy(hasty) };
  }

  it('is in it again before it is answered', async () => {
    const { next, subject, make } = createGround();
    next(lose);
    expect(await make('one')).toMatchObject({ kind: 'done', fresh: true });
    expect(await store.load(subject)).toMatchObject({ version: 1 });
  });

  it('is in it again although its caller has been refused meanwhile', async () => {
    const { next, subject, make, makeHastily } = createGround();
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    next(async () => {
      await refused;
      await lose();
    });
    await expect(makeHastily('one')).rejects.toThrow('not told');
    resolve();
    await vi.waitFor(async () => expect(await store.load(subject)).toMatchObject({ version: 1 }), 10_000);
    expect(await make('one')).toMatchObject({ kind: 'done', fresh: false });
  });

  it('is in it again when it was told by somebody else', async () => {
    const { handle, told, next, subject, makeHastily } = createGround();
    const { promise: never } = Promise.withResolvers<void>();
    next(() => never);
    await expect(makeHastily('one')).rejects.toThrow('not told');
    next(lose);
    expect(await handle.look<AccountDocument>(subject)).toMatchObject({ document: { kind: 'account' } });
    expect(told.length).toBeGreaterThan(0);
    expect(await store.load(subject)).toMatchObject({ version: 1 });
  });

  it('is answered as it was decided when others have told it and gone on', async () => {
    const { handle, next, subject, make } = createGround();
    next(async () => {
      await handle.tell(subject, (await store.load(subject))!);
      const { commit, eventsAfter } = await followed(subject);
      await commit();
      await store.settle(subject, eventsAfter);
    });
    expect(await make('one')).toMatchObject({ kind: 'done', fresh: true });
  });

  /** Another event on top of the record as it is. */
  async function followed(subject: string) {
    const record = (await store.load(subject))!;
    const event = {
      topic: 'twofold.journal',
      key: subject,
      headers: { ce_prev: record.head },
      value: '{}',
      hash: 'f'.repeat(64),
      version: record.version + 1,
    };
    const { head, life, salt, document, expiresAt } = record;
    const commit = () => store.commit({ subject, head, life, salt, document, expiresAt, events: [event] });
    return { commit, eventsAfter: [event] };
  }
});
