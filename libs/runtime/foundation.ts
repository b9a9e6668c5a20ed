import { mkdirSync } from 'node:fs';
import { createPlatform, platformDecider } from '#core/tenant.ts';
import { keyedDigest } from '#core/bytes.ts';
import { platformSubject } from '#core/subject.ts';
import { topics } from '#schemas/topics.ts';
import { openStorage } from '#storage/open.ts';
import type { Log } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { createAuthenticate, type Authenticate } from './authenticate.ts';
import { sqliteFileIn, type Config } from './config.ts';
import { createHandle, type Handle } from './handle.ts';
import { openKeyRing, type KeyRing, type Purpose } from './keys.ts';
import { createLogger, type Logger } from './logger.ts';
import { wordsOfProgress } from './restore/report.ts';
import { startRestorer, type Restorer } from './restore/restorer.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { createTenants, type Tenants } from './tenants.ts';

/** What every service stands on, wired once. */
export type Foundation = {
  readonly config: Config;
  readonly service: string;
  readonly store: Store;
  readonly log: Log;
  /** See Storage.takeRequests. */
  readonly takeRequests?: (kind: string) => Promise<string[]>;
  readonly keys: KeyRing;
  /** Name of the newest otp key: stands in every send. */
  readonly otpKid: string;
  readonly now: () => number;
  readonly handle: Handle;
  readonly tenants: Tenants;
  readonly authenticate: Authenticate;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** Resolves when topics, store and platform record are as they must be; rejects with what refuses the start. */
  prepare(signal: AbortSignal): Promise<void>;
  /** True while the store and the log both answer. */
  available(): Promise<boolean>;
  /** What keeps them from it, in words for an operator; undefined while nothing does. */
  lacking(): Promise<string | undefined>;
  close(): Promise<void>;
};

export type FoundationOptions = {
  readonly config: Config;
  readonly service: string;
  readonly purposes: readonly Purpose[];
  /** Whether this process fills a store that may have lost data from the log. */
  readonly restores: boolean;
  readonly onFatal: (reason: string) => void;
  readonly logger?: Logger;
  readonly now?: () => number;
};

const retryMs = 500;

/** Opens store and log and wires what stands on them. Resolves also while neither answers; `prepare` waits for them. */
export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, service, purposes } = options;
  const now = options.now ?? Date.now;
  const logger = options.logger ?? createLogger({ service, level: config.logLevel });
  const telemetry = createTelemetry({ service, otlpEndpoint: config.otlpEndpoint, traceRatio: config.traceRatio });
  const storage = await openStorage({
    now,
    logger,
    onFatal: options.onFatal,
    published({ records, ms, fault }) {
      telemetry.observe('twofold.log.batch.size', records);
      telemetry.observe('messaging.client.operation.duration', ms / 1_000, {
        'messaging.operation.name': 'publish',
        ...(fault !== undefined && { 'error.type': fault }),
      });
    },
    clientId: `twofold-${service}`,
    ...placeOf(config),
  });
  const { store, log } = storage;
  const keys = openKeyRing({ masterKeys: config.masterKeys, purposeKeys: config.purposeKeys, purposes });
  const tenants = createTenants(store);
  // Whoever changes settings or keys here finds them changed by the next call.
  const handle = createHandle({ store, log, now, source: `/twofold/${service}`, telemetry, changed: tenants.forget });
  telemetry.gauge('twofold.log.waiting', () => log.waitingMs() / 1_000);
  let prepared = false;
  let restorer: Restorer | undefined;

  /** Not before the topics are there; and nothing can be asked of a store that nobody has opened yet. */
  function beginRestoring(): void {
    const { restoration } = store;
    if (!options.restores || !restoration) return;
    restorer ??= startRestorer({ restoration, log, logger, telemetry, now });
  }

  async function lacking(): Promise<string | undefined> {
    if (!prepared && !restorer) return 'starting';
    const fault = await Promise.all([store.check(), log.check()]).then(() => undefined, wordsOf);
    const progress = restorer?.progress();
    if (progress) return `the store is being restored from the log: ${wordsOfProgress(progress)}`;
    return fault ?? (log.full() ? 'publications wait' : prepared ? undefined : 'starting');
  }

  return {
    config,
    service,
    store,
    log,
    takeRequests: storage.takeRequests,
    keys,
    otpKid: config.otpKid,
    now,
    handle,
    tenants,
    authenticate: createAuthenticate({ tenants, platformKey: config.platformKey, now }),
    telemetry,
    logger,
    async prepare(signal) {
      await insist(signal, logger, async () => {
        for (const warning of await log.ensureTopics(Object.values(topics))) logger.warn('topics', { warning });
        beginRestoring();
        await store.check();
        if (purposes.includes('subject')) await checkPlatform(handle, keys);
      });
      prepared = true;
    },
    available: async () => (await lacking()) === undefined,
    lacking,
    async close() {
      await restorer?.stop();
      await storage.close();
      await telemetry.shutdown();
    },
  };
}

const wordsOf = (error: unknown): string => (error instanceof Unavailable ? error.message : 'unknown');

function placeOf(config: Config) {
  if (config.kafka && config.redisUrl) {
    return { kind: 'distributed' as const, redisUrl: config.redisUrl, kafka: config.kafka };
  }
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  return { kind: 'embedded' as const, file: sqliteFileIn(config.dataDir) };
}

/** The platform's record holds a digest that only its subject key makes: with another key nothing would be found again. */
async function checkPlatform(handle: Handle, keys: KeyRing): Promise<void> {
  const keyCheck = keyedDigest(keys.newest('subject').key, 'key-check').toString('base64url');
  const { document } = (await handle.look<{ keyCheck: string }>(platformSubject)) ?? {};
  if (document && document.keyCheck !== keyCheck) {
    throw new Error('the last key of MASTER_KEY (or KEY_SUBJECT) is not the one this installation began with');
  }
  if (document) return;
  await handle.handle({
    subject: platformSubject,
    tenant: 'platform',
    commandId: `platform-created-${keyCheck.slice(0, 8)}`,
    actor: 'service:foundation',
    decider: platformDecider,
    decide: (platform) => createPlatform(platform, keyCheck),
  });
  return checkPlatform(handle, keys);
}

/** Tries until store and log are there; anything else refuses the start. */
async function insist(signal: AbortSignal, logger: Logger, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (tries % 10 === 1) logger.warn('waiting', { part: error.part, reason: error.message, tries });
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
