import { probeMsMax, providersKey, type ProviderNote } from '#schemas/provider-note.ts';
import type { Foundation } from '#runtime/foundation.ts';

/** Why a provider does not count as working of whom nobody has heard lately. */
export const notChecked = 'not-checked';

/**
 * What delivery workers have last found out about their providers, by channel and name. One that nobody has asked for minutes is not
 * known to work any more: whoever asked it may be gone.
 */
export async function readProviders({ store, now }: Pick<Foundation, 'store' | 'now'>): Promise<ProviderNote[]> {
  const notes = Object.values(await store.notes(providersKey)).map((text) => JSON.parse(text) as ProviderNote);
  const at = now();
  return notes
    .map((note) => (at - note.checkedAt <= probeMsMax ? note : { ...note, working: false, reason: notChecked }))
    .toSorted((a, b) => (`${a.channel}/${a.name}` < `${b.channel}/${b.name}` ? -1 : 1));
}
