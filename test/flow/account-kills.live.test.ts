import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { tenantSubject } from '#core/subject.ts';
import type { DocumentSnapshot } from '#schemas/document.ts';
import { topics } from '#schemas/topics.ts';
import { appCode, demandAnswer, enrolApp } from '../support/accounts.ts';
import type { Answer } from '../support/call.ts';
import { eventually, generousSettings } from '../support/installation.ts';
import { chainFaults, readRecords } from '../support/journal.ts';
import { isProduce } from '../support/kafka-proxy.ts';
import {
  expectSameBytes,
  killWhenStopped,
  revive,
  startKillable,
  type Killable,
  type Victim,
} from '../support/killable.ts';
import { describeLive, uniqueName } from '../support/services.ts';

describeLive('A service killed between its commit and its publication', ['own-kafka', 'own-redis'], () => {
  let all: Killable;
  beforeAll(async () => {
    all = await startKillable();
  });
  afterAll(() => all?.close());

  const loseProduces = ({ gates }: Victim) => gates.kafka.gate((bytes) => (isProduce(bytes) ? 'swallow' : 'pass'));

  /** Calls a service that can't publish, waits for its commit and kills it. */
  async function killAfterCommit(subject: string, victim: 'gateway' | 'verifier', call: () => Promise<Answer>) {
    loseProduces(all[victim]);
    const lost = call();
    const kept = await eventually('a commit', async () => {
      const events = await all.untold(subject);
      return events.length > 0 && events;
    });
    const head = (await all.system.foundation.store.load(subject))?.head;
    expect(await killWhenStopped(all[victim], lost)).toBe(true);
    return { kept, head };
  }

  /** What a relay has told of these events, and of the record along with them. */
  async function relayed(subject: string, kept: readonly EncodedEvent[]) {
    const last = kept.at(-1)?.headers['ce_id'];
    const journal = await eventually('the relay', async () => {
      const told = await all.journalOf(subject);
      return told.some(({ event }) => event.id === last) && (await all.untold(subject)).length === 0 && told;
    });
    expect(chainFaults(journal)).toEqual([]);
    expectSameBytes(journal, kept);
    return { types: journal.map(({ event }) => event.type), whole: await snapshotsOf(subject) };
  }

  async function snapshotsOf(subject: string): Promise<(DocumentSnapshot | undefined)[]> {
    const records = await readRecords(all.system.foundation.log, [topics.documents.name]);
    const own = records.filter(({ key }) => key?.toString() === subject);
    return own.map(({ value }) => (value ? (JSON.parse(value.toString()) as DocumentSnapshot) : undefined));
  }

  const verifierCall = (method: string, path: string, body?: object) => () => all.verifier.call(method, path, body);

  async function anAccount() {
    const userId = uniqueName('user');
    const { id } = await demandAnswer(all.verifier.call, 'POST', '/v1/accounts', { userId });
    return { userId, id: id as string, path: `/v1/accounts/${id}` };
  }

  it('leaves an enrolled method that the relay tells, with the snapshot of the account', async () => {
    const { id, path } = await anAccount();
    const { enrolmentId, secret } = await demandAnswer(all.verifier.call, 'POST', `${path}/methods`, { type: 'totp' });
    const confirm = `${path}/enrolments/${enrolmentId}/confirm`;
    const code = appCode(secret, Date.now());
    const { kept, head } = await killAfterCommit(id, 'verifier', verifierCall('POST', confirm, { code }));
    expect(kept.map(({ headers }) => headers['ce_type'])).toContain('twofold.method-enrolled.v1');
    const { types, whole } = await relayed(id, kept);
    expect(types).toContain('method-enrolled');
    const record = await all.system.foundation.store.load(id);
    const { life, salt, document, version } = record ?? {};
    expect(whole.at(-1)).toMatchObject({ subject: id, life, salt, document, version, head, expiresAt: 0 });
    await revive(all.verifier);
    expect((await demandAnswer(all.verifier.call, 'GET', path)).methods).toHaveLength(1);
  });

  it('leaves the approval of a login that the relay tells, and the login is approved once', async () => {
    const { id, path } = await anAccount();
    const { secret, method } = await enrolApp(all.verifier.call, id, Date.now());
    const login = await demandAnswer(all.system.call, 'POST', '/v1/logins', { accountId: id });
    const verify = `/v1/logins/${login.id}/verify`;
    const body = { methodId: method.id, code: appCode(secret, Date.now(), 1) };
    const { kept, head } = await killAfterCommit(id, 'verifier', verifierCall('POST', verify, body));
    const { types, whole } = await relayed(id, kept);
    expect(types.filter((type) => type === 'login-approved')).toHaveLength(1);
    expect(whole.at(-1)).toMatchObject({ head });
    await revive(all.verifier);
    const again = await demandAnswer(all.verifier.call, 'POST', verify, body);
    expect(again).toMatchObject({ result: 'rejected', status: 'approved' });
    expect((await demandAnswer(all.verifier.call, 'GET', path)).methods).toHaveLength(1);
  });

  it('leaves changed settings that the relay tells, with the snapshot of the tenant', async () => {
    const { system, gateway } = all;
    const subject = tenantSubject(system.tenant);
    const changed = { ...generousSettings, attemptsPerChallenge: 7 };
    const put = () => gateway.call('PUT', '/v1/settings', changed);
    const { kept, head } = await killAfterCommit(subject, 'gateway', put);
    expect(kept.map(({ headers }) => headers['ce_type'])).toEqual(['twofold.settings-changed.v1']);
    const { whole } = await relayed(subject, kept);
    const newest = whole.at(-1);
    expect(newest).toMatchObject({ subject, head, expiresAt: 0 });
    expect(JSON.parse(newest?.document ?? '')).toMatchObject({ kind: 'tenant', settings: changed });
    const starting = gateway.process.start();
    expect((await demandAnswer(system.call, 'GET', '/v1/settings')).settings.attemptsPerChallenge).toBe(7);
    await starting;
  });

  it('leaves an erasure that the relay tells, with the tombstone, and nothing else of the account', async () => {
    const { system, verifier } = all;
    const { id, path, userId } = await anAccount();
    const before = await system.foundation.store.load(id);
    const { kept } = await killAfterCommit(id, 'verifier', verifierCall('DELETE', path));
    expect(kept.map(({ headers }) => headers['ce_type'])).toEqual(['twofold.account-erased.v1']);
    const { types, whole } = await relayed(id, kept);
    expect(types).toEqual(['account-created', 'account-erased']);
    expect(whole.map((one) => one?.salt)).toEqual([before?.salt, undefined]);
    expect(await system.foundation.store.load(id)).toBeUndefined();
    const listed = await system.foundation.store.erasures(Date.now() + 1, 100);
    expect(listed.map(({ subject }) => subject)).toContain(id);
    await revive(verifier);
    expect((await verifier.call('DELETE', path)).status).toBe(404);
    const anew = await demandAnswer(verifier.call, 'POST', '/v1/accounts', { userId });
    expect(anew).toMatchObject({ id, methods: [] });
    expect((await system.foundation.store.load(id))?.salt).not.toBe(before?.salt);
  });
});
