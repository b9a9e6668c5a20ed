import { effectiveSettings, type Source } from '#core/settings.ts';
import type { Settings } from '#core/settings-table.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import type { PlatformDocument, TenantDocument } from '#core/tenant.ts';
import type { Store } from '#storage/store.ts';
import { documentOf } from './document-of.ts';

export type TenantView = {
  readonly document: TenantDocument;
  readonly settings: Settings;
  readonly levels: Readonly<Record<string, Source>>;
  /** Names both levels' versions: it changes whenever a value may have. */
  readonly settingsVersion: string;
};

/** What is known of tenants, at most 2 s old; a store that is down rejects, and nothing is ever assumed instead. */
export type Tenants = {
  find(tenantId: string): Promise<TenantView | undefined>;
  /** Forgets what is known of a tenant's or the platform's subject, so that the next `find` reads it anew. */
  forget(subject: string): void;
};

/** A tenant's view holds the platform's settings too: what is seen of those is as old as both together. */
const tenantMsMax = 1_200;
const platformMsMax = 600;
const entriesMax = 10_000;

/**
 * Keeps tenants for 1.2 s and the platform's settings for 0.6 s, so that a revoked key or a changed setting holds everywhere
 * within 2 s.
 */
export function createTenants(store: Store): Tenants {
  const cached = new Map<string, { readonly at: number; readonly value: Promise<unknown> }>();

  /** Concurrent callers share one load; a failed load is forgotten at once. */
  function recent<T>(key: string, msMax: number, load: () => Promise<T>): Promise<T> {
    const entry = cached.get(key);
    if (entry && performance.now() - entry.at < msMax) return entry.value as Promise<T>;
    const value = load();
    cached.delete(key);
    if (cached.size >= entriesMax) cached.delete(cached.keys().next().value as string);
    cached.set(key, { at: performance.now(), value });
    value.catch(() => {
      if (cached.get(key)?.value === value) cached.delete(key);
    });
    return value;
  }

  async function view(tenantId: string): Promise<TenantView | undefined> {
    const [document, platform] = await Promise.all([
      store.load(tenantSubject(tenantId)).then(documentOf<TenantDocument>),
      recent(platformSubject, platformMsMax, () => store.load(platformSubject).then(documentOf<PlatformDocument>)),
    ]);
    if (!document) return undefined;
    const { settings, levels } = effectiveSettings(platform?.settings, document.settings);
    return {
      document,
      settings,
      levels,
      settingsVersion: `p${platform?.settingsVersion ?? 0}.t${document.settingsVersion}`,
    };
  }

  return {
    find: (tenantId) => recent(tenantSubject(tenantId), tenantMsMax, () => view(tenantId)),
    forget(subject) {
      // The platform's settings are part of every tenant's view.
      if (subject === platformSubject) cached.clear();
      else cached.delete(subject);
    },
  };
}
