import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '#runtime/config.ts';
import type { Http } from '#runtime/http.ts';

/** What a developer needs to try the API, in `.twofold/dev.json`. */
export type DevFile = {
  readonly url: string;
  readonly tenant: string;
  readonly apiKey: string;
  readonly platformKey: string;
};

const tenant = 'demo';
const ownerOnly = 0o600;

function writePrivately(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: ownerOnly });
  renameSync(`${file}.new`, file);
}

/** Completes the config of development mode with keys of its own, made once and kept beside the data. */
export function withDevelopmentKeys(config: Config): Config {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const file = join(config.dataDir, 'keys.json');
  if (!existsSync(file)) {
    const fresh = { masterKey: randomBytes(32).toString('base64'), platformKey: randomBytes(32).toString('base64url') };
    writePrivately(file, JSON.stringify(fresh));
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { masterKey: string; platformKey: string };
  const masterKeys = config.masterKeys.length > 0 ? config.masterKeys : [Buffer.from(kept.masterKey, 'base64')];
  return { ...config, masterKeys, platformKey: config.platformKey ?? kept.platformKey };
}

const devFileOf = (config: Config) => join(config.dataDir, 'dev.json');

function keyOfLastTime(config: Config): string | undefined {
  try {
    return (JSON.parse(readFileSync(devFileOf(config), 'utf8')) as DevFile).apiKey;
  } catch {
    return undefined;
  }
}

/** Makes the tenant `demo` and a key for it through the API itself, unless those of last time still work. */
export async function provideDevTenant(app: Http, config: Config, url: string): Promise<DevFile> {
  const platformKey = config.platformKey ?? '';
  const host = new URL(url).host;
  const call = (method: 'GET' | 'POST', path: string, key: string, body?: object) =>
    app.inject({
      method,
      url: path,
      headers: { host, authorization: `Bearer ${key}` },
      ...(body && { payload: body }),
    });
  let apiKey = keyOfLastTime(config);
  if (!apiKey || (await call('GET', '/v1/keys/current', apiKey)).statusCode !== 200) {
    const created = await call('POST', '/v1/platform/tenants', platformKey, { id: tenant, name: 'Demo' });
    if (created.statusCode !== 201 && created.statusCode !== 409) throw new Error('the demo tenant could not be made');
    const scopes = ['challenges', 'accounts', 'import', 'support', 'settings'];
    const key = await call('POST', `/v1/platform/tenants/${tenant}/keys`, platformKey, {
      label: 'development',
      scopes,
    });
    if (key.statusCode !== 201) throw new Error('the key of the demo tenant could not be made');
    apiKey = key.json<{ key: string }>().key;
  }
  const file: DevFile = { url, tenant, apiKey, platformKey };
  writePrivately(devFileOf(config), `${JSON.stringify(file, null, 2)}\n`);
  return file;
}

/** What to try, for a person at a terminal. */
export function welcome({ url }: DevFile, dataDir: string, demoUrl: string): string {
  const file = join(dataDir, 'dev.json');
  return `
  Twofold is ready at ${url}   (development mode: loopback only, messages go to the sandbox inbox)

  Request a code, read it, check it:

    KEY=$(node -p "JSON.parse(require('fs').readFileSync('${file}')).apiKey")
    curl -s ${url}/v1/challenges -H "Authorization: Bearer $KEY" \\
      -H 'Content-Type: application/json' -d '{"channel":"email","to":"ada@example.com"}'
    curl -s '${url}/sandbox/messages?to=ada@example.com'
    curl -s ${url}/v1/challenges/<id>/verify -H "Authorization: Bearer $KEY" \\
      -H 'Content-Type: application/json' -d '{"code":"<code>"}'

  Or walk through it in a browser: the demo application is at ${demoUrl}

  Inbox ${url}/sandbox · administration ${url}/admin · API reference ${url}/docs · keys in ${file}
`;
}
