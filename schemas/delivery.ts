import { Type, type Static } from 'typebox';
import { Channel, Id, Millis, Sealed, SendNumber } from './event.ts';

/** A text with an empty slot where the code will stand, sealed for the delivery workers. */
export const MessageRendered = Type.Object({
  challengeId: Id,
  channel: Channel,
  send: SendNumber,
  /** Sealed JSON of RenderedMessage (schemas/channel.ts). */
  message: Sealed,
  /** The code's end: after it the message is of no use. */
  expiresAt: Millis,
  /** Names of providers in the tenant's order; none = the operator's order. */
  providers: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 8 })),
  /** Origin for the OTP-Token header of an email, where the tenant set one. */
  origin: Type.Optional(Type.String({ maxLength: 255 })),
});

const fate = { challengeId: Id, channel: Channel, send: SendNumber };

export const DeliverySent = Type.Object({
  ...fate,
  provider: Type.String({ maxLength: 32 }),
  /** Calls to providers made for this send, this one included. */
  calls: Type.Integer({ minimum: 1 }),
  /** The person may have got it twice: an earlier call's outcome stayed unknown. */
  possibleDuplicate: Type.Boolean(),
});

export const deliveryFailures = [
  'rejected',
  'expired',
  'render-failed',
  'dead-lettered',
  'overloaded',
  'superseded',
  'unreadable',
  'unconfirmed',
] as const;

export const DeliveryFailed = Type.Object({
  ...fate,
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
export type MessageRendered = Static<typeof MessageRendered>;
export type DeliverySent = Static<typeof DeliverySent>;
export type DeliveryFailed = Static<typeof DeliveryFailed>;
export type ProviderProbed = Static<typeof ProviderProbed>;
