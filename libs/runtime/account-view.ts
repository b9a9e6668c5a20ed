import type { AccountDocument, Login } from '#core/account-document.ts';
import { isEnforced, type AccountPolicy } from '#core/account-policy.ts';
import { maskAddress } from '#core/address.ts';
import { newestSend, type Challenge } from '#core/challenge-book.ts';
import { loginStatus, mayMakeCodes, newestOf } from '#core/login-status.ts';
import { stateOf, usableMethods, type Method } from '#core/methods/method.ts';
import type { AccountAnswer, LoginAnswer, MethodAnswer } from '#schemas/account-api.ts';
import { groupsOf, openOf, type AccountPlace } from './account-fields.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const isoOf = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms));

/** Where a method's messages go, masked; empty where it has no address, or nobody can read it any more. */
export function addressOf(place: AccountPlace, method: Method): string {
  if (method.type !== 'sms' && method.type !== 'email') return '';
  const to = openOf(place, 'to', method.thing, method.to);
  return to === undefined ? '' : maskAddress(method.type, to);
}

/** What a person recognises a method by; addresses masked unless it is the owner's own page that asks. */
export function labelOf(place: AccountPlace, method: Method, whole = false): string {
  const label = openOf(place, 'label', method.thing, method.label);
  if (method.type !== 'sms' && method.type !== 'email') return label ?? '';
  const to = openOf(place, 'to', method.thing, method.to);
  if (to === undefined) return label ?? '';
  return whole ? to : maskAddress(method.type, to);
}

export function viewMethod(
  place: AccountPlace,
  document: AccountDocument,
  method: Method,
  now: number,
  whole = false,
): MethodAnswer {
  return {
    id: method.id,
    type: method.type,
    label: labelOf(place, method, whole),
    default: document.defaultMethodId === method.id,
    enrolledAt: iso(method.enrolledAt),
    lastUsedAt: isoOf(method.lastUsedAt),
    codesLeft: method.type === 'backup-codes' ? method.hashes.length : undefined,
    state: stateOf(method, now),
    lockedUntil: stateOf(method, now) === 'locked' ? isoOf(method.lockedUntil) : undefined,
  };
}

const offeredOf = ({ offered }: AccountPolicy): string[] =>
  Object.entries(offered).flatMap(([type, on]) => (on ? [type] : []));

/** An account as its tenant sees it, or, whole and without what only the tenant may know, its owner on a page. */
export function viewAccount(
  place: AccountPlace,
  document: AccountDocument,
  policy: AccountPolicy,
  now: number,
  page?: { readonly nonce: string },
): AccountAnswer {
  const { accountId } = place;
  const shown = page ? document.methods.filter(({ type }) => policy.offered[type]) : document.methods;
  const [email, phone] = [
    openOf(place, 'email', accountId, document.email),
    openOf(place, 'phone', accountId, document.phone),
  ];
  const stepUp = document.pages.find(({ nonce }) => nonce === page?.nonce)?.stepUpUntil;
  return {
    id: accountId,
    methods: shown.map((method) => {
      const view = viewMethod(place, document, method, now, page !== undefined);
      return page && view.state === 'locked' ? { ...view, state: 'active', lockedUntil: undefined } : view;
    }),
    enforced: isEnforced(document, policy, groupsOf(place, document), now),
    enrolmentDueAt: isoOf(document.enrolmentDueAt),
    exemptUntil: isoOf(document.exemptUntil),
    offered: offeredOf(policy),
    email: email === undefined || page ? email : maskAddress('email', email),
    phone: phone === undefined || page ? phone : maskAddress('sms', phone),
    stepUpUntil: isoOf(stepUp),
  };
}

/** What an answer to a send says; the address masked. */
export function viewSend(challenge: Challenge, to: string) {
  const send = newestSend(challenge);
  return {
    to,
    resendAvailableAt: iso(send.resendAvailableAt),
    sendsLeft: send.sendsLeft,
    expiresAt: iso(send.expiresAt),
  };
}

/** A login as the application, or the page of that login, sees it. A page learns of a lock only where it arose in this login. */
export function viewLogin(
  place: AccountPlace,
  document: AccountDocument,
  login: Login,
  policy: AccountPolicy,
  now: number,
  forPage: boolean,
): LoginAnswer {
  const status = loginStatus(login, now);
  const open = status === 'second-factor-required';
  const methods = open ? usableMethods(document.methods, policy) : [];
  const challenge = open ? newestOf(document, login.id) : undefined;
  const target = challenge && methods.find(({ id }) => id === challenge.methodId);
  return {
    id: login.id,
    status,
    reason: reasonOf(login),
    methods: methods.map((method) => viewWay(place, method, now, !forPage || login.lockedHere.includes(method.id))),
    defaultMethodId: open ? defaultOf(document, methods) : undefined,
    offered: offeredIn(document, login, policy, status),
    enrolmentDueAt: isoOf(login.enrolmentDueAt),
    attemptsLeft: Math.max(login.attemptsMax - login.attempts, 0),
    sending: challenge && target && { methodId: target.id, ...viewSend(challenge, addressOf(place, target)) },
    lockedUntil: status === 'locked' ? isoOf(firstUnlock(document, login, now, forPage)) : undefined,
    expiresAt: iso(login.expiresAt),
  };
}

/** What may be set up in this login: what it demands, and after that, once, backup codes beside it. */
function offeredIn(
  document: AccountDocument,
  login: Login,
  policy: AccountPolicy,
  status: ReturnType<typeof loginStatus>,
): string[] | undefined {
  if (status === 'enrolment-required') return offeredOf(policy).filter((type) => type !== 'backup-codes');
  if (status !== 'awaiting-result' && status !== 'approved') return undefined;
  return mayMakeCodes(document, login) && policy.offered['backup-codes'] ? ['backup-codes'] : undefined;
}

/** @param told whether whoever asks may know of a lock */
function viewWay(place: AccountPlace, method: Method, now: number, told: boolean): LoginAnswer['methods'][number] {
  const state = stateOf(method, now);
  return {
    id: method.id,
    type: method.type,
    label: labelOf(place, method),
    codesLeft: method.type === 'backup-codes' ? method.hashes.length : undefined,
    state: told ? state : undefined,
    lockedUntil: told && state === 'locked' ? isoOf(method.lockedUntil) : undefined,
  };
}

/** When the first of a login's locked methods may be used again; a page is told of its own login's locks only. */
function firstUnlock({ methods }: AccountDocument, { lockedHere }: Login, now: number, forPage: boolean) {
  const ends = methods
    .filter((method) => stateOf(method, now) === 'locked' && (!forPage || lockedHere.includes(method.id)))
    .flatMap(({ lockedUntil }) => lockedUntil ?? []);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

/** The default method, or the first that can be used while the default can't. */
const defaultOf = (document: AccountDocument, methods: readonly Method[]): string | undefined =>
  (
    methods.find(({ id }) => id === document.defaultMethodId) ??
    methods.find(({ type }) => type !== 'backup-codes') ??
    methods[0]
  )?.id;

function reasonOf({ status, reason }: Login): string | undefined {
  if (status.kind === 'failed' || status.kind === 'canceled')
    return status.reason === 'requested' ? undefined : status.reason;
  return reason;
}
