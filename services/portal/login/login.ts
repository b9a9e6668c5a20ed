import { ask, type At, type Standing } from '../enrol/place.ts';
import type { MethodWords } from '../method-words.ts';

export type LoginMethod = {
  readonly id: string;
  readonly type: keyof MethodWords;
  /** Masked where it is an address. */
  readonly label: string;
  readonly codesLeft?: number;
  readonly state?: 'active' | 'locked' | 'disabled';
  readonly lockedUntil?: string;
};

/** The code that went out last. */
export type Sending = {
  readonly methodId: string;
  readonly to: string;
  readonly resendAvailableAt: string;
  readonly sendsLeft: number;
  readonly expiresAt: string;
  readonly status?: 'queued' | 'sent' | 'failed';
};

/** A login as its page is told it. */
export type LoginView = Omit<Standing, 'methods' | 'status'> & {
  readonly status: string;
  readonly reason?: string;
  readonly methods: readonly LoginMethod[];
  readonly defaultMethodId?: string;
  readonly attemptsLeft: number;
  readonly sending?: Sending;
  readonly lockedUntil?: string;
};

export const readLogin = (at: At): Promise<LoginView> => ask<LoginView>(at, 'GET', '');

/** The part of a method's id that stands in addresses and forms of the page: the rest is the account's. */
export const shortId = ({ id }: LoginMethod): string => id.slice(id.lastIndexOf('.') + 1);

export const isSent = ({ type }: LoginMethod): boolean => type === 'sms' || type === 'email';

/** One that can pass the login now, as far as a page may know. */
export const isOpen = ({ state }: LoginMethod): boolean => state !== 'locked' && state !== 'disabled';

/** The method that a page begins with: the default one, unless it locked in this login. */
export function firstMethod({ methods, defaultMethodId }: LoginView): LoginMethod | undefined {
  const open = methods.filter(isOpen);
  return open.find(({ id }) => id === defaultMethodId) ?? open[0];
}

/** The code that went to a method and counts, as far as the login tells. */
export function sendingTo({ sending }: LoginView, method: LoginMethod): Sending | undefined {
  return sending?.methodId === method.id ? sending : undefined;
}

/** A code that went out and is still good. */
export const isLive = ({ expiresAt }: Sending, now: number): boolean => now < Date.parse(expiresAt);

/** What a person calls the way: a method, or the code that support gave. */
export type Way = LoginMethod | 'support';
