import type { SealedFor } from '#core/seal.ts';
import type { KeyRing } from './keys.ts';
import { openField, sealField } from './sealing.ts';

/** What the message of a challenge is made of beside its code, as the request gave it. */
export type MessageValues = {
  readonly params: Readonly<Record<string, string>>;
  readonly binding: Readonly<Record<string, string>>;
  readonly locale?: string;
};

/** Whose challenge it is. */
type Owner = Omit<SealedFor, 'field'>;

/** Seals them for whoever renders the message; undefined where there is nothing to seal. */
export function sealValues(
  keys: KeyRing,
  salt: string,
  owner: Owner,
  { params = {}, binding = {}, locale }: Partial<MessageValues>,
): string | undefined {
  if (Object.keys(params).length + Object.keys(binding).length === 0 && locale === undefined) return undefined;
  return sealField(keys, 'params', salt, { ...owner, field: 'params' }, JSON.stringify({ params, binding, locale }));
}

/** Undefined when nobody can read them any more. */
export function openValues(
  keys: KeyRing,
  salt: string,
  owner: Owner,
  sealed: string | undefined,
): MessageValues | undefined {
  if (sealed === undefined) return { params: {}, binding: {} };
  const text = openField(keys, 'params', salt, { ...owner, field: 'params' }, sealed);
  return text === undefined ? undefined : (JSON.parse(text) as MessageValues);
}
