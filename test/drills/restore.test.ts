import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { topics } from '#schemas/topics.ts';
import { startRedis } from '../../scripts/infra/redis.ts';
import { asAdmin } from '../contract/redis-admin.ts';
import { createLoad, type Load } from '../support/guessing-load.ts';
import { eventually } from '../support/installation.ts';
import { bySubject, chainFaults, fold, readEvents } from '../support/journal.ts';
import { startOwnKafka, describeLive } from '../support/services.ts';
import { startSwitchedProxy, type SwitchedProxy } from '../support/switched-proxy.ts';
import { startSystem, type System } from '../support/system.ts';

const restoredMsMax = 60_000;
/** Of the append-only file: what a second of the load writes, at least. */
const cutBytes = 64 * 1024;

/** The append-only file, cut by its last bytes, as a crash of the machine leaves it. */
async function cutAppendOnlyFile(folder: string, bytes: number): Promise<void> {
  const parts = join(folder, 'appendonlydir');
  const file = (await readdir(parts)).find((name) => name.endsWith('.incr.aof')) ?? '';
  const { size } = await stat(join(parts, file));
  await truncate(join(parts, file), Math.max(size - bytes, 0));
}

describeLive('A store that lost data, under load', ['own-kafka', 'own-redis'], () => {
  let kafka: Awaited<ReturnType<typeof startOwnKafka>>;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let folder: string;
  let proxy: SwitchedProxy;
  let system: System;
  let load: Load;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'twofold-restored-'));
    [kafka, redis] = await Promise.all([startOwnKafka(), startRedis({ folder })]);
    proxy = await startSwitchedProxy(redis.port);
    const redisUrl = `redis://127.0.0.1:${proxy.port}`;
    system = await startSystem({ kind: 'kafka-redis', servers: { brokers: kafka.brokers, redisUrl } });
    load = createLoad(system);
  });
  afterAll(async () => {
    await load?.stop();
    await system?.close();
    await Promise.all([kafka?.stop(), redis?.stop(), proxy?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const closedOnce = () => system.logLines.filter((line) => line.includes('restore-ended')).length;

  /** Lets the load go on while something happens to Redis and until the store is open again; answers what went wrong, in words. */
  async function surviving(disaster: () => Promise<void>): Promise<string[]> {
    const before = closedOnce();
    load.start();
    await load.progress(40);
    await disaster();
    await eventually('a restoration', () => closedOnce() > before, restoredMsMax);
    await eventually('readiness', () => system.foundation.available(), restoredMsMax);
    await load.progress(40);
    await load.stop();
    const restored = JSON.parse(system.logLines.findLast((line) => line.includes('restore-ended')) ?? '{}').restored;
    const needless = restored > 0 ? [] : ['no record was behind, so nothing was tried'];
    return [...needless, ...load.faults(), ...(await differences())];
  }

  /** Every record is what the journal makes of it, byte for byte, and no version was told twice in two forms. */
  async function differences(): Promise<string[]> {
    const { store, log } = system.foundation;
    const told = await readEvents(log, () => true, [topics.journal.name]);
    const faults = chainFaults(told);
    for (const [subject, chain] of bySubject(told)) {
      const record = await eventually('a told record', async () => {
        const found = await store.load(subject);
        return found?.unlogged.length === 0 && found;
      });
      if (record.document !== fold(chain)) faults.push(`${subject} has another document than the log`);
      if (record.version !== chain.length) faults.push(`${subject} is at version ${record.version} of ${chain.length}`);
    }
    return faults;
  }

  it('by FLUSHALL approves nothing twice and has every record again', async () => {
    const flush = () => asAdmin(redis.url, async (admin) => void (await admin.flushall()));
    expect(await surviving(flush)).toEqual([]);
  });

  it('by a kill and a cut of the last second approves nothing twice and has every record again', async () => {
    const cut = async () => {
      await redis.kill('SIGKILL');
      await cutAppendOnlyFile(folder, cutBytes);
      await redis.start();
    };
    expect(await surviving(cut)).toEqual([]);
  });

  it('by the promotion of a stale replica approves nothing twice and has every record again', async () => {
    const replica = await startRedis();
    onTestFinished(() => replica.stop());
    const follow = (port: number) =>
      asAdmin(replica.url, async (admin) => void (await admin.replicaof('127.0.0.1', port)));
    const inStep = () =>
      asAdmin(replica.url, async (admin) => (await admin.info('replication')).includes('link_status:up'));
    await follow(redis.port);
    await eventually('a replica in step', inStep);
    const promote = async () => {
      // It hears nothing more, and does not know of what is decided from now on.
      await follow(1);
      await load.progress(40);
      await redis.kill('SIGKILL');
      await asAdmin(replica.url, async (admin) => void (await admin.replicaof('NO', 'ONE')));
      proxy.lead(replica.port);
    };
    expect(await surviving(promote)).toEqual([]);
    await redis.start();
    // Back at a server that missed all of that.
    expect(await surviving(async () => proxy.lead(redis.port))).toEqual([]);
  });

  it('by an empty new server approves nothing twice and has every record again', async () => {
    const replace = async () => {
      await redis.kill('SIGKILL');
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
      await redis.start();
    };
    expect(await surviving(replace)).toEqual([]);
  });
});
