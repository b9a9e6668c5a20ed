import { decodeEvent } from '#core/event.ts';
import type { OwnSettings } from '#core/settings.ts';
import { settingsDigest, versionKey, type SettingsVersion } from '#core/tenant.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { SettingsChanged } from '#schemas/tenant.ts';
import { topics } from '#schemas/topics.ts';
import type { Log, LogRecord } from '#storage/log.ts';
import type { Store } from '#storage/store.ts';
import { Unavailable } from '#storage/unavailable.ts';

/** How far the clocks of who decided and of the log may be apart for the quick search. */
const skewMs = 60_000;
const searchMsMax = 10_000;

/** Lays a version's content down for good, before the commit that lists it: a crash in between leaves what nobody lists. */
export async function keepVersion(store: Store, subject: string, version: number, settings: OwnSettings) {
  const key = versionKey(subject, { version, digest: settingsDigest(settings) });
  await store.claim(key, JSON.stringify(settings));
}

/**
 * The content of a listed version. What the store has lost is found again in the journal and laid down once more; undefined if it is in
 * neither. Rejects with Unavailable when the search takes too long.
 */
export async function readVersion(
  { store, log, logger }: Pick<Foundation, 'store' | 'log' | 'logger'>,
  subject: string,
  entry: SettingsVersion,
): Promise<OwnSettings | undefined> {
  const kept = await store.claimed(versionKey(subject, entry));
  if (kept !== undefined) return JSON.parse(kept) as OwnSettings;
  const found = await findInJournal(log, subject, entry);
  logger.warn('settings-version-searched', { subject, count: entry.version, outcome: found ? 'found' : 'gone' });
  if (found) await keepVersion(store, subject, entry.version, found);
  return found;
}

/** Looks where the event should be, by its time; only then everywhere. */
async function findInJournal(log: Log, subject: string, entry: SettingsVersion): Promise<OwnSettings | undefined> {
  const deadline = performance.now() + searchMsMax;
  for (const span of [{ from: entry.at - skewMs }, { to: entry.at + skewMs }]) {
    for await (const record of log.read({ topics: [topics.journal.name], ...span })) {
      if (performance.now() > deadline) throw new Unavailable('log', 'the search for a version takes too long');
      const settings = settingsIn(record, subject, entry);
      if (settings) return settings;
    }
  }
  return undefined;
}

function settingsIn(record: LogRecord, subject: string, entry: SettingsVersion): OwnSettings | undefined {
  if (record.key?.toString() !== subject) return undefined;
  const decoded = decodeEvent(record);
  if (!decoded.ok || decoded.event.type !== 'settings-changed') return undefined;
  const { version, settings } = decoded.event.data as SettingsChanged;
  return version === entry.version && settingsDigest(settings) === entry.digest ? settings : undefined;
}
