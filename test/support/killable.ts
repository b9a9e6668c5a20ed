import { expect } from 'vitest';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { readAddress } from '#runtime/address-request.ts';
import { bucketOf, recordKey, unloggedKey } from '#storage/redis-keys.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import type { Answer, Call } from './call.ts';
import { createCall } from './call.ts';
import { eventually } from './installation.ts';
import { readEvents, type Told } from './journal.ts';
import { startOwnServers } from './own-servers.ts';
import { startProcesses, type Processes, type ServiceProcess } from './processes.ts';
import { startGates, type Gates } from './victim.ts';

/** A deployment whose gateway 1 and verifier 1 stand behind gates, to be stopped between two steps and killed; the others live on. */
export type Killable = {
  readonly system: Processes;
  readonly gates: Gates;
  readonly gateway: ServiceProcess;
  readonly verifier: ServiceProcess;
  /** Calls to the two that die. */
  readonly callGateway: Call;
  readonly callVerifier: Call;
  readonly subjectOf: (to: string) => string;
  /** What the store holds of a subject and the log does not know yet. */
  readonly untold: (subject: string) => Promise<readonly EncodedEvent[]>;
  readonly journalOf: (subject: string) => Promise<Told[]>;
  /** Kills the process as soon as it is stopped; false if it answered before. */
  readonly killWhenStopped: (victim: ServiceProcess, answer: Promise<Answer>) => Promise<boolean>;
  /** Starts a verifier again until it serves: it is ready later, since its group waits for the one that died. */
  readonly revive: (verifier: ServiceProcess) => Promise<void>;
  /** Puts first in the relay's line what it cannot tell: a record that cannot be read, which it answers, and one that is gone. */
  readonly spoil: () => Promise<string>;
  close(): Promise<void>;
};

export async function startKillable(): Promise<Killable> {
  const servers = await startOwnServers();
  const gates = await startGates(servers);
  const system = await startProcesses({
    gateway: 2,
    verifier: 2,
    'template-worker': 1,
    'delivery-worker': 1,
    servers,
    envOf: (_, index) => (index === 1 ? gates.env : {}),
  });
  const { foundation, tenant } = system;
  const verifier = system.of('verifier', 1);
  return {
    system,
    gates,
    gateway: system.of('gateway', 1),
    verifier,
    callGateway: system.callOf(1),
    callVerifier: createCall(verifier.url, system.apiKey),
    subjectOf: (to) => readAddress(foundation.keys, tenant, { channel: 'sms', to }).subject,
    untold: async (subject) => (await foundation.store.load(subject))?.unlogged ?? [],
    journalOf: (subject) => readEvents(foundation.log, (event) => event.subject === subject),
    async killWhenStopped(victim, answer) {
      let answered = false;
      const ended = answer.then(
        () => (answered = true),
        () => {},
      );
      await eventually('a stop or an answer', () => answered || gates.stopped());
      if (answered) return false;
      await victim.kill();
      gates.open();
      await ended;
      return !answered;
    },
    async revive(dead) {
      dead.start().catch(() => {});
      const serves = () => createCall(dead.url, '')('GET', '/.well-known/jwks.json').catch(() => undefined);
      await eventually('a verifier that serves', async () => (await serves())?.status === 200);
    },
    async spoil() {
      const redis = await connectRedis(servers.redisUrl);
      const [unreadable, gone] = ['unreadable', 'gone'];
      const fields = { head: 'h', life: 'l', version: 1, salt: 's', document: '{}', expiresAt: 0, 'e:1': 'no JSON' };
      await redis.hset(recordKey(unreadable), fields);
      for (const subject of [unreadable, gone]) await redis.zadd(unloggedKey(bucketOf(subject)), 1, subject);
      redis.disconnect();
      return unreadable;
    },
    async close() {
      await system.close();
      gates.close();
      await servers.stop();
    },
  };
}

/** What the store kept stands in the log, byte for byte. */
export function expectSameBytes(told: readonly Told[], kept: readonly EncodedEvent[]): void {
  for (const event of kept) {
    const record = told.find((one) => one.event.id === event.headers['ce_id'])?.record;
    const headers = Object.entries(record?.headers ?? {}).map(([name, value]) => [name, String(value)]);
    expect(record?.value?.toString()).toBe(event.value);
    expect(record?.key?.toString()).toBe(event.key);
    expect(Object.fromEntries(headers)).toEqual(event.headers);
  }
}
