import type { Event } from '#core/event.ts';
import type { ProviderProbed } from '#schemas/delivery.ts';
import { providerField, providerNoteMsKept, providersKey, type ProviderNote } from '#schemas/provider-note.ts';
import type { Foundation } from '#runtime/foundation.ts';

/** A provider was asked whether it works: noted for settings, which rely on it, and for whoever looks. The newest answer stands. */
export async function onProviderProbed({ store, now }: Pick<Foundation, 'store' | 'now'>, event: Event): Promise<void> {
  // Read again from the beginning, the log names providers that are long gone.
  if (now() - event.time > providerNoteMsKept) return;
  const { name, channel, working, reason } = event.data as ProviderProbed;
  const note: ProviderNote = { name, channel, working, checkedAt: event.time, ...(reason !== undefined && { reason }) };
  await store.note(providersKey, providerField(note), event.time, JSON.stringify(note), providerNoteMsKept);
}
