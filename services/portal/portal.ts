import type { KeyRing } from '#runtime/keys.ts';
import type { Api } from './api.ts';

/** What the pages stand on. They have no store, no log, and of all keys only the one that seals their cookies. */
export type Portal = {
  readonly api: Api;
  readonly keys: KeyRing;
  /** Scheme, host and port under which browsers see the pages; forms come from there or are not ours. */
  readonly origin: string;
  /** Whether that is https: cookies are then Secure, and answers ask for nothing else. */
  readonly secure: boolean;
  readonly now: () => number;
};

/** Pages that browsers see at a URL. */
export function portalAt(url: string, ground: Pick<Portal, 'api' | 'keys' | 'now'>): Portal {
  const { origin, protocol } = new URL(url);
  return { ...ground, origin, secure: protocol === 'https:' };
}
