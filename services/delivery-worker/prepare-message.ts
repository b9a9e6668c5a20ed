import { findChallenge, newestSend, type AddressDocument, type Challenge } from '#core/address-document.ts';
import { lengthPrefixed, sha256 } from '#core/bytes.ts';
import { statusOf } from '#core/challenge.ts';
import { deriveCode } from '#core/code.ts';
import type { Event } from '#core/event.ts';
import type { RenderedMessage } from '#schemas/channel.ts';
import type { DeliveryFailure, MessageRendered } from '#schemas/delivery.ts';
import { addressOf } from '#runtime/challenge-view.ts';
import { Poison } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { fillParts } from '#runtime/render.ts';
import { openField } from '#runtime/sealing.ts';
import type { OutgoingMessage } from './providers/provider.ts';

export type Prepared =
  | { readonly kind: 'ready'; readonly message: OutgoingMessage; readonly requestedAt: number }
  | { readonly kind: 'failed'; readonly reason: DeliveryFailure };

const failed = (reason: DeliveryFailure): Prepared => ({ kind: 'failed', reason });

/** The message with its code, if it is still the newest send of a pending challenge; else why it is of no use any more. */
export async function prepareMessage(foundation: Foundation, event: Event): Promise<Prepared> {
  const data = event.data as MessageRendered;
  if (foundation.now() >= data.expiresAt) return failed('expired');
  const record = await foundation.store.load(event.subject);
  const document = record && (JSON.parse(record.document) as AddressDocument);
  const challenge = document?.tenant === event.tenant ? findChallenge(document, data.challengeId) : undefined;
  if (!record || !challenge) return failed('unreadable');
  const newest = newestSend(challenge);
  if (statusOf(challenge, foundation.now()) !== 'pending' || newest.number !== data.send) return failed('superseded');
  const message = compose(foundation, event, challenge, record.salt);
  // The challenge is there, so its salt is: a text that does not open was never made for it, and its own text may be on the way.
  if (!message) throw new Poison('unreadable');
  return { kind: 'ready', message, requestedAt: newest.requestedAt };
}

/** The only place where a code exists outside a comparison: on its way through a provider's door. */
function compose(
  foundation: Foundation,
  event: Event,
  challenge: Challenge,
  salt: string,
): OutgoingMessage | undefined {
  const { keys } = foundation;
  const { tenant, subject } = event;
  const data = event.data as MessageRendered;
  const thing = `${data.challengeId}/${data.send}`;
  const text = openField(keys, 'message', salt, { tenant, subject, field: 'message', thing }, data.message);
  const to = addressOf(keys, { tenant, subject, salt }, challenge);
  const send = newestSend(challenge);
  const otpKey = keys.byKid('otp', send.kid);
  if (text === undefined || to === undefined || !otpKey) return undefined;
  const { id: challengeId, purpose, digits, bindingDigest = '' } = challenge;
  const code = deriveCode(otpKey, {
    tenant,
    challengeId,
    send: send.number,
    purpose,
    bindingDigest,
    nonce: send.nonce,
    digits,
  });
  const rendered = JSON.parse(text) as RenderedMessage;
  return {
    // The same for every call of one send; without a dot, since a webhook's signature joins id, time and body by dots.
    id: sha256(lengthPrefixed(challengeId, String(send.number)))
      .subarray(0, 16)
      .toString('base64url'),
    tenant,
    challengeId,
    send: send.number,
    to,
    subject: rendered.subject && fillParts(rendered.subject, code),
    text: fillParts(rendered.text, code),
    html: rendered.html && fillParts(rendered.html, code),
    otpToken: data.origin === undefined ? undefined : { code, origin: `https://${data.origin}` },
    expiresAt: data.expiresAt,
  };
}
