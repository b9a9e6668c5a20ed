import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '#storage/log.ts';
import { topics } from '#schemas/topics.ts';
import type { Answer, Call } from '../support/call.ts';
import { anEmail, aPhone, eventually } from '../support/installation.ts';
import { readRecords } from '../support/journal.ts';
import { mutateRecord } from '../support/mutated-records.ts';
import { createDice, faultOf, mutateOften, type Dice, type Mutable } from '../support/mutations.ts';
import { newTown } from '../support/people.ts';
import { guess, obtainCode } from '../support/story.ts';
import { startSystem, type System } from '../support/system.ts';

/**
 * Ten thousand requests and ten thousand records that are almost right, on one system, by a seed: no fault of ours, no crash, nothing that
 * stays in memory for each, and afterwards everything works as before.
 */

const seed = 90_210;
const requestsCount = 10_000;
const recordsCount = 10_000;
const atOnce = 16;
/** What all ten thousand may leave: caches that have a bound and are not full yet, and the log lines that this test keeps. */
const heapGrowthMaxMiB = 24;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
}

let system: System;
beforeAll(async () => {
  system = await startSystem({ kind: 'embedded' });
});
afterAll(async () => await system?.close());

type Valid = readonly [string, string, object?];

/** One of nearly every call that there is, right as it stands. */
async function validRequests(): Promise<{ readonly call: Call; readonly valid: readonly Valid[] }> {
  const town = await newTown(system);
  const { call, tenant } = town;
  const accountId = await town.account();
  const app = await town.app(accountId);
  const login = await town.login(accountId);
  const { id } = (await call('POST', '/v1/challenges', { channel: 'email', to: anEmail() })).json;
  const { keyId } = (await call('POST', '/v1/keys', { label: 'spare', scopes: ['settings'] })).json;
  return {
    call,
    valid: [
      ['POST', '/v1/challenges', { channel: 'email', to: anEmail(), purpose: 'login', locale: 'de', params: { name: 'Ada' },
        binding: { amount: '12.50' }, clientIp: '203.0.113.7' }],
      ['POST', '/v1/challenges', { channel: 'sms', to: aPhone() }],
      ['GET', `/v1/challenges/${id}`],
      ['POST', `/v1/challenges/${id}/verify`, { code: '1234', binding: { amount: '1' } }],
      ['POST', `/v1/challenges/${id}/resend`, {}],
      ['POST', '/v1/accounts', { userId: 'user', accountName: 'Ada', email: anEmail(), locale: 'en', groups: ['a', 'b'] }],
      ['POST', '/v1/accounts/find', { userId: 'user' }],
      ['GET', `/v1/accounts/${accountId}`],
      ['POST', `/v1/accounts/${accountId}/methods`, { type: 'totp', label: 'phone' }],
      ['POST', `/v1/accounts/${accountId}/methods`, { type: 'sms', to: aPhone() }],
      ['POST', `/v1/accounts/${accountId}/pages`, { returnUrl: 'https://app.example.com/back' }],
      ['POST', `/v1/accounts/${accountId}/exempt`, { until: '2030-01-01T00:00:00Z' }],
      ['POST', '/v1/logins', { accountId, groups: ['a'], state: 's', clientIp: '203.0.113.7', userAgent: 'x',
        returnUrl: 'https://app.example.com/back' }],
      ['POST', `/v1/logins/${login.id}/verify`, { methodId: app.id, code: '1234' }],
      ['POST', `/v1/logins/${login.id}/result`, { code: 'x' }],
      ['POST', '/v1/pages/sessions', { handle: `${accountId}~${'n'.repeat(22)}~${'m'.repeat(43)}` }],
      ['PUT', '/v1/settings?dryRun=true', { methods: { sms: { template: { en: '{{code}}' }, codeDigits: 6 } },
        branding: { name: 'Acme' }, quotas: { tenantPerDay: 5 }, countries: ['DE'] }],
      ['POST', '/v1/settings/preview', { channel: 'email', locale: 'en', template: { text: '{{code}}', html: '<p>{{code}}</p>' } }],
      ['POST', '/v1/keys', { label: 'x', scopes: ['challenges'], expiresAt: '2100-01-01T00:00:00Z' }],
      ['POST', `/v1/keys/${keyId}/rotate`, { overlapSeconds: 60 }],
      ['GET', '/v1/stats?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z&stepSeconds=60'],
      ['PATCH', `/v1/platform/tenants/${tenant}`, { name: 'Acme' }],
    ],
  }; // prettier-ignore
}

/** 503 with Retry-After is what documents promise to a caller while the machine has no breath. */
const isDocumented503 = ({ status, headers, json }: Answer) =>
  status === 503 && json?.code === 'unavailable' && headers['retry-after'] !== undefined;

