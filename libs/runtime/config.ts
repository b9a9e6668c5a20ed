import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { KafkaPlace } from '#storage/open.ts';
import { parseRedisAddress } from '#storage/redis/address.ts';
import { kidOf, purposes, type Purpose } from './keys.ts';

export type Config = {
  readonly mode: 'development' | 'production';
  readonly host: string;
  readonly port: number;
  /** Where the demo application of development listens; 0: anywhere. */
  readonly demoPort: number;
  readonly opsHost: string;
  readonly opsPort: number;
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly kafka?: KafkaPlace;
  readonly redisUrl?: string;
  readonly masterKeys: readonly Buffer[];
  readonly purposeKeys: Partial<Record<Purpose, readonly Buffer[]>>;
  readonly platformKey?: string;
  /** Name of the newest otp key, for a gateway that is not given that key. */
  readonly otpKid: string;
  readonly verifierUrl: string;
  /** Where the portal finds the API. */
  readonly gatewayUrl: string;
  /** Where our pages are: the first part of every pageUrl. */
  readonly portalUrl: string;
  readonly trustedProxies: readonly string[];
  readonly channels: readonly ('sms' | 'email')[];
  readonly providers: ProviderSettings;
  readonly otlpEndpoint?: string;
  /** Share of the traces that begin here and are recorded, 0 to 1. */
  readonly traceRatio?: number;
  readonly logLevel: string;
};

/** Each field is the environment variable of the same name: twilioAccountSid is TWILIO_ACCOUNT_SID. */
export type ProviderSettings = {
  /** Names in the order in which they are tried. */
  readonly smsProviders: readonly string[];
  readonly emailProviders: readonly string[];
  readonly twilioAccountSid?: string;
  readonly twilioAuthToken?: string;
  readonly twilioFrom?: string;
  readonly twilioBaseUrl?: string;
  readonly sendgridApiKey?: string;
  readonly sendgridBaseUrl?: string;
  readonly smtpUrl?: string;
  readonly emailFrom?: string;
  readonly smsWebhookUrl?: string;
  readonly smsWebhookSecret?: string;
};

/** The demo application's port, counted from PORT: 8083 beside 8080. */
const demoPortStep = 3;

/** What a process is about to be: which keys it must have, and where it listens unless told. */
export type Role = {
  readonly mode: 'development' | 'production';
  readonly port: number;
  readonly purposes: readonly Purpose[];
  /** Writes sends, so it must know the name of the newest otp key. */
  readonly makesSends: boolean;
  /** Runs beside other processes, so Kafka and Redis must be given. */
  readonly apart: boolean;
};

