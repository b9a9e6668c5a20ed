import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toDeadLetter } from '#runtime/dead-letters.ts';
import { topics } from '#schemas/topics.ts';
import { openBeside } from '#storage/sqlite/sqlite.ts';
import type { LogRecord } from '#storage/log.ts';
import { eraseAgain } from '../../services/verifier/erase-again.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import { runLog as run } from '../../scripts/log/run.ts';
import { appCode, demandAnswer, enrolAddress, enrolApp } from '../support/accounts.ts';
import { createCall, type Body } from '../support/call.ts';
import {
  anEmail,
  aPhone,
  codeIn,
  eventually,
  generousSettings,
  sharedServers,
  wrong,
} from '../support/installation.ts';
import { readRecords } from '../support/journal.ts';
import { aWord } from '../support/leak-markers.ts';
import { createMarkerFinder, type Marker } from '../support/markers.ts';
import { readTopics } from '../support/haystacks.ts';
import { runHere } from '../support/run-script.ts';
import { breakSeal, findSalts, findSealed } from '../support/seal-breaker.ts';
import { uniqueName } from '../support/services.ts';
import type { System } from '../support/system.ts';

type Kind = 'embedded' | 'kafka-redis';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const homepage = 'https://app.example.com';
const everyTopic = Object.values(topics).map(({ name }) => name);

/** A person with everything that an account can have, as far as it is sealed somewhere. */
async function livePerson(system: System) {
  const { call, clock, messagesTo } = system;
  const marks = {
    userId: `Ада ${uniqueName('u')} 漢`,
    accountName: `Ada ${uniqueName('n')}`,
    email: anEmail(),
    phone: aPhone(),
    locale: `de-${aWord().slice(0, 8)}-${aWord().slice(0, 8)}`,
    groups: [`Staff ${aWord()}`, `Łódź ${aWord()}`],
  };
  const label = `Pocket ${uniqueName('l')}`;
  const { id } = await demandAnswer(call, 'POST', '/v1/accounts', marks);
  const path = `/v1/accounts/${id}`;
  const app = await enrolApp(call, id, clock.now(), label);
  await enrolAddress(system, id, 'sms', marks.phone);
  await enrolAddress(system, id, 'email', marks.email);
  await demandAnswer(call, 'POST', `${path}/backup-codes`, {});
  const asked = {
    groups: [`Guests ${aWord()}`],
    returnUrl: `${homepage}/of/${aWord()}?for=${aWord()}`,
    state: `state "${aWord()}" 漢`,
    clientIp: '2001:db8:7a3c:5e21:90f4:1d6b:c8e2:4b37',
    userAgent: `Browser/${aWord()}`,
  };
  const logIn = () => demandAnswer(call, 'POST', '/v1/logins', { accountId: id, ...asked });
  const passed = await logIn();
  const code = appCode(app.secret, clock.now(), 1);
  const verdict = await demandAnswer(call, 'POST', `/v1/logins/${passed.id}/verify`, { methodId: app.method.id, code });
  expect(verdict.status).toBe('approved');
  const open = await logIn();
  const sms = open.methods.find(({ type }: Body) => type === 'sms');
  const before = (await messagesTo(marks.phone)).length;
  await demandAnswer(call, 'POST', `/v1/logins/${open.id}/send`, { methodId: sms.id });
  const sent = codeIn((await messagesTo(marks.phone, before + 1))[0]);
  await demandAnswer(call, 'POST', `/v1/logins/${open.id}/verify`, { methodId: sms.id, code: wrong(sent) });
  const pending = await demandAnswer(call, 'POST', `${path}/methods`, { type: 'email', to: anEmail(), label });
  const pageReturnUrl = `${homepage}/back/${aWord()}?of=${aWord()}`;
  const { pageUrl } = await demandAnswer(call, 'POST', `${path}/pages`, { returnUrl: pageReturnUrl });
  const handle = decodeURIComponent(pageUrl.slice(pageUrl.lastIndexOf('/') + 1));
  const { token } = await demandAnswer(call, 'POST', '/v1/pages/sessions', { handle });
  const page = createCall(system.url, token);
  expect((await page('GET', path)).status).toBe(200);
  const { groups: loginGroups, clientIp, userAgent, ...back } = asked;
  const sealed = [...Object.values(marks).flat(), ...Object.values(back), pageReturnUrl, label, app.secret];
  // Groups of a login decide and are forgotten, an agent is not kept at all, and of an IP there is a digest.
  const texts = [...sealed, ...loginGroups, clientIp, userAgent];
  return { page, id, path, marks, sealed, texts, open, sms, sent, pending };
}

