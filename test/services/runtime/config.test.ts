import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigFault, isLoopbackUrl, readConfig, type Role, urlAt } from '#runtime/config.ts';
import { kidOf, purposes } from '#runtime/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const masterKey = Buffer.alloc(32, 1).toString('base64');
const platformKey = 'p'.repeat(32);
const development: Role = { mode: 'development', port: 8_080, purposes, makesSends: true, apart: false };
const production: Role = { ...development, mode: 'production' };
const apart: Role = { ...production, apart: true };
const servers = { KAFKA_BROKERS: 'kafka-1:9092,kafka-2:9092', REDIS_URL: 'redis://localhost:6379' };

type Env = Readonly<Record<string, string>>;
const good: Env = { MASTER_KEY: masterKey, PLATFORM_KEY: platformKey };

function faultsOf(env: Env, role: Role = production): string[] {
  try {
    readConfig(env, role);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigFault)) throw error;
    return error.message.split('\n  - ').slice(1);
  }
}

describe('The environment', () => {
  it('may be empty in development: loopback, SQLite, sandbox', () => {
    expect(readConfig({}, development)).toMatchObject({
      mode: 'development',
      host: '127.0.0.1',
      port: 8_080,
      opsHost: '127.0.0.1',
      opsPort: 9_464,
      dataDir: '.twofold',
      publicUrl: 'http://localhost:8080',
      kafka: undefined,
      redisUrl: undefined,
      masterKeys: [],
      verifierUrl: 'http://127.0.0.1:8081',
      trustedProxies: [],
      channels: ['sms', 'email'],
      providers: { smsProviders: ['sandbox'], emailProviders: ['sandbox'] },
      logLevel: 'info',
    });
  });

  it('is read once and frozen', () => {
    const env = { ...good };
    const config = readConfig(env, production);
    expect(Object.isFrozen(config)).toBe(true);
    env['PLATFORM_KEY'] = 'q'.repeat(32);
    expect(config.platformKey).toBe(platformKey);
  });

  it('takes an empty value for none', () => {
    const empty = { HOST: '', PORT: '', PUBLIC_URL: '', KAFKA_BROKERS: '', REDIS_URL: '', LOG_LEVEL: '', CHANNELS: '' };
    expect(readConfig(empty, development)).toEqual(readConfig({}, development));
  });

  it('gives production no sandbox and listens everywhere', () => {
    expect(readConfig(good, production)).toMatchObject({
      host: '0.0.0.0',
      publicUrl: 'http://localhost:8080',
      providers: { smsProviders: [], emailProviders: [] },
    });
  });

  it('is told all its faults at once, each naming its variable and none its value', () => {
    const marks = {
      PORT: '80 80',
      OPS_PORT: '65536',
      PUBLIC_URL: 'ftp://marker.example',
      VERIFIER_URL: 'marker',
      KAFKA_BROKERS: 'marker',
      KAFKA_SSL: 'marker',
      KAFKA_SASL_MECHANISM: 'marker',
      REDIS_URL: 'http://:marker@localhost',
      MASTER_KEY: 'marker',
      KEY_OTP: `${masterKey},marker`,
      PLATFORM_KEY: 'marker',
      TRUSTED_PROXIES: 'marker',
      CHANNELS: 'sms,marker',
      LOG_LEVEL: 'marker',
      TWILIO_BASE_URL: 'marker',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'marker',
      OTEL_TRACES_SAMPLER_ARG: 'marker',
    };
    const faults = faultsOf(marks);
    for (const name of Object.keys(marks)) expect(faults.filter((fault) => fault.startsWith(name))).not.toEqual([]);
    expect(faults.join()).not.toMatch(/marker|80 80|65536/);
  });

  it.each(['0', '65535', '8080'])('takes the port %s', (PORT) => {
    expect(readConfig({ PORT }, development).port).toBe(Number(PORT));
  });

  it.each(['-1', '65536', '80.5', '0x50', '1e3', ' 80', '80 ', 'http', 'Infinity'])('takes no port %j', (PORT) => {
    expect(faultsOf({ PORT }, development)).toEqual(['PORT must be a whole number from 0 to 65535']);
  });

  it('reads lists without empty parts', () => {
    const env = {
      ...good,
      ...servers,
      SMS_PROVIDERS: ' twilio , webhook,',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1,loopback',
    };
    const config = readConfig(env, production);
    expect(config.kafka?.brokers).toEqual(['kafka-1:9092', 'kafka-2:9092']);
    expect(config.providers.smsProviders).toEqual(['twilio', 'webhook']);
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    expect(faultsOf({ ...good, CHANNELS: ',' })).toEqual(['CHANNELS takes sms, email']);
  });
});