/** All that is wrong with the environment, at once. The texts name variables, never their values. */
export class ConfigFault extends Error {
  constructor(faults: readonly string[]) {
    super(`The environment is not right:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigFault';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the environment once (each NAME also as NAME_FILE), checks all of it, and freezes what it found. */
export function readConfig(env: Env, role: Role): Config {
  const faults: string[] = [];
  const read = createReader(env, faults);
  const development = role.mode === 'development';
  const host = read.text('HOST') ?? (development ? '127.0.0.1' : '0.0.0.0');
  const port = read.integer('PORT', role.port, 0, 65_535);
  const kafka = readKafka(read, faults);
  const redisUrl = read.text('REDIS_URL');
  if (redisUrl !== undefined && !namesRedis(redisUrl)) {
    faults.push('REDIS_URL must be redis://host:port or rediss://host:port, or a comma list of such for a cluster');
  }
  const publicUrl = read.url('PUBLIC_URL') ?? urlAt(host, port);
  const masterKeys = read.keys('MASTER_KEY');
  const purposeKeys = Object.fromEntries(
    purposes.map((purpose) => [purpose, read.keys(`KEY_${purpose.toUpperCase()}`)]).filter(([, keys]) => keys?.length),
  ) as Partial<Record<Purpose, readonly Buffer[]>>;
  const platformKey = read.text('PLATFORM_KEY');
  const otpSource = purposeKeys.otp?.[0] ?? masterKeys[0];
  const otpKid = otpSource ? kidOf(otpSource) : (read.text('OTP_KID') ?? '');
  if (otpKid !== '' && !/^[\w-]{8}$/.test(otpKid))
    faults.push('OTP_KID must be the 8 characters that the verifier prints');
  const config: Config = {
    mode: role.mode,
    host,
    port,
    demoPort: read.integer(
      'DEMO_PORT',
      port === 0 || port + demoPortStep > 65_535 ? 0 : port + demoPortStep,
      0,
      65_535,
    ),
    opsHost: read.text('OPS_HOST') ?? '127.0.0.1',
    opsPort: read.integer('OPS_PORT', 9_464, 0, 65_535),
    dataDir: read.text('DATA_DIR') ?? '.twofold',
    publicUrl: publicUrl.replace(/\/$/, ''),
    kafka,
    redisUrl,
    masterKeys,
    purposeKeys,
    platformKey,
    otpKid,
    verifierUrl: (read.url('VERIFIER_URL') ?? 'http://127.0.0.1:8081').replace(/\/$/, ''),
    gatewayUrl: (read.url('GATEWAY_URL') ?? 'http://127.0.0.1:8080').replace(/\/$/, ''),
    portalUrl: (read.url('PORTAL_URL') ?? publicUrl).replace(/\/$/, ''),
    trustedProxies: read.proxies('TRUSTED_PROXIES'),
    channels: read.words('CHANNELS', ['sms', 'email'] as const) ?? ['sms', 'email'],
    providers: readProviders(read, development),
    otlpEndpoint: read.url('OTEL_EXPORTER_OTLP_ENDPOINT'),
    traceRatio: read.share('OTEL_TRACES_SAMPLER_ARG', 1),
    logLevel: read.words('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'] as const)?.[0] ?? 'info',
  };
  if ((kafka === undefined) !== (redisUrl === undefined)) {
    faults.push('KAFKA_BROKERS and REDIS_URL go together: give both, or neither to run on one SQLite file');
  }
  if (role.apart && !kafka) faults.push('KAFKA_BROKERS and REDIS_URL must be set: this service runs beside others');
  if (platformKey !== undefined && !/^[\x21-\x7e]{32,512}$/.test(platformKey))
    faults.push('PLATFORM_KEY must have 32 to 512 characters, all of them visible ASCII');
  if (development && host !== '127.0.0.1' && host !== '::1' && host !== 'localhost') {
    faults.push('HOST must be a loopback address in development mode: use `npm run serve` for anything else');
  }
  if (development && !isLoopbackUrl(config.publicUrl))
    faults.push('PUBLIC_URL must name a loopback host in development mode');
  const missing = development || masterKeys.length > 0 ? [] : role.purposes.filter((purpose) => !purposeKeys[purpose]);
  if (missing.length > 0) {
    const names = missing.map((purpose) => `KEY_${purpose.toUpperCase()}`).join(', ');
    faults.push(`MASTER_KEY must be set (base64 of 32 random bytes), or else each of ${names}`);
  }
  if (!development && otpKid === '' && role.makesSends) {
    faults.push('OTP_KID must be set where neither MASTER_KEY nor KEY_OTP is: the verifier prints it at start');
  }
  if (faults.length > 0) throw new ConfigFault(faults);
  return Object.freeze(config);
}

/** Where an embedded installation keeps records and log. */
export const sqliteFileIn = (dataDir: string): string => join(dataDir, 'twofold.sqlite');

/** Where store and log are; without Kafka and Redis both are in the file. */
export type Places = { readonly kafka?: KafkaPlace; readonly redisUrl?: string; readonly file: string };

/** Reads what a command needs that only looks: no keys, and either of Kafka and Redis may be missing. */
export function readPlaces(env: Env): Places {
  const faults: string[] = [];
  const read = createReader(env, faults);
  const kafka = readKafka(read, faults);
  const places = { kafka, redisUrl: read.text('REDIS_URL'), file: sqliteFileIn(read.text('DATA_DIR') ?? '.twofold') };
  if (faults.length > 0) throw new ConfigFault(faults);
  return places;
}

function namesRedis(url: string): boolean {
  try {
    return parseRedisAddress(url).nodes.length > 0;
  } catch {
    return false;
  }
}

/** Where a caller on this machine finds what listens on `host`; the same name in what is shown, kept and signed. */
export function urlAt(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether the URL leads to this machine, by its text alone: a name that is looked up could lead anywhere. */
export const isLoopbackUrl = (url: string): boolean =>
  /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/.test(url);

type Reader = ReturnType<typeof createReader>;

function createReader(env: Env, faults: string[]) {
  function text(name: string): string | undefined {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') return env[name] === '' ? undefined : env[name];
    if (env[name]) faults.push(`${name} and ${name}_FILE are both set: give one`);
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      faults.push(`${name}_FILE names a file that cannot be read`);
      return undefined;
    }
  }
  const list = (name: string) =>
    text(name)
      ?.split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    text,
    list,
    integer(name: string, initial: number, min: number, max: number): number {
      const value = text(name);
      if (value === undefined) return initial;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= min && number <= max)) {
        faults.push(`${name} must be a whole number from ${min} to ${max}`);
        return initial;
      }
      return number;
    },
    share(name: string, initial: number): number {
      const value = text(name);
      if (value === undefined || /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(value)) return Number(value ?? initial);
      faults.push(`${name} must be a number from 0 to 1`);
      return initial;
    },
    url(name: string): string | undefined {
      const value = text(name);
      if (value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return value;
      faults.push(`${name} must be an http or https URL`);
      return undefined;
    },
    words<T extends string>(name: string, known: readonly T[]): T[] | undefined {
      const values = list(name);
      if (values?.length === 0 || values?.some((value) => !known.includes(value as T)))
        faults.push(`${name} takes ${known.join(', ')}`);
      return values as T[] | undefined;
    },
    proxies(name: string): string[] {
      const proxies = list(name) ?? [];
      const known = (proxy: string) =>
        ['loopback', 'linklocal', 'uniquelocal'].includes(proxy) || isIP(proxy.replace(/\/\d{1,3}$/, '')) > 0;
      if (!proxies.every(known)) faults.push(`${name} must be a comma list of IP addresses or networks`);
      return proxies;
    },
    keys(name: string): Buffer[] {
      const keys = (list(name) ?? []).map((value) => Buffer.from(value, 'base64'));
      if (keys.some((key) => key.length !== 32))
        faults.push(`${name} must be base64 of 32 bytes, or a comma list of such`);
      return keys;
    },
    flag(name: string): boolean {
      const value = text(name);
      if (value !== undefined && value !== 'true' && value !== 'false') faults.push(`${name} must be true or false`);
      return value === 'true';
    },
  };
}

function readKafka(read: Reader, faults: string[]): KafkaPlace | undefined {
  const brokers = read.list('KAFKA_BROKERS');
  if (brokers?.some((broker) => !/^[^\s:]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(broker))) {
    faults.push('KAFKA_BROKERS must be a comma list of host:port');
  }
  const caFile = read.text('KAFKA_CA_FILE');
  const [username, password] = [read.text('KAFKA_SASL_USERNAME'), read.text('KAFKA_SASL_PASSWORD')];
  const mechanism = read.words('KAFKA_SASL_MECHANISM', ['plain', 'scram-sha-256', 'scram-sha-512'] as const)?.[0];
  const ssl = read.flag('KAFKA_SSL') || caFile !== undefined;
  if (mechanism && !(username && password)) faults.push('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set');
  if (!mechanism && (username || password)) faults.push('KAFKA_SASL_MECHANISM must be set where user or password are');
  let ca: string | undefined;
  if (caFile) {
    try {
      ca = readFileSync(caFile, 'utf8');
    } catch {
      faults.push('KAFKA_CA_FILE names a file that cannot be read');
    }
  }
  if (!brokers?.length) return undefined;
  const sasl = mechanism && username && password ? { mechanism, username, password } : undefined;
  return { brokers, ssl, ca, sasl };
}

function readProviders(read: Reader, development: boolean): ProviderSettings {
  return {
    smsProviders: read.list('SMS_PROVIDERS') ?? (development ? ['sandbox'] : []),
    emailProviders: read.list('EMAIL_PROVIDERS') ?? (development ? ['sandbox'] : []),
    twilioAccountSid: read.text('TWILIO_ACCOUNT_SID'),
    twilioAuthToken: read.text('TWILIO_AUTH_TOKEN'),
    twilioFrom: read.text('TWILIO_FROM'),
    twilioBaseUrl: read.url('TWILIO_BASE_URL'),
    sendgridApiKey: read.text('SENDGRID_API_KEY'),
    sendgridBaseUrl: read.url('SENDGRID_BASE_URL'),
    smtpUrl: read.text('SMTP_URL'),
    emailFrom: read.text('EMAIL_FROM'),
    smsWebhookUrl: read.text('SMS_WEBHOOK_URL'),
    smsWebhookSecret: read.text('SMS_WEBHOOK_SECRET'),
  };
}