/** What the whole log knows of a subject, once no send waits for its fate. */
async function recordsOf({ foundation }: System, subject: string): Promise<LogRecord[]> {
  return await eventually('a fate of every message', async () => {
    const all = await readRecords(foundation.log, everyTopic);
    const own = all.filter(({ key }) => key?.toString() === subject);
    const count = (pattern: RegExp) => new Set(own.flatMap((record) => namesOf(record, pattern))).size;
    return count(/^twofold\.message-rendered/) === count(/^twofold\.delivery-(sent|failed)/) && own;
  });
}

const namesOf = ({ headers }: LogRecord, pattern: RegExp): string[] =>
  pattern.test(String(headers['ce_type'])) ? [String(headers['ce_id'])] : [];

/** A text and each word of it that is nowhere else, so that a part of it would be found as well. */
const markersOf = (text: string): Marker[] =>
  [text, ...(text.match(/[A-Za-z0-9]{8,}/g) ?? [])].map((value) => ({ name: value, value }));

const textOf = (record: LogRecord) => record.value?.toString() ?? '';
const isSnapshot = ({ topic }: LogRecord) => topic === topics.documents.name;

/** The distinct sealed texts of these records that some salt opens, and how many there are at all. */
function breakAll({ foundation, tenant }: System, subject: string, records: readonly LogRecord[], salts: Set<string>) {
  const found = new Map(records.flatMap(findSealed).map((one) => [one.sealed, one]));
  const opened = [...found.values()].flatMap((one) =>
    [...salts].flatMap((salt) => breakSeal(foundation.keys, { tenant, subject }, salt, one) ?? []),
  );
  return { opened, sealed: found.size };
}

/** Everything that the store keeps, as text. */
async function storeText(kind: Kind, { folder }: System): Promise<string> {
  if (kind === 'embedded') {
    const file = join(folder, 'twofold.sqlite');
    const beside = openBeside(file, 'write');
    await eventually('a write-ahead log that is cut', () => beside.truncateWal());
    beside.close();
    // Read by another process: closing a file that this one has open would drop the locks on it.
    const files = [file, `${file}-wal`].filter((name) => existsSync(name));
    return files.map((name) => execFileSync('cat', [name], { maxBuffer: 1e9 }).toString('latin1')).join('\n');
  }
  const redis = await connectRedis(sharedServers().redisUrl);
  const keys = await redis.keys('*');
  const readers = new Map<string, (key: string) => Promise<unknown>>([
    ['string', (key) => redis.get(key)],
    ['hash', (key) => redis.hgetall(key)],
    ['zset', (key) => redis.zrange(key, '0', '-1')],
  ]);
  const values = await Promise.all(
    keys.map(async (key) => {
      const kept = await redis.type(key);
      const read = readers.get(kept);
      // A key may expire meanwhile; what can't be read must not pass for clean.
      if (!read && kept !== 'none') throw new Error(`${kept} is no kind of key that is looked into`);
      return [key, await read?.(key)];
    }),
  );
  redis.disconnect();
  return JSON.stringify(values);
}

function servers(): Record<string, string> {
  const { brokers, redisUrl } = sharedServers();
  return { KAFKA_BROKERS: brokers.join(','), REDIS_URL: redisUrl };
}

/** `npm run log` on what the system stands on, for one subject. */
function runLog(kind: Kind, { folder }: System, command: 'verify' | 'replay', subject: string) {
  const env = kind === 'embedded' ? { DATA_DIR: folder } : servers();
  return runHere((terminal) => run([command, '--subject', subject], terminal), env);
}

