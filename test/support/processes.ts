import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import type { OwnSettings } from '#core/settings.ts';
import { layFoundation, type Foundation } from '#runtime/foundation.ts';
import { readConfig } from '#runtime/config.ts';
import { purposes } from '#runtime/keys.ts';
import { silentLogger } from '#runtime/logger.ts';
import { findFreePort, startChild, waitUntilReady, type Child } from '../../scripts/infra/child.ts';
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
import { smtpAccount, startSmtp, type SmtpVendor } from './vendors/smtp.ts';
import type { HttpVendor } from './vendors/http-vendor.ts';
import type { ReceivedMail } from './vendors/vendor.ts';
import { startWebhook, webhookSecret } from './vendors/webhook.ts';

export type ServiceName = 'gateway' | 'verifier' | 'template-worker' | 'delivery-worker' | 'portal' | 'standalone';
type Env = Readonly<Record<string, string>>;

/** One service as a process of its own; it dies with this one at the latest. */
export type ServiceProcess = {
  readonly name: ServiceName;
  /** Of its calls; workers have none but health. */
  readonly url: string;
  /** Of health and metrics. */
  readonly opsUrl: string;
  pid(): number;
  running(): boolean;
  /** Of its last end; null while it runs, and if a signal ended it. */
  exitCode(): number | null;
  /** Starts it, on the same ports as before, and waits until it is ready. */
  start(): Promise<void>;
  /** Ends it, by SIGKILL unless told otherwise, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  isReady(): Promise<boolean>;
  /** All that it ever wrote to stdout and stderr, over all its starts. */
  output(): string;
  readonly env: Env;
};

const readyMsMax = 60_000;
const entry = (name: ServiceName) => join(import.meta.dirname, `../../services/${name}/main.ts`);
const preload = join(import.meta.dirname, '../../scripts/preload.ts');

/** A service that is not started yet. `args` follow the entry point: `serve` for a standalone in production mode. */
export async function createProcess(
  name: ServiceName,
  env: Env,
  folder: string,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const logFile = join(folder, `${name}-${port}.log`);
  const url = `http://127.0.0.1:${port}`;
  // In development mode everything is on one port.
  const opsUrl = name === 'standalone' && !args.includes('serve') ? url : `http://127.0.0.1:${opsPort}`;
  const all = { ...env, HOST: '127.0.0.1', PORT: String(port), OPS_PORT: String(opsPort) };
  let child: Child | undefined;
  const isReady = async () => {
    const answer = await request(`${opsUrl}/health/ready`, { headersTimeout: 5_000 }).catch(() => undefined);
    await answer?.body.dump().catch(() => {});
    return answer?.statusCode === 200;
  };
  return {
    name,
    url,
    opsUrl,
    env: all,
    pid: () => child?.pid ?? -1,
    running: () => child?.running() ?? false,
    exitCode: () => child?.exitCode() ?? null,
    async start() {
      const nodeArgs = ['--import', preload, '--disable-warning=TimeoutNegativeWarning', entry(name), ...args];
      const started = startChild({ command: process.execPath, args: nodeArgs, env: all, logFile });
      child = started;
      await waitUntilReady(name, readyMsMax, logFile, started.running, isReady);
    },
    kill: async (signal = 'SIGKILL') => await child?.stop(signal),
    isReady,
    output: () => (child ? readFileSync(logFile, 'utf8') : ''),
  };
}

export type ProcessesOptions = Partial<Record<ServiceName, number>> & {
  /** For all of them, over the defaults. */
  readonly env?: Env;
  /** For one of them, over everything else. */
  readonly envOf?: (name: ServiceName, index: number) => Env;
  /** Of the first tenant; default: generous. */
  readonly settings?: OwnSettings;
  /** Kafka and Redis of the test's own, instead of the run's shared ones. */
  readonly servers?: { readonly brokers: readonly string[]; readonly redisUrl: string };
};

