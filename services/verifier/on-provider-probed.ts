import type { Event } from '#core/event.ts';
import type { ProviderProbed } from '#schemas/delivery.ts';
import { providerNoteMsKept } from '#schemas/provider-note.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { noteOfProbe } from '#runtime/notes.ts';

/** A provider was asked whether it works: noted for settings, which rely on it, and for whoever looks. The newest answer stands. */
export async function onProviderProbed({ store, now }: Pick<Foundation, 'store' | 'now'>, event: Event): Promise<void> {
  // Read again from the beginning, the log names providers that are long gone.
  if (now() - event.time > providerNoteMsKept) return;
  const note = noteOfProbe(event.data as ProviderProbed, event.time);
  await store.note(note.key, note.field, note.rank, note.value, note.ttlMs);
}
