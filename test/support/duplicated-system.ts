import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#runtime/config.ts';
import { layFoundation, type Foundation } from '#runtime/foundation.ts';
import { createHandle } from '#runtime/handle.ts';
import { purposes } from '#runtime/keys.ts';
import { silentLogger } from '#runtime/logger.ts';
import { channelNames, type ChannelName } from '#schemas/channel.ts';
import type { Provider } from '../../services/delivery-worker/providers/provider.ts';
import { listenStandalone, startStandaloneWork } from '../../services/standalone/app.ts';
import { makeDuplicating, type DuplicatingLog } from './duplicating-log.ts';
import {
  eventually,
  generousSettings,
  makeTenant,
  masterKey,
  platformKey,
  sharedServers,
  type TestTenant,
} from './installation.ts';

/** Every service in this process, all of them behind a log that duplicates and reorders. */
export type DuplicatedSystem = TestTenant & {
  readonly foundation: Foundation;
  readonly log: DuplicatingLog;
  /** `<challenge>.<send>` or `<notice>.<address>` of the messages that the vendor took, once for each time. */
  readonly taken: readonly string[];
  close(): Promise<void>;
};

const startMsMax = 60_000;

export async function startDuplicatedSystem(kind: 'embedded' | 'kafka-redis'): Promise<DuplicatedSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-duplicated-'));
  const servers = kind === 'embedded' ? undefined : sharedServers();
  const env = {
    ...(servers && { KAFKA_BROKERS: servers.brokers.join(','), REDIS_URL: servers.redisUrl }),
    MASTER_KEY: masterKey.toString('base64'),
    PLATFORM_KEY: platformKey,
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
  };
  const config = readConfig(env, { mode: 'production', port: 0, purposes, makesSends: true, apart: false });
  const base = { config, service: 'standalone', purposes, restores: true, onFatal: () => {}, logger: silentLogger };
  const plain = await layFoundation(base);
  const log = makeDuplicating(plain.log);
  const { store, now, telemetry } = plain;
  const handle = createHandle({ store, log, now, telemetry, source: '/twofold/standalone' });
  const foundation = { ...plain, log, handle };
  await foundation.prepare(AbortSignal.timeout(startMsMax));
  const taken: string[] = [];
  const providers = new Map(channelNames.map((channel) => [channel, [createMoodyProvider(channel, taken)]]));
  const works = await startStandaloneWork(foundation, providers);
  await eventually('readiness', () => works.every((work) => work.ready()), startMsMax);
  const { parts, port } = await listenStandalone(foundation, async () => true);
  return {
    ...(await makeTenant(foundation, `http://127.0.0.1:${port}`, generousSettings)),
    foundation,
    log,
    taken,
    async close() {
      await Promise.all(parts.map((part) => part.close()));
      await Promise.all(works.map((work) => work.close()));
      await log.settled();
      await plain.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A vendor that takes most messages, is busy now and then, and refuses some: never in doubt, so nothing may come twice. */
function createMoodyProvider(channel: ChannelName, taken: string[]): Provider {
  return {
    name: 'moody',
    channel,
    async send({ challengeId, send, noticeId, to }) {
      const mood = randomInt(10);
      if (mood === 0) return { kind: 'temporary', reason: 'throttled' };
      if (mood === 1) return { kind: 'permanent', reason: 'rejected' };
      taken.push(noticeId === undefined ? `${challengeId}.${send}` : `${noticeId}.${to}`);
      return { kind: 'accepted' };
    },
    probe: async () => ({ working: true }),
    close: async () => {},
  };
}
