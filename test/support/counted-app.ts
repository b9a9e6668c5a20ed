import crypto from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnSettings } from '#core/settings.ts';
import { layFoundation } from '#runtime/foundation.ts';
import { purposes } from '#runtime/keys.ts';
import { createLogger } from '#runtime/logger.ts';
import { createStandaloneApp } from '../../services/standalone/app.ts';
import type { Answer, Call } from './call.ts';
import { accountSettings } from './people.ts';
import { makeTenant } from './installation.ts';
import { configOf } from './system.ts';

/** How often each operation was made: calls of the store and keyed cryptography, which are what an answer's time is made of. */
export type Work = Readonly<Record<string, number>>;

const cryptography = ['createHmac', 'timingSafeEqual', 'createCipheriv', 'createDecipheriv', 'sign'] as const;

/**
 * Every call of the API in this process, on SQLite and without workers, so that nothing is done but what a request asks for; and all that
 * is done is counted. Loads of tenants and of the platform are counted apart: whether a copy is recent depends on real time.
 */
export async function startCountedApp() {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-counted-'));
  const logger = createLogger({ service: 'standalone', level: 'error' }, { write: () => {} });
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const config = configOf({ kind: 'embedded' }, folder);
  const foundation = await layFoundation({
    config,
    service: 'standalone',
    purposes,
    restores: true,
    onFatal: () => {},
    logger,
    now,
  });
  await foundation.prepare(AbortSignal.timeout(30_000));
  const app = await createStandaloneApp(foundation, () => Promise.resolve(true));
  const counts = new Map<string, number>();
  const count = (what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1);
  countStore(foundation.store, count);
  const restoreCryptography = countCryptography(count);

  function callWith(key: string): Call {
    return async (method, path, body, headers = {}) => {
      const payload = body as string | object | undefined;
      const given = { authorization: `Bearer ${key}`, host: 'localhost', ...headers };
      const answer = await app.inject({ method: method as 'GET', url: path, headers: given, payload });
      const received = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      const text = answer.body;
      const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
      return { status: answer.statusCode, headers: Object.fromEntries(received), text, json };
    };
  }

  return {
    foundation,
    callWith,
    clock: { now, advance: (ms: number) => void (ahead += ms) },
    async newTenant(settings: OwnSettings = accountSettings) {
      const { tenant, apiKey } = await makeTenant(foundation, 'http://127.0.0.1', settings);
      return { tenant, apiKey, call: callWith(apiKey) };
    },
    /** An answer, and what was done for it. */
    async workOf(asked: () => Promise<Answer>): Promise<{ readonly answer: Answer; readonly work: Work }> {
      counts.clear();
      const answer = await asked();
      return { answer, work: Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b))) };
    },
    async close() {
      restoreCryptography();
      await app.close();
      await foundation.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export type CountedApp = Awaited<ReturnType<typeof startCountedApp>>;

/** Puts a count before each method of the store, in place: everybody who was given it calls through it. */
function countStore(store: object, count: (what: string) => void): void {
  const methods = store as Record<string, (...given: unknown[]) => unknown>;
  for (const [name, method] of Object.entries(methods)) {
    methods[name] = (...given) => {
      const shared = name === 'load' && /^(tenant:|platform$)/.test(String(given[0]));
      count(shared ? 'load of a tenant' : name);
      return method.apply(store, given);
    };
  }
}

/** The same for node:crypto, whose functions are imported by name; returns what takes the counts off. */
function countCryptography(count: (what: string) => void): () => void {
  const functions = crypto as unknown as Record<string, (...given: unknown[]) => unknown>;
  const before = cryptography.map((name) => [name, functions[name]] as const);
  for (const [name, original] of before) {
    functions[name] = (...given) => {
      count(name);
      return original?.(...given);
    };
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(functions, Object.fromEntries(before));
    syncBuiltinESMExports();
  };
}
