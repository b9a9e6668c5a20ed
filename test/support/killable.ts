import { expect } from 'vitest';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { readAddress } from '#runtime/address-request.ts';
import { bucketOf, recordKey, unloggedKey } from '#storage/redis/keys.ts';
import { connectRedis } from '../../scripts/infra/redis.ts';
import type { Answer, Call } from './call.ts';
import { createCall } from './call.ts';
import { eventually } from './installation.ts';
import { readEvents, type Told } from './journal.ts';
import { startOwnServers } from './own-servers.ts';
import { startProcesses, type Processes, type ServiceProcess } from './processes.ts';
import { startGates, type Gates } from './victim.ts';

/** A process behind gates of its own, to be stopped between two steps and killed. */
export type Victim = { readonly process: ServiceProcess; readonly gates: Gates; readonly call: Call };

/** A deployment with two of each that answers: number 1 of both are victims, the others live on. */
export type Killable = {
  readonly system: Processes;
  readonly gateway: Victim;
  readonly verifier: Victim;
  readonly subjectOf: (to: string) => string;
  /** What the store holds of a subject and the log does not know yet. */
  readonly untold: (subject: string) => Promise<readonly EncodedEvent[]>;
  readonly journalOf: (subject: string) => Promise<Told[]>;
  /** Puts first in the relay's line what it cannot tell: a record that cannot be read, which it answers, and one that is gone. */
  readonly spoil: () => Promise<string>;
  close(): Promise<void>;
};

export async function startKillable(): Promise<Killable> {
  const servers = await startOwnServers();
  const gates = { gateway: await startGates(servers), verifier: await startGates(servers) };
  const gatesOf = (name: string) => (name === 'gateway' || name === 'verifier' ? gates[name] : undefined);
  const system = await startProcesses({
    gateway: 2,
    verifier: 2,
    'template-worker': 1,
    'delivery-worker': 1,
    servers,
    envOf: (name, index) => (index === 1 ? (gatesOf(name)?.env ?? {}) : {}),
  });
  const { foundation, tenant } = system;
  const victim = (name: 'gateway' | 'verifier'): Victim => {
    const process = system.of(name, 1);
    return { process, gates: gates[name], call: createCall(process.url, system.apiKey) };
  };
  return {
    system,
    gateway: victim('gateway'),
    verifier: victim('verifier'),
    subjectOf: (to) => readAddress(foundation.keys, tenant, { channel: 'sms', to }).subject,
    untold: async (subject) => (await foundation.store.load(subject))?.unlogged ?? [],
    journalOf: (subject) => readEvents(foundation.log, (event) => event.subject === subject),
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
      gates.gateway.close();
      gates.verifier.close();
      await servers.stop();
    },
  };
}

/** Kills the process as soon as it is stopped; false if it answered before. */
export async function killWhenStopped({ process, gates }: Victim, answer: Promise<Answer>): Promise<boolean> {
  let answered = false;
  const ended = answer.then(
    () => (answered = true),
    () => {},
  );
  await eventually('a stop or an answer', () => answered || gates.stopped());
  if (!answered) await process.kill();
  gates.open();
  await ended;
  return !answered;
}

/** Starts a verifier again until it serves: it is ready later, since its group waits for the one that died. */
export async function revive({ process }: Victim): Promise<void> {
  process.start().catch(() => {});
  const serves = () => createCall(process.url, '')('GET', '/.well-known/jwks.json').catch(() => undefined);
  await eventually('a verifier that serves', async () => (await serves())?.status === 200);
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
