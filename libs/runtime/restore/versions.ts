import type { Link } from '#core/chain.ts';
import { settingsDigest, versionKey } from '#core/tenant.ts';
import type { SettingsChanged } from '#schemas/tenant.ts';
import type { Filling } from '#storage/restoration.ts';

const versionsKept = 50;

/** Collects the contents of settings' versions, the last 50 of each level. */
export type Versions = { add(link: Link): void; end(): Promise<void> };

export function createVersions(filling: Filling): Versions {
  const contents = new Map<string, { key: string; value: string }[]>();
  return {
    add({ type, subject, data }) {
      if (type !== 'settings-changed') return;
      const { version, settings } = data as SettingsChanged;
      const key = versionKey(subject, { version, digest: settingsDigest(settings) });
      if (!filling.hasName(key)) return;
      const known = contents.get(subject) ?? [];
      contents.set(subject, [...known.slice(1 - versionsKept), { key, value: JSON.stringify(settings) }]);
    },
    async end() {
      for (const versions of contents.values())
        await Promise.all(versions.map(({ key, value }) => filling.claim(key, value)));
    },
  };
}
