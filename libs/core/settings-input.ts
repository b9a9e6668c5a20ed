import { repeatableName } from './field-name.ts';
import { effectiveSettings, isLockedBy, lockedPaths, ownValue, usesSystemSettings } from './settings.ts';
import type { OwnSettings } from './settings.ts';
import { providerFaults, ruleFaults, type ProviderState } from './settings-rules.ts';
import { settingsTable, type Level } from './settings-table.ts';
import { sayValue } from './settings-words.ts';

export type SettingsFault = {
  readonly field: string;
  readonly message: string;
  /** Why sound values are refused here and now, though they might be taken another time; without one they are wrong in themselves. */
  readonly reason?: 'locked' | 'misfit' | 'provider-not-working';
};

export type OutsideChecks = {
  /** Faults of a template's source in words, each with its place. */
  readonly template: (source: string, kind: 'sms' | 'email-subject' | 'email-text' | 'email-html') => readonly string[];
};

export type SettingsContext = {
  readonly level: Level;
  /** The platform's own settings: what a tenant inherits, and may not loosen where it is locked. */
  readonly platform: OwnSettings;
  /** What the level states until now. */
  readonly before: OwnSettings;
  readonly providers: readonly ProviderState[];
  readonly outside: OutsideChecks;
};

const leaves = new Map(settingsTable.map((entry) => [entry.path, entry]));
const branches = new Set(
  settingsTable.flatMap(({ path }) =>
    path
      .split('.')
      .slice(0, -1)
      .map((_, at, all) => all.slice(0, at + 1).join('.')),
  ),
);

/** All faults of what a level wants as its own settings, by the table, by the platform's locks and by what fits together; empty = good. */
export function checkSettings(input: unknown, context: SettingsContext): SettingsFault[] {
  const { level, platform, before, providers, outside } = context;
  const { faults, faulty } = shapeFaults(input, level, outside);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return faults;
  const stated = without(input as OwnSettings, faulty);
  if (level === 'platform') faults.push(...unknownLocks(stated));
  else faults.push(...lockFaults(platform, stated));
  const [above, below] = level === 'platform' ? [stated, undefined] : [platform, stated];
  const { settings } = effectiveSettings(above, below);
  // What is handed over to the platform takes no effect: it is held to these once it is to take effect again.
  if (!usesSystemSettings(below)) {
    faults.push(...ruleFaults(settings, (path) => !faulty.has(path)));
    faults.push(...providerFaults({ before, after: stated, settings, providers }));
  }
  return faults;
}

/** Faults by the table alone, and the settings that have one. */
function shapeFaults(input: unknown, level: Level, outside: OutsideChecks) {
  const faults: SettingsFault[] = [];
  const faulty = new Set<string>();
  const tell = (field: string, message: string) => faults.push({ field, message });
  const walk = (value: unknown, path: string) => {
    const leaf = leaves.get(path);
    if (leaf && leaf.only !== undefined && leaf.only !== level) {
      faulty.add(path);
      tell(path, `can be set by the ${leaf.only} only`);
    } else if (leaf) {
      for (const { at, message } of leaf.check(value, outside)) {
        faulty.add(path);
        tell(path + at.replace(/[^.].*/s, repeatableName), message);
      }
    } else if (path !== '' && !branches.has(path)) {
      tell(path, 'is no setting');
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      for (const inner of leaves.keys()) if (inner.startsWith(`${path}.`)) faulty.add(inner);
      tell(path || 'settings', 'must be an object');
    } else {
      for (const [name, inner] of Object.entries(value)) {
        const shown = repeatableName(name);
        const field = path ? `${path}.${shown}` : shown;
        // A name of nothing or with a dot in it would pass for another place.
        if (/^$|\./.test(name)) tell(field || 'settings', 'is no setting');
        else walk(inner, field);
      }
    }
  };
  walk(input, '');
  return { faults, faulty };
}

/** The input as far as it is sound, so that one wrong field hides nothing about the others. */
function without(input: OwnSettings, faulty: ReadonlySet<string>, path = ''): OwnSettings {
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]) => {
      const at = path ? `${path}.${name}` : name;
      if (leaves.has(at)) return faulty.has(at) ? [] : [[name, value]];
      const isBranch = branches.has(at) && typeof value === 'object' && value !== null && !Array.isArray(value);
      return isBranch ? [[name, without(value as OwnSettings, faulty, at)]] : [];
    }),
  );
}

/** What is locked must be something that tenants have. */
function unknownLocks(own: OwnSettings): SettingsFault[] {
  return lockedPaths(own).flatMap((name, index) =>
    settingsTable.some((row) => isLockedBy([name], row))
      ? []
      : [{ field: `locked.${index}`, message: 'is no setting that tenants have' }],
  );
}

/** A locked field can only be made stricter; one that knows no stricter value can only be left out, or stay as it is. */
function lockFaults(platform: OwnSettings, own: OwnSettings): SettingsFault[] {
  if (usesSystemSettings(own)) return [];
  const locks = lockedPaths(platform);
  return settingsTable.flatMap((row) => {
    const { path, order, initial } = row;
    const value = ownValue(own, path);
    const bound = ownValue(platform, path) ?? initial;
    if (value === undefined || !isLockedBy(locks, row) || order.keeps(value, bound)) return [];
    const rest = order.stricter === '' ? 'a tenant cannot change it' : `a tenant may only set ${order.stricter}`;
    const message = `is locked by the platform at ${sayValue(bound)}: ${rest}`;
    return [{ field: path, message, reason: 'locked' }];
  });
}