describe('A value in a file', () => {
  it('is the same as one in the environment, without the line end', () => {
    const env = {
      MASTER_KEY_FILE: fileOf('master', `${masterKey}\n`),
      PLATFORM_KEY_FILE: fileOf('platform', `${platformKey}\r\n`),
      PORT_FILE: fileOf('port', ' 9000 '),
      SMTP_URL_FILE: fileOf('smtp', 'smtp://user:secret@localhost'),
    };
    expect(readConfig(env, production)).toEqual(
      readConfig({ ...good, PORT: '9000', SMTP_URL: 'smtp://user:secret@localhost' }, production),
    );
  });

  it('that is empty is none', () => {
    expect(readConfig({ PORT_FILE: fileOf('empty', '\n') }, development).port).toBe(8_080);
    expect(readConfig({ PORT_FILE: '' }, development).port).toBe(8_080);
  });

  it('that cannot be read, or beside a value, is a fault that names neither path nor value', () => {
    const missing = join(folder, 'marker-missing');
    expect(faultsOf({ ...good, SMTP_URL_FILE: missing })).toEqual(['SMTP_URL_FILE names a file that cannot be read']);
    const both = { ...good, SMTP_URL: 'smtp://marker', SMTP_URL_FILE: fileOf('marker-there', 'smtp://marker') };
    expect(faultsOf(both)).toEqual(['SMTP_URL and SMTP_URL_FILE are both set: give one']);
  });

  it("may be the brokers' authority, which turns TLS on", () => {
    const env = { ...good, ...servers, KAFKA_CA_FILE: fileOf('ca', 'PEM') };
    expect(readConfig(env, production).kafka).toMatchObject({ ssl: true, ca: 'PEM' });
    expect(faultsOf({ ...env, KAFKA_CA_FILE: join(folder, 'none') })).toEqual([
      'KAFKA_CA_FILE names a file that cannot be read',
    ]);
  });
});

describe('Keys', () => {
  it('are asked for in production, all at once or each', () => {
    const [fault = ''] = faultsOf({ PLATFORM_KEY: platformKey });
    expect(fault).toMatch(
      /^MASTER_KEY must be set .* or else each of KEY_SUBJECT, KEY_DESTINATION, .*KEY_PROOF, KEY_PORTAL$/,
    );
    const each = Object.fromEntries(purposes.map((purpose) => [`KEY_${purpose.toUpperCase()}`, masterKey]));
    expect(faultsOf(each)).toEqual([]);
    const { KEY_OTP: _, ...others } = each;
    expect(faultsOf(others)[0]).toMatch(/or else each of KEY_OTP$/);
    expect(faultsOf({}, { ...production, purposes: [], makesSends: false })).toEqual([]);
  });

  it('are base64 of 32 bytes, a comma list newest first', () => {
    const newer = Buffer.alloc(32, 2);
    const config = readConfig({ ...good, MASTER_KEY: `${newer.toString('base64')}, ${masterKey}` }, production);
    expect(config.masterKeys).toEqual([newer, Buffer.alloc(32, 1)]);
    expect(config.otpKid).toBe(kidOf(newer));
    for (const wrong of [
      'x',
      masterKey.slice(4),
      'a'.repeat(64),
      `${masterKey},x`,
      Buffer.alloc(33).toString('base64'),
    ])
      expect(faultsOf({ ...good, MASTER_KEY: wrong })).toEqual([
        'MASTER_KEY must be base64 of 32 bytes, or a comma list of such',
      ]);
  });

  it.each([
    ['31 characters', 'p'.repeat(31)],
    ['513 characters', 'p'.repeat(513)],
    ['a space, which no header brings', `${'p'.repeat(32)} p`],
    ['a letter beyond ASCII', `${'p'.repeat(32)}é`],
  ])('of the platform are none with %s', (_what, PLATFORM_KEY) => {
    expect(faultsOf({ ...good, PLATFORM_KEY })).toEqual([
      'PLATFORM_KEY must have 32 to 512 characters, all of them visible ASCII',
    ]);
  });

  it('of codes may be known by name alone, where sends are made', () => {
    const gateway: Role = { ...production, purposes: ['subject'] };
    const env = { KEY_SUBJECT: masterKey };
    expect(faultsOf(env, gateway)[0]).toMatch(/^OTP_KID must be set/);
    expect(readConfig({ ...env, OTP_KID: kidOf(Buffer.alloc(32, 7)) }, gateway).otpKid).toBe(
      kidOf(Buffer.alloc(32, 7)),
    );
    expect(faultsOf({ ...env, OTP_KID: 'not a kid' }, gateway)).toEqual([
      'OTP_KID must be the 8 characters that the verifier prints',
    ]);
    expect(faultsOf(env, { ...gateway, makesSends: false })).toEqual([]);
    expect(readConfig({ ...env, KEY_OTP: masterKey }, gateway).otpKid).toBe(kidOf(Buffer.alloc(32, 1)));
  });
});

