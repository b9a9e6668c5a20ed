import { Type, type Static, type TProperties } from 'typebox';
import { Channel, Id, Millis, Sealed, SendNumber } from './event.ts';

/** A message brings a code, or tells something that has happened: then it is bound to no challenge and goes to one method of an account. */
const ofCode = { challengeId: Id, channel: Channel, send: SendNumber };
const ofNotice = { noticeId: Id, methodId: Id, channel: Channel };

const rendered = {
  /** Sealed JSON of RenderedMessage (schemas/channel.ts); a notice's opens only beside all the rest of its event. */
  message: Sealed,
  /** The code's end, or 1 h after what the notice tells: after it the message is of no use. */
  expiresAt: Millis,
  /** Names of providers in the tenant's order; none = the operator's order. */
  providers: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 8 })),
};

/** A text with an empty slot where the code will stand, sealed for the delivery workers. */
const CodeRendered = Type.Object({
  ...ofCode,
  ...rendered,
  /** Origin for the OTP-Token header of an email, where the tenant set one. */
  origin: Type.Optional(Type.String({ maxLength: 255 })),
});

/** A whole text without a slot. The address comes along as its method kept it, since the method may be gone: sealed for `thing`. */
const NoticeRendered = Type.Object({ ...ofNotice, thing: Id, to: Sealed, ...rendered });

export const MessageRendered = Type.Union([CodeRendered, NoticeRendered]);

const fate = <Told extends TProperties>(told: Told) =>
  Type.Union([Type.Object({ ...ofCode, ...told }), Type.Object({ ...ofNotice, ...told })]);

const sent = {
  provider: Type.String({ maxLength: 32 }),
  /** Calls to providers made for this send, this one included. */
  calls: Type.Integer({ minimum: 1 }),
  /** The person may have got it twice: an earlier call's outcome stayed unknown. */
  possibleDuplicate: Type.Boolean(),
};

export const DeliverySent = Type.Union([
  /** `requestedAt`: when the code was asked for; from then to the event's own time it took to the hand-over. */
  Type.Object({ ...ofCode, ...sent, requestedAt: Type.Optional(Millis) }),
  Type.Object({ ...ofNotice, ...sent }),
]);

export const deliveryFailures = [
  'rejected',
  'expired',
  'render-failed',
  'dead-lettered',
  'overloaded',
  'superseded',
  'unreadable',
  'unconfirmed',
  'over-budget',
] as const;

export const DeliveryFailed = fate({
  /** Readers show a reason they do not know as it is. */
  reason: Type.String({ maxLength: 32 }),
  /** Our word for the provider's refusal, where there was one. */
  detail: Type.Optional(Type.String({ maxLength: 64 })),
  provider: Type.Optional(Type.String({ maxLength: 32 })),
  possibleDuplicate: Type.Boolean(),
});

/** Whether a provider takes our credentials, without anything having been sent. In the platform's key: no person's, no tenant's. */
export const ProviderProbed = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 32 }),
  channel: Channel,
  working: Type.Boolean(),
  /** Our word for what is wrong, where something is. */
  reason: Type.Optional(Type.String({ maxLength: 64 })),
});

export type DeliveryFailure = (typeof deliveryFailures)[number];
export type CodeRendered = Static<typeof CodeRendered>;
export type NoticeRendered = Static<typeof NoticeRendered>;
export type MessageRendered = CodeRendered | NoticeRendered;
export type DeliverySent = Static<typeof DeliverySent>;
export type DeliveryFailed = Static<typeof DeliveryFailed>;
export type ProviderProbed = Static<typeof ProviderProbed>;
