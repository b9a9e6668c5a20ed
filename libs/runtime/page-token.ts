import { keyedDigest, sameSecret } from '#core/bytes.ts';
import type { AccountDocument } from '#core/account-document.ts';
import { findLogin } from '#core/login-status.ts';
import { subjectOfThing } from '#core/subject.ts';
import type { KeyRing } from './keys.ts';

/**
 * Handles, page tokens and result codes are keyed digests of a nonce that stands in the account's record, so a repeated answer gives
 * the same one and nothing of them is kept. `thing` is a login's id or, for the Security tab,
 * the account's.
 */
export type PagePlace = { readonly accountId: string; readonly thing: string; readonly nonce: string };

const prefix = 'tfp_';
const tokenPattern = /^tfp_([A-Za-z0-9_-]{22}(?:\.l[A-Za-z0-9_-]{22})?)~([A-Za-z0-9_-]{22})~([A-Za-z0-9_-]{43})$/;
const handlePattern = /^([A-Za-z0-9_-]{22}(?:\.l[A-Za-z0-9_-]{22})?)~([A-Za-z0-9_-]{22})~([A-Za-z0-9_-]{43})$/;

function macOf(key: Uint8Array, kind: 'handle' | 'token' | 'result', place: Omit<PagePlace, 'accountId'>): string {
  return keyedDigest(key, `twofold.page.${kind}.v1`, place.thing, place.nonce).toString('base64url');
}

/** The part of a pageUrl that opens it, once. */
export function handleOf(keys: KeyRing, thing: string, nonce: string): string {
  return `${thing}~${nonce}~${macOf(keys.newest('session').key, 'handle', { thing, nonce })}`;
}

export function tokenOf(keys: KeyRing, thing: string, nonce: string): string {
  return `${prefix}${thing}~${nonce}~${macOf(keys.newest('session').key, 'token', { thing, nonce })}`;
}

export function resultCodeOf(keys: KeyRing, loginId: string, nonce: string): string {
  return macOf(keys.newest('session').key, 'result', { thing: loginId, nonce });
}

/** Whether a result code is the one of a nonce, by any session key that is still in the ring. */
export function isResultCode(keys: KeyRing, loginId: string, nonce: string, code: string): boolean {
  return keys.all('session').some(({ key }) => sameSecret(macOf(key, 'result', { thing: loginId, nonce }), code));
}

export const looksLikePageToken = (bearer: string): boolean => bearer.startsWith(prefix);

export const readPageToken = (keys: KeyRing, token: string): PagePlace | undefined =>
  read(keys, 'token', tokenPattern.exec(token));
export const readHandle = (keys: KeyRing, handle: string): PagePlace | undefined =>
  read(keys, 'handle', handlePattern.exec(handle));

function read(keys: KeyRing, kind: 'handle' | 'token', match: RegExpExecArray | null): PagePlace | undefined {
  const [, thing = '', nonce = '', mac = ''] = match ?? [];
  if (thing === '') return undefined;
  const genuine = keys.all('session').some(({ key }) => sameSecret(macOf(key, kind, { thing, nonce }), mac));
  if (!genuine) return undefined;
  return { accountId: subjectOfThing(thing, 'l') ?? thing, thing, nonce };
}

/** Whether the session of a page still lives: the login it belongs to, or the Security tab's own time. */
export function isLivePage(document: AccountDocument, { thing, nonce, accountId }: PagePlace, now: number): boolean {
  if (thing !== accountId) {
    const login = findLogin(document, thing);
    return login?.nonce === nonce && login.sessionStarted === true && now < login.expiresAt + resultMs;
  }
  const page = document.pages.find((candidate) => candidate.nonce === nonce);
  return page?.sessionExpiresAt !== undefined && now < page.sessionExpiresAt;
}

/** How long handles and result codes live, unless used. */
export const resultMs = 300_000;
/** How long a Security tab stays open. */
export const sessionMs = 1_800_000;