describe('Kafka and Redis', () => {
  it('go together, and services that run apart need them', () => {
    const together = 'KAFKA_BROKERS and REDIS_URL go together: give both, or neither to run on one SQLite file';
    expect(faultsOf({ ...good, ...servers })).toEqual([]);
    expect(faultsOf({ ...good, KAFKA_BROKERS: servers.KAFKA_BROKERS })).toEqual([together]);
    expect(faultsOf({ ...good, REDIS_URL: servers.REDIS_URL })).toEqual([together]);
    expect(faultsOf(good, apart)).toEqual(['KAFKA_BROKERS and REDIS_URL must be set: this service runs beside others']);
    expect(faultsOf({ ...good, ...servers }, apart)).toEqual([]);
  });

  it('take a user with mechanism, name and password, or none', () => {
    const sasl = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    const expected = { sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' } };
    expect(readConfig({ ...good, ...servers, ...sasl }, production).kafka).toMatchObject(expected);
    for (const name of Object.keys(sasl)) {
      const faults = faultsOf({ ...good, ...servers, ...sasl, [name]: '' });
      expect(faults).toEqual([expect.stringMatching(/^KAFKA_SASL_\w+ .*must be set/)]);
    }
  });

  it.each(['localhost', 'kafka:port', 'a:1,b', 'http://kafka:9092', ':9092'])('have no broker %j', (KAFKA_BROKERS) => {
    expect(faultsOf({ ...good, ...servers, KAFKA_BROKERS })).toEqual([
      'KAFKA_BROKERS must be a comma list of host:port',
    ]);
  });

  it.each(['localhost:6379', 'http://localhost', 'redis://', 'redis://a,http://b', 'redis://u:%zz@localhost'])(
    'have no Redis %j',
    (REDIS_URL) => {
      expect(faultsOf({ ...good, ...servers, REDIS_URL })).toEqual([
        expect.stringMatching(/^REDIS_URL must be redis:/),
      ]);
    },
  );
});

describe('Development mode', () => {
  it.each(['0.0.0.0', '::', '192.168.0.1', 'example.com', '127.0.0.1.example.com'])('listens not on %s', (HOST) => {
    expect(faultsOf({ HOST }, development)[0]).toMatch(/^HOST must be a loopback address in development mode/);
    expect(faultsOf({ ...good, HOST }, production)).toEqual([]);
  });

  it.each([
    ['127.0.0.1', 'http://localhost:8080'],
    ['localhost', 'http://localhost:8080'],
    ['::1', 'http://[::1]:8080'],
  ])('listens on %s, which is %s', (HOST, publicUrl) => {
    expect(readConfig({ HOST }, development).publicUrl).toBe(publicUrl);
    // What the start prints and keeps was another name than the issuer of proofs, and for ::1 no URL at all.
    expect(urlAt(HOST, 8_080)).toBe(publicUrl);
    expect(URL.canParse(publicUrl)).toBe(true);
  });

  it.each([
    ['http://localhost', true],
    ['http://localhost:8080/', true],
    ['https://127.0.0.1:8443/x', true],
    ['http://127.9.9.9', true],
    ['http://[::1]:8080', true],
    ['http://example.com', false],
    ['http://localhost.example.com', false],
    ['http://localhost:8080@example.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://[::2]', false],
    ['http://0.0.0.0', false],
    ['http://localhost@example.com', false],
  ])('is reached at %s: %s', (PUBLIC_URL, loopback) => {
    expect(isLoopbackUrl(PUBLIC_URL)).toBe(loopback);
    const fault = 'PUBLIC_URL must name a loopback host in development mode';
    expect(faultsOf({ PUBLIC_URL }, development)).toEqual(loopback ? [] : [fault]);
    expect(faultsOf({ ...good, PUBLIC_URL })).toEqual([]);
  });

  it('and production cut a slash off the end of the public URL', () => {
    expect(readConfig({ ...good, PUBLIC_URL: 'https://otp.example.com/' }, production).publicUrl).toBe(
      'https://otp.example.com',
    );
  });
});
