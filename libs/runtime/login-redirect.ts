import type { Login } from '#core/account-document.ts';
import { loginStatus } from '#core/login-status.ts';
import { isUnder } from '#core/return-url.ts';
import { Problem } from './errors.ts';
import { openOf, type AccountPlace } from './account-fields.ts';
import { resultCodeOf } from './page-token.ts';

/** Where a page of a login that is over leads back to: with a result code, or with the word for how it ended. */
export function redirectOf(place: AccountPlace, login: Login, now: number): string | undefined {
  const returnUrl = openOf(place, 'returnUrl', login.id, login.returnUrl);
  if (returnUrl === undefined) return undefined;
  const state = openOf(place, 'state', login.id, login.state);
  const back = (name: 'twofold_code' | 'twofold_error', value: string) => {
    const url = new URL(returnUrl);
    url.searchParams.set('twofold_login', login.id);
    url.searchParams.set(name, value);
    if (state !== undefined) url.searchParams.set('state', state);
    return url.href;
  };
  const status = loginStatus(login, now);
  if (status === 'awaiting-result' && login.status.kind === 'awaiting-result') {
    return back('twofold_code', resultCodeOf(place.keys, login.id, login.status.nonce));
  }
  if (status === 'canceled' || status === 'expired' || status === 'locked' || status === 'failed')
    return back('twofold_error', status);
  return undefined;
}

const returnUrlCharsMax = 2_048;

/** A returnUrl as it is kept, if it lies under one that the tenant lists; else a Problem. */
export function readReturnUrl(allowed: readonly string[], returnUrl: string): string {
  if (!allowed.some((listed) => isUnder(returnUrl, listed))) throw new Problem('return-url-not-allowed');
  const { href } = new URL(returnUrl);
  if (href.length > returnUrlCharsMax) {
    const message = `must be at most ${returnUrlCharsMax} characters, percent-encoded`;
    throw new Problem('malformed-request', { errors: [{ field: 'returnUrl', message }] });
  }
  return href;
}