/** That an account can be erased so that nobody, whatever keys they hold, reads again what was known of its person. */
export function testErasure(kind: Kind, given: () => System): void {
  it('makes everything unreadable that was ever told of a person, for whoever has all the keys', async () => {
    const settings = { ...generousSettings, returnUrls: [homepage] };
    const system = { ...given(), ...(await given().newTenant(settings)) };
    const { call, foundation } = system;
    const { id, path, marks, sealed, texts, open, sms, sent, pending, page } = await livePerson(system);
    const before = await recordsOf(system, id);
    const buried = before.filter(({ topic }) => topic === topics.journal.name).slice(0, 8);
    const why = { reason: 'handler-failed', group: 'test', attempts: 3 };
    await foundation.log.publish(buried.map((record) => toDeadLetter(record, why)));
    const salt = (await foundation.store.load(id))?.salt ?? '';
    const readable = breakAll(system, id, before, new Set([salt]));
    // With the salt all of it opens: what is tried below is all that there is to try.
    expect(readable.opened).toHaveLength(readable.sealed);
    const shown = readable.opened.join('\n');
    expect(
      sealed.filter((text) => !shown.includes(JSON.stringify(text).slice(1, -1)) && !shown.includes(text)),
    ).toEqual([]);
    expect(before.filter(isSnapshot).map(textOf).join('')).toContain(salt);
    expect((await storeText(kind, system)).includes(salt)).toBe(true);

    expect((await runLog(kind, system, 'replay', id)).stdout).toMatch(/^equal +1\n/);

    expect((await call('DELETE', path)).status).toBe(204);

    expect(await foundation.store.load(id)).toBeUndefined();
    expect((await storeText(kind, system)).includes(salt)).toBe(false);
    const after = await recordsOf(system, id);
    const [snapshots, others] = [after.filter(isSnapshot), after.filter((record) => !isSnapshot(record))];
    expect(others.some(({ topic }) => topic === topics.deadLetters.name)).toBe(true);
    expect(others.map(textOf).join('\n')).not.toContain(salt);
    expect(snapshots.at(-1)?.value).toBeNull();
    // Kafka compacts when it comes to it, SQLite at once; a reader of the newest of each key has nothing either way.
    expect(kind === 'embedded' ? snapshots.slice(0, -1) : []).toEqual([]);
    const salts = findSalts([...others, ...snapshots.slice(-1)].map(textOf).join('\n'));
    const broken = breakAll(system, id, others, salts);
    expect(broken).toEqual({ opened: [], sealed: expect.any(Number) });
    expect(broken.sealed).toBeGreaterThanOrEqual(readable.sealed);

    for (const [method, where, body] of [
      ['GET', path, undefined],
      ['DELETE', path, undefined],
      ['GET', `/v1/logins/${open.id}`, undefined],
      ['POST', `/v1/logins/${open.id}/verify`, { methodId: sms.id, code: sent }],
      ['POST', `${path}/enrolments/${pending.enrolmentId}/confirm`, { code: sent }],
      ['POST', '/v1/logins', { accountId: id }],
      ['POST', '/v1/accounts/find', { userId: marks.userId }],
    ] as const) {
      expect([where, (await call(method, where, body)).status]).toEqual([where, 404]);
    }

    expect((await page('GET', path)).status).toBe(401);
    const find = createMarkerFinder(texts.flatMap(markersOf));
    const places = [await readTopics(foundation.log), await storeText(kind, system), system.logLines.join('')];
    expect(places.map(find)).toEqual([[], [], []]);
    expect(find(`${id} ${JSON.stringify(sealed)}`).length).toBeGreaterThan(sealed.length);
    expect(await runLog(kind, system, 'verify', id)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/no fault\n$/),
    });
    const replayed = await runLog(kind, system, 'replay', id);
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^erased +1\n.*no difference\n$/) });

    const again = await demandAnswer(call, 'POST', '/v1/accounts', marks);
    expect(again).toMatchObject({ id, methods: [] });
    const anew = await foundation.store.load(id);
    expect(anew?.version).toBe(1);
    expect(breakAll(system, id, others, new Set([anew?.salt ?? '']))).toMatchObject({ opened: [] });
    expect((await runLog(kind, system, 'replay', id)).stdout).toMatch(/^equal +1\n/);
  });

  it('is for support, of its own tenant, and once', async () => {
    const system = given();
    const { call, url } = system;
    const { id } = await demandAnswer(call, 'POST', '/v1/accounts', { userId: uniqueName('user') });
    const key = await demandAnswer(call, 'POST', '/v1/keys', { label: 'app', scopes: ['accounts'] });
    const path = `/v1/accounts/${id}`;
    const foreign = await system.newTenant();
    expect((await createCall(url, key.key)('DELETE', path)).json.code).toBe('scope-missing');
    expect((await foreign.call('DELETE', path)).status).toBe(404);
    expect((await call('DELETE', `/v1/accounts/${'A'.repeat(22)}`)).status).toBe(404);
    expect((await call('DELETE', '/v1/accounts/none')).status).toBe(404);
    expect((await call('GET', path)).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('DELETE', path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 404]));
    expect((await call('DELETE', path)).status).toBe(404);
    const told = (await recordsOf(system, id)).filter((record) => namesOf(record, /account-erased/).length > 0);
    expect(told.map(({ headers }) => String(headers['ce_actor']))).toEqual([expect.stringMatching(/^key:/)]);
  });

  it('says of an account that is made anew within the hour what it is, and of one that is not that it is gone', async () => {
    const system = given();
    const { call, clock, foundation } = system;
    const users = [uniqueName('user'), uniqueName('user')];
    const ids = await Promise.all(
      users.map(async (userId) => (await demandAnswer(call, 'POST', '/v1/accounts', { userId })).id as string),
    );
    for (const id of ids) expect((await call('DELETE', `/v1/accounts/${id}`)).status).toBe(204);
    await demandAnswer(call, 'POST', '/v1/accounts', { userId: users[0] });
    const told = async (id: string) => (await recordsOf(system, id)).filter(isSnapshot);
    const earlier = await Promise.all(ids.map(told));
    await eraseAgain(foundation);
    expect(await Promise.all(ids.map(told))).toEqual(earlier);
    clock.advance(hourMs + 1);
    await eraseAgain(foundation);
    const [made = [], gone = []] = await Promise.all(ids.map(told));
    const salt = (await foundation.store.load(ids[0] ?? ''))?.salt ?? 'none';
    expect(textOf(made.at(-1) as LogRecord)).toContain(salt);
    expect(gone.at(-1)?.value).toBeNull();
    const more = kind === 'embedded' ? 0 : 1;
    expect([made.length, gone.length]).toEqual(earlier.map(({ length }) => length + more));
    expect(await foundation.store.erasures(clock.now() + 1, 1_000)).not.toContainEqual(
      expect.objectContaining({ subject: expect.toBeOneOf(ids) }),
    );
    await eraseAgain(foundation);
    expect((await Promise.all(ids.map(told))).map(({ length }) => length)).toEqual([made.length, gone.length]);
  });

  it('is the only end of an account: years later everything is there and passes logins', async () => {
    const system = given();
    const { call, clock, foundation } = system;
    const { id } = await demandAnswer(call, 'POST', '/v1/accounts', { userId: uniqueName('user'), email: anEmail() });
    const { secret, method } = await enrolApp(call, id, clock.now());
    const kept = await foundation.store.load(id);
    expect(kept?.expiresAt).toBe(0);
    clock.advance(7 * yearMs);
    expect(await foundation.store.load(id)).toEqual(kept);
    const login = await demandAnswer(call, 'POST', '/v1/logins', { accountId: id });
    const body = { methodId: method.id, code: appCode(secret, clock.now()) };
    expect((await demandAnswer(call, 'POST', `/v1/logins/${login.id}/verify`, body)).status).toBe('approved');
  });
}
