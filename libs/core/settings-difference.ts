import { sameValue } from './canonical.ts';
import { ownValue, type Effective, type Source } from './settings.ts';
import { settingsTable } from './settings-table.ts';
import { sayChange } from './settings-words.ts';

export type SettingsChange = {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Who gives the value then. */
  readonly level: Source;
  readonly words: string;
};

/** What differs in what takes effect: values that only change hands are no difference. */
export function differences(before: Effective, after: Effective): SettingsChange[] {
  return settingsTable.flatMap(({ path }) => {
    const [from, to] = [ownValue(before.settings, path), ownValue(after.settings, path)];
    if (sameValue(from, to)) return [];
    return [{ field: path, from, to, level: after.levels[path] ?? 'default', words: sayChange(path, to, from) }];
  });
}
