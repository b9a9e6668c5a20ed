import type { Event } from '#core/event.ts';
import type { DeliveryFailed, DeliverySent } from '#schemas/delivery.ts';
import { topics } from '#schemas/topics.ts';
import type { Subscription } from '#storage/log.ts';
import { consume } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { noteOfFate } from '#runtime/notes.ts';
import { onProviderProbed } from './on-provider-probed.ts';

/**
 * A send has its fate: noted for GET to show. It decides nothing, so it is a projection and no fact of the subject's. No answer shows
 * what became of a notice; the log tells.
 */
export async function onDelivery({ store }: Foundation, event: Event): Promise<void> {
  const note = noteOfFate(event.data as DeliverySent | DeliveryFailed);
  if (note) await store.note(note.key, note.field, note.rank, note.value, note.ttlMs);
}

/** Consumes the fates of sends until closed. */
export function startNotingDeliveries(foundation: Foundation): Promise<Subscription> {
  const { log, logger, telemetry } = foundation;
  const note = (event: Event) => onDelivery(foundation, event);
  return consume({
    log,
    logger,
    telemetry,
    group: 'verifier',
    topics: [topics.deliveries.name],
    concurrency: 64,
    reactions: {
      'delivery-sent': note,
      'delivery-failed': note,
      'provider-probed': (event) => onProviderProbed(foundation, event),
    },
  });
}
