import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnSettings } from '#core/settings.ts';
import type { Config } from '#runtime/config.ts';
import { layFoundation, type Foundation } from '#runtime/foundation.ts';
import { kidOf, purposes } from '#runtime/keys.ts';
import { createLogger } from '#runtime/logger.ts';
import type { WorkingPart } from '#runtime/service.ts';
import type { ChannelName } from '#schemas/channel.ts';
import type { Provider } from '../../services/delivery-worker/providers/provider.ts';
import { createProviders } from '../../services/delivery-worker/providers/registry.ts';
import {
  createSandboxInbox,
  type SandboxInbox,
  type SandboxMessage,
} from '../../services/delivery-worker/providers/sandbox-inbox.ts';
import { listenStandalone, startStandaloneWork } from '../../services/standalone/app.ts';
import { createCall, type Call } from './call.ts';
import {
  eventually,
  generousSettings,
  makeTenant,
  masterKey,
  platformKey,
  sharedServers,
  type TestTenant,
} from './installation.ts';

export type SystemOptions = {
  /** One SQLite file of its own, or the run's shared Kafka and Redis: then in a file named `*.live.test.ts`. */
  readonly kind: 'embedded' | 'kafka-redis';
  /** Of the first tenant; default: generous. `{}` takes the product's own. */
  readonly settings?: OwnSettings;
  /** Instead of the sandbox. */
  readonly providers?: ReadonlyMap<ChannelName, readonly Provider[]>;
  readonly config?: Partial<Config>;
  /** Kafka and Redis of the test's own, instead of the shared ones. */
  readonly servers?: { readonly brokers: readonly string[]; readonly redisUrl: string };
};

/** A whole system in this process: every service, listening. */
export type System = TestTenant & {
  readonly url: string;
  readonly port: number;
  readonly platformKey: string;
  /** Calls with the operator's key. */
  readonly platform: Call;
  /** Another tenant with a key of every scope. */
  readonly newTenant: (settings?: OwnSettings) => Promise<TestTenant>;
  readonly inbox: SandboxInbox;
  /** Waits until `count` messages have reached the address; newest first. */
  readonly messagesTo: (to: string, count?: number) => Promise<SandboxMessage[]>;
  readonly foundation: Foundation;
  /** The system's clock, moved at once; it never goes back. */
  readonly clock: { readonly now: () => number; readonly advance: (ms: number) => void };
  /** Every log line so far. */
  readonly logLines: readonly string[];
  readonly folder: string;
  close(): Promise<void>;
};

const startMsMax = 60_000;

/** Starts a whole system on a free port; it is ready when this resolves. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-system-'));
  const logLines: string[] = [];
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    advance(ms: number) {
      ahead += ms;
    },
  };
  const config = configOf(options, folder);
  const inbox = createSandboxInbox({ file: join(folder, 'sandbox.ndjson') });
  const foundation = await layFoundation({
    config,
    service: 'standalone',
    purposes,
    restores: true,
    onFatal: (reason) => logLines.push(`fatal: ${reason}`),
    logger: createLogger({ service: 'standalone', level: 'debug' }, { write: (line) => void logLines.push(line) }),
    now: clock.now,
  });
  let works: readonly WorkingPart[] = [];
  const ready = async () => works.length > 0 && works.every((work) => work.ready()) && (await foundation.available());
  const { parts, port } = await listenStandalone(foundation, ready, inbox);
  const close = async () => {
    await Promise.all(parts.map((part) => part.close()));
    await Promise.all(works.map((work) => work.close()));
    await foundation.close();
    inbox.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await foundation.prepare(AbortSignal.timeout(startMsMax));
    works = await startStandaloneWork(foundation, options.providers ?? createProviders(config.providers, { inbox }));
    await eventually('readiness', ready, startMsMax);
    const url = `http://127.0.0.1:${port}`;
    const newTenant = (settings = generousSettings) => makeTenant(foundation, url, settings);
    return {
      ...(await newTenant(options.settings)),
      url,
      port,
      platformKey,
      platform: createCall(url, platformKey),
      newTenant,
      inbox,
      messagesTo: (to, count = 1) =>
        eventually(`message ${count} to one address`, () => {
          const messages = inbox.list({ to });
          return messages.length >= count && messages;
        }),
      foundation,
      clock,
      logLines,
      folder,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export function configOf({ kind, config, servers }: SystemOptions, dataDir: string): Config {
  const shared = kind === 'embedded' ? undefined : (servers ?? sharedServers());
  return {
    mode: 'development',
    host: '127.0.0.1',
    port: 0,
    demoPort: 0,
    opsHost: '127.0.0.1',
    opsPort: 0,
    dataDir,
    publicUrl: 'http://localhost:8080',
    kafka: shared && { brokers: shared.brokers, ssl: false },
    redisUrl: shared?.redisUrl,
    masterKeys: [masterKey],
    purposeKeys: {},
    platformKey,
    otpKid: kidOf(masterKey),
    gatewayUrl: 'http://127.0.0.1:8080',
    verifierUrl: '',
    portalUrl: 'http://localhost:8080',
    trustedProxies: [],
    channels: ['sms', 'email'],
    providers: { smsProviders: ['sandbox'], emailProviders: ['sandbox'] },
    logLevel: 'debug',
    ...config,
  };
}
