import type { AccountCreated, Profile } from '#schemas/account.ts';
import type { AccountDocument } from './account-document.ts';
import { bytesOf, hasRoom, methodsMax } from './account-retention.ts';
import { isEnforced, type AccountPolicy, type Groups } from './account-policy.ts';
import { happened, refused, type Decision } from './decider.ts';
import { failLogin } from './guess.ts';
import { isOpenLogin } from './login-status.ts';
import { electDefault, type Method } from './methods/method.ts';
import { cancelReplaced, statusOf } from './send-code.ts';

export type AccountAnswer = { readonly kind: 'unchanged' };
const unchanged: Decision<AccountAnswer> = { kind: 'answer', answer: { kind: 'unchanged' } };

/** The most that a person's own fields may take up: the rest of the record is for methods. */
const profileBytesMax = 4_500;

/** Makes an account, or takes over what is given about one. */
export function saveAccount(
  document: AccountDocument | undefined,
  about: string,
  userId: string,
  profile: Profile,
  { checkRate }: Pick<AccountPolicy, 'checkRate'>,
): Decision<AccountAnswer> {
  const data: AccountCreated = { userId, ...profile };
  if (bytesOf(data) > profileBytesMax) return refused('body-too-large');
  if (!document) return happened({ type: 'account-created', about, data });
  if (Object.values(profile).every((value) => value === undefined)) return unchanged;
  const given = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined));
  if (!hasRoom({ ...document, ...given }, checkRate, 0)) return refused('body-too-large');
  return happened({ type: 'account-updated', about, data: profile });
}

const findMethod = (document: AccountDocument | undefined, id: string): Method | undefined =>
  document?.methods.find((method) => method.id === id);

export function setDefault(document: AccountDocument | undefined, methodId: string): Decision<AccountAnswer> {
  const method = findMethod(document, methodId);
  if (!document || !method) return refused('not-found');
  if (method.type === 'backup-codes') return refused('not-a-default');
  if (document.defaultMethodId === methodId) return unchanged;
  return happened({ type: 'method-default-changed', about: methodId, data: { methodId } });
}

/** Takes a method away; backup codes go with the last other method, and a new default is elected. */
export function removeMethod(
  document: AccountDocument | undefined,
  methodId: string,
  policy: AccountPolicy,
  groups: Groups,
  now: number,
): Decision<AccountAnswer> {
  const method = findMethod(document, methodId);
  if (!document || !method) return refused('not-found');
  const left = document.methods.filter((other) => other !== method);
  const alone = left.every(({ type }) => type === 'backup-codes');
  if (alone && method.type !== 'backup-codes' && isEnforced(document, policy, groups, now))
    return refused('last-method-enforced');
  const removed = alone ? [method, ...left] : [method];
  const kept = document.methods.filter((other) => !removed.includes(other));
  const stays = kept.some(({ id }) => id === document.defaultMethodId);
  const defaultMethodId = stays ? document.defaultMethodId : electDefault(kept)?.id;
  return happened({
    type: 'method-removed',
    about: methodId,
    data: { methodIds: removed.map(({ id }) => id), defaultMethodId },
  });
}

/** A new set of backup codes voids the old one; only beside another method. */
export function generateBackupCodes(
  document: AccountDocument | undefined,
  command: {
    readonly methodId: string;
    readonly hashes: readonly string[];
    readonly policy: AccountPolicy;
    readonly loginId?: string;
  },
): Decision<never> {
  if (!document) return refused('not-found');
  const { methodId, hashes, loginId, policy } = command;
  if (!policy.offered['backup-codes']) return refused('method-not-offered');
  const others = document.methods.filter(({ type }) => type !== 'backup-codes');
  if (others.length === 0) return refused('backup-codes-first');
  const added = bytesOf(hashes) + 2 * bytesOf(methodId);
  if (others.length >= methodsMax || !hasRoom({ ...document, methods: others }, policy.checkRate, added))
    return refused('too-many-methods');
  return happened({ type: 'backup-codes-generated', about: methodId, data: { methodId, hashes, loginId } });
}

/** Support: ends locks and failures of all methods. */
export function unlockAccount(document: AccountDocument | undefined, about: string): Decision<AccountAnswer> {
  if (!document) return refused('not-found');
  const hurt = document.methods.filter(
    ({ failures, lockedUntil, disabled }) => failures > 0 || lockedUntil !== undefined || disabled,
  );
  if (hurt.length === 0) return unchanged;
  return happened({ type: 'method-unlocked', about, data: { methodIds: hurt.map(({ id }) => id) } });
}

/** Support: takes every method away, so that the person can enrol anew; open logins, codes and pages end, and a bypass code is void. */
export function resetAccount(
  document: AccountDocument | undefined,
  about: string,
  now: number,
): Decision<AccountAnswer> {
  if (!document) return refused('not-found');
  const open = document.logins.filter((login) => isOpenLogin(login, now));
  const { methods, enrolments, pages, bypass } = document;
  if (methods.length + enrolments.length + pages.length + open.length === 0 && !bypass) return unchanged;
  const methodIds = document.methods.map(({ id }) => id);
  return happened(
    { type: 'method-reset', about, data: { methodIds } },
    ...open.map((login) => failLogin(login.id, 'reset')),
    ...document.challenges.filter((one) => statusOf(one, now) === 'pending').map(({ id }) => cancelReplaced(id)),
  );
}

/** Support: no enforcement for this person until then; without an end it is lifted. */
export function exemptAccount(
  document: AccountDocument | undefined,
  about: string,
  until: number | undefined,
): Decision<AccountAnswer> {
  if (!document) return refused('not-found');
  return happened({ type: 'account-exempted', about, data: { until } });
}

/** Support: a code that passes one login in place of any method. A new one voids the one before. */
export function createBypass(
  document: AccountDocument | undefined,
  about: string,
  hash: string,
  expiresAt: number,
): Decision<never> {
  if (!document) return refused('not-found');
  return happened({ type: 'bypass-code-created', about, data: { hash, expiresAt } });
}

/** Support: nothing is known of this person any more, and nothing that was told of them can be read by anybody. */
export function eraseAccount(document: AccountDocument | undefined, about: string): Decision<never> {
  if (!document) return refused('not-found');
  return happened({ type: 'account-erased', about, data: {} });
}