async function send(call: Call, request: Mutable): Promise<string | undefined> {
  const { method, path, text, headers } = request;
  try {
    const answer = await call(method, path, text, headers);
    const fault = isDocumented503(answer) ? undefined : faultOf(answer, method);
    return fault && `${fault}: ${JSON.stringify(request)}`;
  } catch (error) {
    // undici refuses to send a header of other bytes; anything else must have been answered.
    const { message } = error as Error;
    return /invalid/i.test(message) ? undefined : `${message}: ${JSON.stringify(request)}`;
  }
}

async function storm(call: Call, valid: readonly Valid[], dice: Dice, count: number): Promise<string[]> {
  const faults: string[] = [];
  let begun = 0;
  const sender = async () => {
    for (; begun < count;) {
      begun += 1;
      const [method, path, body] = dice.pick(valid);
      const request = mutateOften({ method, path, text: JSON.stringify(body ?? {}), headers: {} }, dice);
      const ask = request.path.startsWith('/v1/platform') ? system.platform : call;
      const fault = await send(ask, request);
      if (fault !== undefined) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return faults;
}

const groups = [
  ['template-worker', topics.journal.name],
  ['delivery-worker-sms', topics.messagesSms.name],
  ['delivery-worker-email', topics.messagesEmail.name],
  ['delivery-worker-sms-notices', topics.messagesSms.name],
  ['delivery-worker-email-notices', topics.messagesEmail.name],
  ['verifier', topics.deliveries.name],
  ['verifier-stats', topics.journal.name],
] as const;

const lagOf = async (): Promise<number> => {
  const all = await Promise.all(groups.map(([group, topic]) => system.foundation.log.lag(group, [topic])));
  return all.flat().reduce((sum, { records }) => sum + records, 0);
};

const caughtUp = () => eventually('every group to have read everything', async () => (await lagOf()) === 0, 60_000);

async function expectAllWorks(): Promise<void> {
  for (const channel of ['sms', 'email'] as const) {
    const { id, code } = await obtainCode(system, { channel });
    await eventually('the fate of a send', async () => {
      const { sends } = (await system.call('GET', `/v1/challenges/${id}`)).json;
      return sends[0].status === 'sent';
    });
    expect(await guess(system.call, id, code)).toMatchObject({ result: 'approved' });
  }
  expect(system.logLines.filter((line) => line.startsWith('fatal'))).toEqual([]);
}

describe('Ten thousand requests that are almost right', () => {
  it('are all answered by the words of the error table or as they deserve, and leave the memory as it was', async () => {
    const dice = createDice(seed);
    const { call, valid } = await validRequests();
    expect(await storm(call, valid, dice, requestsCount / 5)).toEqual([]);
    await caughtUp();
    const before = heapMiB();
    expect(await storm(call, valid, dice, (requestsCount * 4) / 5)).toEqual([]);
    await caughtUp();
    expect(heapMiB() - before).toBeLessThan(heapGrowthMaxMiB);
    expect(system.logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
    await expectAllWorks();
  }, 120_000);
});

describe('Ten thousand records that are almost right', () => {
  const names = [topics.journal.name, topics.messagesSms.name, topics.messagesEmail.name, topics.deliveries.name];

  it('stop no consumer, send nothing to anybody, and leave the memory as it was', async () => {
    const dice = createDice(seed + 1);
    const people = [];
    for (const channel of ['sms', 'email'] as const) {
      for (let count = 0; count < 3; count += 1) people.push(await obtainCode(system, { channel }));
    }
    await caughtUp();
    const subjects = new Set(people.map(({ id }) => id.slice(0, 22)));
    const kept = (await readRecords(system.foundation.log, names)).filter(({ key }) => subjects.has(String(key)));
    const written = new Set(kept.map(({ topic }) => topic));
    expect([...written].toSorted()).toEqual(names.toSorted());
    const before = heapMiB();
    for (let sent = 0; sent < recordsCount; sent += 250) {
      const records = Array.from({ length: 250 }, () => {
        const record: LogRecord = dice.pick(kept);
        return mutateRecord(record, dice.below(10) === 0 ? dice.pick(names) : record.topic, dice);
      });
      await system.foundation.log.publish(records);
    }
    await caughtUp();
    expect(heapMiB() - before).toBeLessThan(heapGrowthMaxMiB);
    for (const { to } of people) expect(system.inbox.list({ to })).toHaveLength(1);
    const letters = await readRecords(system.foundation.log, [topics.deadLetters.name]);
    expect(letters.length).toBeGreaterThan(recordsCount / 4);
    await expectAllWorks();
    for (const { id, code } of people) expect(await guess(system.call, id, code)).toMatchObject({ result: 'approved' });
  }, 120_000);
});
