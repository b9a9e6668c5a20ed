import { randomInt } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import type { EventName } from '#schemas/index.ts';
import { createAccountDeeds } from '../support/account-deeds.ts';
import { deriveCodeOf } from '../support/codes.ts';
import { anEmail, aPhone, eventually, generousSettings, wrong } from '../support/installation.ts';
import { chainFaults, chainsOf, fold, hashOf, readEvents } from '../support/journal.ts';
import { startSystem, type System } from '../support/system.ts';

const rounds = 3;
const commandsPerRound = 250;
const workers = 8;
const halfADayMs = 13 * 3_600_000;

const oneOf = <T>(all: readonly T[]): T | undefined => (all.length > 0 ? all[randomInt(all.length)] : undefined);

/** What so many commands cannot fail to make happen. */
const certain: readonly EventName[] = [
  'challenge-requested',
  'challenge-resend-requested',
  'attempt-rejected',
  'challenge-approved',
  'challenge-canceled',
  'address-reset',
  'settings-changed',
  'api-key-created',
  'tenant-updated',
  'account-created',
  'enrolment-started',
  'login-started',
  'account-erased',
];

/** A caller who does anything an application may do, in no order. What is refused is part of the load. */
function createCaller(system: System): () => Promise<void> {
  const addresses = [aPhone(), aPhone(), aPhone(), anEmail(), anEmail()];
  const challenges: string[] = [];
  const keyIds: string[] = [];
  const post = (path: string, body: object = {}) => system.call('POST', path, body);
  const onChallenge = async (what: string, body?: (id: string) => Promise<object>) => {
    const id = oneOf(challenges.slice(-12));
    if (id !== undefined) await post(`/v1/challenges/${id}/${what}`, await body?.(id));
  };
  const addressed = () => {
    const to = oneOf(addresses) ?? '';
    return { channel: to.startsWith('+') ? 'sms' : 'email', to };
  };
  const codeOf = (id: string) => deriveCodeOf(system.foundation, id).catch(() => '000000');

  const deeds: readonly (() => Promise<unknown>)[] = [
    async () => {
      const request = { ...addressed(), purpose: oneOf(['login', 'payment']), params: { name: 'Ada' }, locale: 'de' };
      const answer = await post('/v1/challenges', request);
      if (answer.status === 202) challenges.push(answer.json.id);
    },
    async () => {
      const answer = await post('/v1/challenges', { ...addressed(), binding: { amount: '10', payee: 'Bob' } });
      if (answer.status === 202) challenges.push(answer.json.id);
    },
    () => onChallenge('resend'),
    () => onChallenge('verify', async (id) => ({ code: wrong(await codeOf(id)) })),
    () => onChallenge('verify', async (id) => ({ code: await codeOf(id) })),
    () => onChallenge('verify', async (id) => ({ code: await codeOf(id), binding: { payee: 'Bob', amount: '10' } })),
    () => onChallenge('cancel'),
    () => post('/v1/addresses/reset', addressed()),
    () => system.call('PUT', '/v1/settings', { ...generousSettings, attemptsPerChallenge: randomInt(3, 9) }),
    async () => {
      const answer = await post('/v1/keys', { label: 'another', scopes: ['challenges'] });
      if (answer.status === 201) keyIds.push(answer.json.keyId);
    },
    () => post(`/v1/keys/${oneOf(keyIds)}/rotate`, { overlapSeconds: randomInt(100) }),
    () => system.call('DELETE', `/v1/keys/${oneOf(keyIds)}`),
    () => system.platform('PATCH', `/v1/platform/tenants/${system.tenant}`, { name: `Name ${randomInt(5)}` }),
  ];
  const accountDeeds = createAccountDeeds(system);
  return async () => void (await oneOf(randomInt(2) === 0 ? deeds : accountDeeds)?.());
}

async function load(act: () => Promise<void>, commands: number): Promise<void> {
  let left = commands;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** Chains of this system's own tenant and of the platform; on shared servers others write beside it. */
const chainsFor = async (system: System) => {
  const { tenant, foundation } = system;
  const ours = new Set([tenant, 'platform']);
  const told = await readEvents(foundation.log, (event) => ours.has(event.tenant) && event.version !== undefined);
  return { told, newest: new Map([...chainsOf(told).values()].map((chain) => [chain[0]?.event.subject ?? '', chain])) };
};

export function testReplay(kind: 'embedded' | 'kafka-redis'): void {
  it('holds the very documents that its journal makes, after any load', async () => {
    const system = await startSystem({ kind });
    onTestFinished(system.close);
    const { store } = system.foundation;
    const act = createCaller(system);
    for (let round = 0; round < rounds; round += 1) {
      await load(act, commandsPerRound);
      const { told, newest } = await chainsFor(system);
      expect(chainFaults(told)).toEqual([]);
      expect([...newest.keys()]).toEqual(expect.arrayContaining([platformSubject, tenantSubject(system.tenant)]));
      let addresses = 0;
      for (const [subject, chain] of newest) {
        const document = fold(chain);
        if (document === undefined) {
          await eventually('a record that is gone', async () => (await store.load(subject)) === undefined);
          continue;
        }
        const record = await eventually('a told record', async () => {
          const found = await store.load(subject);
          return found?.unlogged.length === 0 && found;
        });
        const last = chain.at(-1);
        expect(record).toMatchObject({
          document,
          version: chain.length,
          head: last && hashOf(last.record),
        });
        if (subject.length === 22 && chain[0]?.event.type === 'challenge-requested') addresses += 1;
      }
      expect(addresses).toBeGreaterThan(0);
      // What is forgotten is forgotten by the events' own time, so the next round makes room for what comes.
      system.clock.advance(halfADayMs);
    }
    const types = (await chainsFor(system)).told.map(({ event }) => event.type);
    expect(types).toEqual(expect.arrayContaining([...certain]));
  });
}
