import type { AccountDocument } from '#core/account-document.ts';
import type { Groups } from '#core/account-policy.ts';
import type { KeyRing } from './keys.ts';
import { openField, sealField } from './sealing.ts';

/** The account whose fields are sealed and opened, and the salt of its record. */
export type AccountPlace = {
  readonly keys: KeyRing;
  readonly tenant: string;
  readonly accountId: string;
  readonly salt: string;
};

const whomOf = ({ tenant, accountId }: AccountPlace, field: string, thing: string) => ({
  tenant,
  subject: accountId,
  field,
  thing,
});

/** Seals a field of an account, so that it goes with the account. @param thing id of what the field describes */
export const sealOf = (place: AccountPlace, field: string, thing: string, text: string): string =>
  sealField(place.keys, 'address', place.salt, whomOf(place, field, thing), text);

/** A sealed field of an account, or undefined where there is none or nobody can read it any more. */
export function openOf(
  place: AccountPlace,
  field: string,
  thing: string,
  sealed: string | undefined,
): string | undefined {
  if (sealed === undefined) return undefined;
  return openField(place.keys, 'address', place.salt, whomOf(place, field, thing), sealed);
}

/** The language that a person is written to in. */
export const localeOf = (place: AccountPlace, { locale }: AccountDocument): string | undefined =>
  openOf(place, 'locale', place.accountId, locale);

export const sealGroups = (place: AccountPlace, groups: readonly string[]): string =>
  sealOf(place, 'groups', place.accountId, JSON.stringify(groups));

/** The groups that the application named with the account, as data for rules. */
export function groupsOf(place: AccountPlace, { groups }: AccountDocument): Groups {
  if (groups === undefined) return [];
  const text = openOf(place, 'groups', place.accountId, groups);
  return text === undefined ? 'unreadable' : (JSON.parse(text) as string[]);
}
