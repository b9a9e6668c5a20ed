import { ownValue, type OwnSettings } from '#core/settings.ts';
import { settingsTable, type Level } from '#core/settings-table.ts';
import { ApiProblem } from '../../api.ts';
import type { Desk } from '../desk.ts';

export type Inherited = { readonly value: unknown; readonly source: 'platform' | 'default' };

/** A level's settings as they are, and what it would have without its own. */
export type SettingsNow = {
  readonly level: Level;
  readonly version: number;
  readonly own: OwnSettings;
  readonly inherited: ReadonlyMap<string, Inherited>;
  /** Paths that the platform has locked. */
  readonly locked: ReadonlySet<string>;
  /** Own values that take no effect. */
  readonly overridden: ReadonlySet<string>;
};

export type SettingsAnswer = { readonly version: number; readonly settings: OwnSettings };
export type Change = {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly level: string;
  readonly words: string;
};
export type Trial = { readonly version: number; readonly changes: readonly Change[] };
type Effective = {
  readonly settings: OwnSettings;
  readonly levels: Readonly<Record<string, string>>;
  readonly locked: readonly string[];
  readonly overridden: readonly string[];
};

export const levelOf = ({ admin }: Desk): Level => admin.kind;
/** Where the level's calls are. */
export const settingsPath = (desk: Desk) => (levelOf(desk) === 'platform' ? '/v1/platform/settings' : '/v1/settings');
export const etagOf = (version: number) => `"${version}"`;

/** What these own settings would change; a Problem lists every fault, 412 where `version` is another meanwhile. */
export const tryOut = (desk: Desk, settings: OwnSettings, version: number) =>
  desk.call<Trial>({
    method: 'PUT',
    path: `${settingsPath(desk)}?dryRun=true`,
    body: settings,
    ifMatch: etagOf(version),
  });

export async function readSettings(desk: Desk): Promise<SettingsNow> {
  const level = levelOf(desk);
  const read = () => desk.call<SettingsAnswer>({ method: 'GET', path: settingsPath(desk) });
  if (level === 'platform') {
    const { version, settings: own } = await read();
    const none = new Set<string>();
    return { level, version, own, inherited: defaults(), locked: none, overridden: none };
  }
  const [{ version, settings: own }, effective, without] = await Promise.all([
    read(),
    desk.call<Effective>({ method: 'GET', path: '/v1/settings/effective' }),
    // What holds without own values is what a tenant gets that leaves everything to the platform.
    desk.call<Trial>({ method: 'PUT', path: '/v1/settings?dryRun=true', body: { useSystemSettings: true } }),
  ]);
  const other = new Map(without.changes.map((change) => [change.field, change]));
  const inherited = new Map(
    settingsTable.map(({ path }): [string, Inherited] => {
      const change = other.get(path);
      const source = change ? change.level : (effective.levels[path] ?? 'default');
      return [
        path,
        {
          value: change ? change.to : ownValue(effective.settings, path),
          source: source === 'default' ? source : 'platform',
        },
      ];
    }),
  );
  return {
    level,
    version,
    own,
    inherited,
    locked: new Set(effective.locked),
    overridden: new Set(effective.overridden),
  };
}

const defaults = () =>
  new Map(settingsTable.map(({ path, initial }): [string, Inherited] => [path, { value: initial, source: 'default' }]));

/** A kept version's own settings; undefined where nobody has it any more. */
export async function readVersion(desk: Desk, version: number): Promise<OwnSettings | undefined> {
  if (version === 0) return {};
  try {
    const path = `${settingsPath(desk)}/versions/${version}`;
    return (await desk.call<SettingsAnswer>({ method: 'GET', path })).settings;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
