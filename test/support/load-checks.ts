import { expect } from 'vitest';
import type { DeliveryFailed, DeliverySent } from '#schemas/delivery.ts';
import { topics } from '#schemas/topics.ts';
import { readAddress } from '#runtime/address-request.ts';
import { eventually, type TestTenant } from './installation.ts';
import { chainFaults, chainsOf, firstOnes, hashOf, readEvents } from './journal.ts';
import type { Processes } from './processes.ts';
import type { Asked } from './steady-load.ts';

type Fate = DeliverySent | DeliveryFailed;

/** The fate of each challenge as the log tells it; exactly one for each, or the test fails. */
export async function fatesOf(system: Processes, asked: readonly Asked[]): Promise<Map<string, Fate>> {
  const wanted = new Set(asked.map(({ id }) => id));
  const about = (data: unknown) => (data as { challengeId?: string }).challengeId;
  const told = await readEvents(system.foundation.log, ({ data }) => wanted.has(about(data)), [topics.deliveries.name]);
  const fates = Map.groupBy(firstOnes(told), ({ event }) => about(event.data) ?? '');
  for (const [, several] of fates) expect(several).toHaveLength(1);
  return new Map([...fates].map(([id, [one]]) => [id, one?.event.data as Fate]));
}

/** Each has a fate by then. */
export async function allHaveFates(system: Processes, asked: readonly Asked[], timeoutMs: number) {
  return await eventually(
    'a fate of each send',
    async () => {
      const fates = await fatesOf(system, asked);
      return fates.size === asked.length && fates;
    },
    timeoutMs,
  );
}

/** How many messages each address got. */
export const receiptsOf = (system: Processes): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { to } of [...system.sms.received, ...system.mail.received]) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
};

/** Sent means received, failed means not, and twice only where the fate says that it may be. */
export function expectReceived(system: Processes, asked: readonly Asked[], fates: ReadonlyMap<string, Fate>): void {
  const receipts = receiptsOf(system);
  for (const { to, id = '' } of asked) {
    const fate = fates.get(id);
    const received = receipts.get(to) ?? 0;
    const isSent = fate !== undefined && !('reason' in fate);
    expect(received, 'messages at least').toBeGreaterThanOrEqual(isSent ? 1 : 0);
    expect(received, 'messages at most').toBeLessThanOrEqual(fate?.possibleDuplicate ? 2 : isSent ? 1 : 0);
  }
}

/**
 * What the store decided is what the log tells, for every address that was asked for, whatever the caller heard: a record has a chain
 * in the journal that ends with its head, and a chain without a fault has a record.
 */
export async function expectTold(system: Processes, { tenant }: TestTenant, asked: readonly Asked[]): Promise<number> {
  const { keys, store, log } = system.foundation;
  const told = await readEvents(log, (event) => event.tenant === tenant);
  expect(chainFaults(told)).toEqual([]);
  const heads = new Map(
    [...chainsOf(told).values()].map((chain) => [chain[0]?.event.subject, hashOf((chain.at(-1) ?? told[0])!.record)]),
  );
  let decided = 0;
  for (const { channel, to, status } of asked) {
    const record = await store.load(readAddress(keys, tenant, { channel, to }).subject);
    if (status === 202) expect(record, 'the record of what was accepted').toBeDefined();
    if (!record) continue;
    decided += 1;
    expect(record.unlogged).toEqual([]);
    expect(heads.get(readAddress(keys, tenant, { channel, to }).subject)).toBe(record.head);
  }
  return decided;
}
