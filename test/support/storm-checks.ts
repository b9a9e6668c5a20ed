import { expect } from 'vitest';
import type { DeliveryFailed, DeliverySent } from '#schemas/delivery.ts';
import { topics } from '#schemas/topics.ts';
import type { Log } from '#storage/log.ts';
import { bySubject, chainFaults, firstOnes, readEvents, type Told } from './journal.ts';
import type { Promised } from './storm.ts';

type Fate = DeliverySent | DeliveryFailed;

/** Holds what callers were promised against what the log says. */
export async function expectKept(
  log: Log,
  tenant: string,
  promised: readonly Promised[],
  textsTo: (to: string) => readonly unknown[],
): Promise<void> {
  const ours = (event: { tenant: string }) => event.tenant === tenant;
  const told = await readEvents(log, ours);
  expect(chainFaults(told)).toEqual([]);
  const journals = bySubject(told);
  const deliveries = firstOnes(await readEvents(log, ours, [topics.deliveries.name]));
  const fates = Map.groupBy(deliveries, ({ event }) => (event.data as { challengeId?: string }).challengeId ?? '');
  for (const one of promised) {
    const types = (type: string): Told[] =>
      (journals.get(one.subject) ?? []).filter(({ event }) => event.type === type);
    expect(types('challenge-requested').map(({ event }) => event.about)).toEqual([one.id]);
    expect(types('attempt-rejected')).toHaveLength(one.wrongGuesses);
    const jtis = types('challenge-approved').map(({ event }) => (event.data as { proof: { jti: string } }).proof.jti);
    expect(jtis).toEqual(one.jti === undefined ? [] : [one.jti]);
    const own = fates.get(one.id) ?? [];
    expect(own).toHaveLength(1);
    const fate = own[0]?.event.data as Fate | undefined;
    const received = textsTo(one.to).length;
    // What reached the person, against what the fate says: sent means once, unless it says that it may be more.
    expect(received).toBeLessThanOrEqual(fate?.possibleDuplicate ? 2 : 1);
    expect(received).toBeGreaterThanOrEqual(own[0]?.event.type === 'delivery-sent' ? 1 : 0);
  }
}
