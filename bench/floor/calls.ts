import { randomBytes } from 'node:crypto';
import type { EncodedEvent } from '#core/encoded-event.ts';
import { limitsOfSend } from '#core/throttle.ts';
import { topics } from '#schemas/topics.ts';
import type { Storage } from '#storage/open.ts';
import { quotas } from '../tenant.ts';

/** As long as those of a challenge by SMS. */
const documentBytes = 1_050;
const valueBytes = 650;
const headerBytes = 420;

const document = JSON.stringify({ filler: 'd'.repeat(documentBytes - 13) });
const value = JSON.stringify({ filler: 'v'.repeat(valueBytes - 13) });
const headers = { ce_specversion: '1.0', filler: 'h'.repeat(headerBytes - 24) };
const salt = 's'.repeat(43);

/** The calls to store and log that the request of one challenge makes before its answer, in their order. */
export async function callsOfOneChallenge({ store, log }: Storage, subject: string): Promise<void> {
  await store.load(subject);
  const counted = { destination: subject, prefix: subject.slice(0, 2) };
  await store.reserve(subject, limitsOfSend('floor', counted, quotas, 30));
  const hash = randomBytes(32).toString('hex');
  const event: EncodedEvent = { topic: topics.journal.name, key: subject, headers, value, hash, version: 1 };
  const events = [event];
  const expiresAt = Date.now() + 86_400_000;
  const life = subject.slice(0, 11);
  const result = await store.commit({ subject, head: '', life, salt, document, events, expiresAt });
  if (result.kind !== 'committed') throw new Error('a new subject conflicts with nothing');
  if (result.unlogged.length === 0) return;
  await log.publish(result.unlogged);
  await store.settle(subject, events);
}