/** Services as processes on Kafka and Redis, with an SMS gateway and a mail server that take their messages. */
export type Processes = TestTenant & {
  /** URLs of the gateways. */
  readonly urls: readonly string[];
  readonly platformKey: string;
  readonly platform: Call;
  readonly newTenant: (settings?: OwnSettings) => Promise<TestTenant>;
  /** Calls one gateway with the first tenant's key; `call` is that of gateway 0. */
  readonly callOf: (gateway: number, key?: string) => Call;
  readonly of: (name: ServiceName, index: number) => ServiceProcess;
  readonly all: readonly ServiceProcess[];
  /** Ends one, by SIGKILL unless told otherwise, and waits until it is gone. */
  readonly kill: (name: ServiceName, index: number, signal?: NodeJS.Signals) => Promise<void>;
  /** Starts one that is gone, on its old ports, and waits until it is ready. */
  readonly restart: (name: ServiceName, index: number) => Promise<void>;
  readonly sms: HttpVendor;
  readonly mail: SmtpVendor;
  /** Waits until `count` messages have reached the address; newest first. */
  readonly messagesTo: (to: string, count?: number) => Promise<ReceivedMail[]>;
  /** The store, the log and the keys of the same installation, for looking behind the services. */
  readonly foundation: Foundation;
  /** What all of them wrote. */
  readonly output: () => string;
  /** Ends everything, whatever has died before. */
  close(): Promise<void>;
};

const order: readonly ServiceName[] = ['verifier', 'template-worker', 'delivery-worker', 'gateway', 'standalone'];

/** Starts so many of each; all are ready when this resolves. Gateway i forwards to verifier i (modulo their number). */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-processes-'));
  const { brokers, redisUrl } = options.servers ?? sharedServers();
  const [sms, mail] = await Promise.all([startWebhook(), startSmtp()]);
  const mailUser = `${encodeURIComponent(smtpAccount.user)}:${encodeURIComponent(smtpAccount.pass)}`;
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    REDIS_URL: redisUrl,
    MASTER_KEY: masterKey.toString('base64'),
    PLATFORM_KEY: platformKey,
    DATA_DIR: folder,
    PUBLIC_URL: 'http://localhost:8080',
    SMS_PROVIDERS: 'webhook',
    SMS_WEBHOOK_URL: `${sms.url}/sms`,
    SMS_WEBHOOK_SECRET: webhookSecret,
    EMAIL_PROVIDERS: 'smtp',
    SMTP_URL: `smtp://${mailUser}@127.0.0.1:${mail.port}`,
    EMAIL_FROM: 'Example <codes@example.com>',
    LOG_LEVEL: 'debug',
    ...options.env,
  };
  const processes = new Map<ServiceName, ServiceProcess[]>();
  for (const name of order) {
    const verifiers = processes.get('verifier') ?? [];
    const these = Array.from({ length: options[name] ?? 0 }, (_, index) => {
      const verifier = verifiers[index % verifiers.length]?.url;
      const own = { ...env, ...(verifier && { VERIFIER_URL: verifier }), ...options.envOf?.(name, index) };
      return createProcess(name, own, folder, name === 'standalone' ? ['serve'] : []);
    });
    processes.set(name, await Promise.all(these));
  }
  const all = [...processes.values()].flat();
  const config = readConfig(env, { mode: 'production', port: 0, purposes, makesSends: true, apart: true });
  const base = { config, service: 'test', purposes, restores: true, onFatal: () => {}, logger: silentLogger };
  const foundation = await layFoundation(base);
  const close = async () => {
    // Asked, so that they leave their groups: Kafka would wait half a minute for a member that was killed.
    await Promise.all(all.map((one) => one.kill('SIGTERM')));
    await Promise.all([foundation.close(), sms.close(), mail.close()]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await foundation.prepare(AbortSignal.timeout(readyMsMax));
    await Promise.all(all.map((one) => one.start()));
    const urls = all.filter(({ name }) => name === 'gateway' || name === 'standalone').map(({ url }) => url);
    const urlOf = (index: number) => urls[index] ?? 'http://127.0.0.1:1';
    const of = (name: ServiceName, index: number) => {
      const found = processes.get(name)?.[index];
      if (!found) throw new Error(`there is no ${name} ${index}`);
      return found;
    };
    const newTenant = (settings = generousSettings) => makeTenant(foundation, urlOf(0), settings);
    const first = await newTenant(options.settings);
    const received = (to: string) => [...sms.received, ...mail.received].filter((one) => one.to === to).toReversed();
    return {
      ...first,
      urls,
      platformKey,
      platform: createCall(urlOf(0), platformKey),
      newTenant,
      callOf: (gateway, key = first.apiKey) => createCall(urlOf(gateway), key),
      of,
      all,
      kill: (name, index, signal) => of(name, index).kill(signal),
      restart: (name, index) => of(name, index).start(),
      sms,
      mail,
      messagesTo: (to, count = 1) =>
        eventually(`message ${count} to one address`, () => {
          const messages = received(to);
          return messages.length >= count && messages;
        }),
      foundation,
      output: () => all.map((one) => one.output()).join('\n'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
