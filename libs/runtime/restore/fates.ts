import { hashOf } from '#core/chain.ts';
import { decodeEvent, type Event } from '#core/event.ts';
import type { EncodedEvent } from '#core/encoded-event.ts';
import type { DeliveryFailed, DeliverySent, ProviderProbed } from '#schemas/delivery.ts';
import type { LogRecord } from '#storage/log.ts';
import type { Filling, Leased, Note } from '#storage/restoration.ts';
import { noteOfFate, noteOfProbe } from '../notes.ts';
import { dataFault } from '../validate.ts';
import { leaseKeyOf, leaseMsKept } from '../send-lease.ts';

const batchMax = 5_000;

/** Collects the fates of sends: for the notes that answers show, and so that no send that has ended is carried out again. */
export type Fates = { add(record: LogRecord): Promise<void>; flush(): Promise<void> };

export function createFates(filling: Filling, now: number): Fates {
  let notes: Note[] = [];
  let leases: Leased[] = [];

  async function flush(): Promise<void> {
    const [noted, ended] = [notes, leases];
    [notes, leases] = [[], []];
    await filling.note(noted);
    await filling.lease(ended);
  }

  function take(record: LogRecord, event: Event): void {
    if (event.type === 'provider-probed') {
      const note = noteOfProbe(event.data as ProviderProbed, event.time);
      if (filling.hasName(note.key)) notes.push({ ...note, endsAt: event.time + note.ttlMs });
      return;
    }
    if (event.type !== 'delivery-sent' && event.type !== 'delivery-failed') return;
    const data = event.data as DeliverySent | DeliveryFailed;
    const note = noteOfFate(data);
    if (note && filling.hasName(note.key)) notes.push({ ...note, endsAt: event.time + note.ttlMs });
    const key = leaseKeyOf(data);
    const forgetAt = event.time + leaseMsKept;
    if (forgetAt > now && filling.hasName(key))
      leases.push({ key, value: JSON.stringify(encodedOf(record)), forgetAt });
  }

  return {
    async add(record) {
      const decoded = decodeEvent(record);
      if (!decoded.ok || dataFault(decoded.event.type, decoded.event.data) !== undefined) return;
      take(record, decoded.event);
      if (notes.length + leases.length >= batchMax) await flush();
    },
    flush,
  };
}

/** The event as the lease keeps it: the bytes that were told, so that whoever finds the lease finished tells the same. */
function encodedOf(record: LogRecord): EncodedEvent {
  const headers = Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, String(value)]));
  const { topic, key, value } = record;
  return { topic, key: String(key), headers, value: String(value), hash: hashOf(record), version: 0 };
}
