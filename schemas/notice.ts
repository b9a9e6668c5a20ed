import { Type, type Static } from 'typebox';
import { methodTypes } from './account.ts';
import { Channel, Id, Millis, Sealed } from './event.ts';

/** What a person is told of at their other addresses. */
export const noticeKinds = [
  'method-enrolled',
  'method-removed',
  'default-changed',
  'backup-code-used',
  'backup-codes-generated',
  'backup-codes-low',
  'method-locked',
  'method-unlocked',
  'account-reset',
  'bypass-code-created',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** One address a notice goes to, as its method keeps it: sealed for `thing`, its enrolment. */
const NoticeTarget = Type.Object({ methodId: Id, channel: Channel, thing: Id, to: Sealed });

/** The small facts of a notice: which kind of method, how many codes are left, until when a lock or a code lasts. */
const NoticeAbout = Type.Object({
  type: Type.Optional(Type.Enum([...methodTypes])),
  codesLeft: Type.Optional(Type.Integer({ minimum: 0 })),
  until: Type.Optional(Millis),
});

export const NoticeRequested = Type.Object({
  noticeId: Id,
  kind: Type.Enum([...noticeKinds]),
  targets: Type.Array(NoticeTarget, { minItems: 1, maxItems: 10 }),
  about: NoticeAbout,
  /** Sealed JSON of NoticeParams, bound to all the rest of this event: it opens in no other. */
  params: Sealed,
});

/** What of the person a notice may show: the account's name, and the address the notice is about, masked; and in which language. */
export type NoticeParams = { readonly account?: string; readonly address?: string; readonly locale?: string };

export type NoticeRequested = Static<typeof NoticeRequested>;
export type NoticeAbout = Static<typeof NoticeAbout>;
export type NoticeTarget = Static<typeof NoticeTarget>;
