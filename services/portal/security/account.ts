import { maskAddress } from '#core/address.ts';
import { ask, type At, type Standing } from '../enrol/place.ts';
import type { MethodKind } from '../method-kind.ts';
import { methodWords } from '../method-words.ts';
import { securityWords } from './words/words.ts';

export type OwnMethod = {
  readonly id: string;
  readonly type: MethodKind;
  readonly label: string;
  readonly default: boolean;
  readonly enrolledAt: string;
  readonly lastUsedAt?: string;
  readonly codesLeft?: number;
  readonly state: 'active' | 'locked' | 'disabled';
  readonly lockedUntil?: string;
};

/** An account as its owner's page is told it. */
export type Account = Omit<Standing, 'methods'> & {
  readonly methods: readonly OwnMethod[];
  readonly enforced: boolean;
  readonly offered: readonly string[];
  readonly stepUpUntil?: string;
};

export const readAccount = (at: At): Promise<Account> => ask<Account>(at, 'GET', '');

/** The part of a method's id that stands in addresses of pages: the rest is the account's. */
export const shortId = (id: string): string => id.slice(id.lastIndexOf('.') + 1);

/** What a person knows a method by; addresses masked, since others may look on. */
export function nameOf(at: At, { type, label }: Pick<OwnMethod, 'type' | 'label'>): string {
  if (label !== '' && (type === 'sms' || type === 'email')) return maskAddress(type, label);
  const { language } = at.session.content;
  return label || (type === 'backup-codes' ? securityWords[language].tab.codes : methodWords[language][type]);
}
