import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { accountDecider, type AccountDocument } from '#core/account-document.ts';
import type { AccountPolicy } from '#core/account-policy.ts';
import { happened, type Decision } from '#core/decider.ts';
import type { Draft } from '#core/event.ts';
import { withNotices, type Noticing } from '#core/notices.ts';
import { noticeKinds, type NoticeKind } from '#schemas/notice.ts';
import { minuteMs, t0 } from './challenges.ts';
import { storyOf, type Told } from './given.ts';

/** Words for stories of notices: an account with a phone, a mailbox, an app and backup codes. */

export const account = 'AAAAAAAAAAAAAAAAAAAAAA';
export const thing = (kind: string, name: string) => `${account}.${kind}${name.padEnd(22, '-')}`;
export const method = (name: string) => thing('m', name);
export const sealedFor = (text: string) => `kid00000.${Buffer.from(text.padEnd(30, '.')).toString('base64url')}`;
export const digest = (name: string) => name.padEnd(22, '-');
export const seed = { secret: sealedFor('a secret'), algorithm: 'sha1', digits: 6, period: 30 } as const;

export const policy: AccountPolicy = {
  offered: { totp: true, sms: true, email: true, 'backup-codes': true },
  backupCodesQuantity: 10,
  attemptsPerLogin: 10,
  loginLifetimeSeconds: 600,
  enforcement: { mode: 'off', groups: [], graceSeconds: 0 },
  failuresBeforeLock: 10,
  lockSeconds: 1_800,
  checkRate: { attempts: 10, windowSeconds: 900 },
};

export const created: Told = { type: 'account-created', time: t0, data: { userId: sealedFor('ada') } };

/** An address, or an app, that was enrolled. */
export const enrolled = (name: string, type: 'sms' | 'email' | 'totp', isDefault = false): Told => ({
  type: 'method-enrolled',
  time: t0,
  data: {
    methodId: method(name),
    type,
    enrolmentId: thing('e', name),
    ...(type === 'totp' ? { seed } : { to: sealedFor(`to ${name}`), destination: digest(name) }),
    default: isDefault,
  },
});
export const withCodes: Told = {
  type: 'backup-codes-generated',
  time: t0,
  data: { methodId: method('codes'), hashes: ['a', 'b', 'c'].map(digest) },
};

export const given = storyOf(accountDecider);
export const phone = enrolled('phone', 'sms', true);
export const mail = enrolled('mail', 'email');
export const app = enrolled('app', 'totp');
export const everything = [created, phone, mail, app, withCodes];

export const allOn = Object.fromEntries(noticeKinds.map((kind) => [kind, true])) as Record<NoticeKind, boolean>;

/** Ids in order, and seals that can be looked into. */
export function noticing(change: Partial<Noticing> = {}): Noticing {
  let count = 0;
  return {
    on: allOn,
    now: t0 + minuteMs,
    newId: () => thing('n', String((count += 1))),
    seal: (what, address) => sealedFor(JSON.stringify({ what, address })),
    ...change,
  };
}

export const target = (name: 'phone' | 'mail') => ({
  methodId: method(name),
  channel: name === 'phone' ? 'sms' : 'email',
  thing: thing('e', name),
  to: sealedFor(`to ${name}`),
});

/** Nothing beside what is expected, where a story compares only what it names. */
const exactly = (expected: object): unknown =>
  expect.toSatisfy((value: unknown) => isDeepStrictEqual(value, expected), JSON.stringify(expected));

/** The notice of a kind to these addresses, as an event is expected. */
export const notice = (kind: NoticeKind, about: object, ...names: ('phone' | 'mail')[]) => ({
  type: 'notice-requested' as const,
  data: { kind, about: exactly(about), targets: names.map(target) },
});

type Command = (document: AccountDocument | undefined) => Decision<unknown>;
export const telling =
  (command: Command, by = noticing()): Command =>
  (document) =>
    withNotices(command(document), document, by);
export const facts =
  (...drafts: Draft[]): Command =>
  () =>
    happened(...drafts);
export const fact = (type: Draft['type'], data: object): Draft => ({ type, about: account, data });

export const used = (codesLeft: number) =>
  fact('backup-code-used', { methodId: method('codes'), hash: digest('a'), codesLeft });
export const locked = (name: string, until: number) =>
  fact('method-locked', { methodId: method(name), failures: 10, until, loginId: thing('l', 'one') });
