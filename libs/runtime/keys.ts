import { hkdfSync } from 'node:crypto';
import { keyedDigest } from '#core/bytes.ts';

/** What each key is for; a service opens only its own (docs/security.md, Keys of the installation). */
export const purposes = [
  'subject',
  'destination',
  'claim',
  'session',
  'address',
  'params',
  'message',
  'otp',
  'method',
  'proof',
  'portal',
] as const;

export type Purpose = (typeof purposes)[number];
export type PurposeKey = { readonly kid: string; readonly key: Buffer };

export type KeyRing = {
  /** The key to make new things with. Throws for a purpose that this process was not given. */
  newest(purpose: Purpose): PurposeKey;
  /** The key that made something, or undefined if it is not in the ring. */
  byKid(purpose: Purpose, kid: string): Buffer | undefined;
  /** All keys of a purpose, newest first. */
  all(purpose: Purpose): readonly PurposeKey[];
};

/** What may never be rotated: digests made with another key would find nothing. */
const fixed: ReadonlySet<Purpose> = new Set(['subject', 'destination']);

const expand = (master: Buffer, label: string) =>
  Buffer.from(hkdfSync('sha256', master, '', `twofold/${label}/v1`, 32));

/** The public name of a key: it tells nothing of the key and stands in every event that was made with it. */
export const kidOf = (source: Buffer): string =>
  keyedDigest(source, 'twofold/kid/v1').toString('base64url').slice(0, 8);

/**
 * Opens the ring: each purpose's own keys (KEY_<PURPOSE>) where given, else expanded from the master keys by HKDF-SHA256 (RFC 5869).
 * Lists are newest first; `subject` and `destination` take the last one only.
 */
export function openKeyRing(options: {
  readonly masterKeys: readonly Buffer[];
  readonly purposeKeys?: Partial<Record<Purpose, readonly Buffer[]>>;
  readonly purposes: readonly Purpose[];
}): KeyRing {
  const ring = new Map<Purpose, readonly PurposeKey[]>();
  for (const purpose of options.purposes) {
    const own = options.purposeKeys?.[purpose];
    const sources = own?.length ? own : options.masterKeys;
    const chosen = fixed.has(purpose) ? sources.slice(-1) : sources;
    ring.set(
      purpose,
      chosen.map((source) => ({
        kid: kidOf(source),
        key: own?.length ? source : expand(source, purpose),
      })),
    );
  }
  const all = (purpose: Purpose) => {
    const keys = ring.get(purpose);
    if (!keys?.length) throw new Error(`this service was not given a key for ${purpose}`);
    return keys;
  };
  return {
    newest: (purpose) => all(purpose)[0] as PurposeKey,
    byKid: (purpose, kid) => all(purpose).find((key) => key.kid === kid)?.key,
    all,
  };
}
