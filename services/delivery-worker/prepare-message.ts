import type { AddressDocument } from '#core/address-document.ts';
import { findChallenge, newestSend, type Challenge } from '#core/challenge-book.ts';
import { lengthPrefixed, sha256 } from '#core/bytes.ts';
import { statusOf } from '#core/send-code.ts';
import { deriveCode } from '#core/code.ts';
import type { Event } from '#core/event.ts';
import type { RenderedMessage } from '#schemas/channel.ts';
import type { CodeRendered, DeliveryFailure, MessageRendered } from '#schemas/delivery.ts';
import { addressOf } from '#runtime/challenge-view.ts';
import { Poison } from '#runtime/consume.ts';
import { documentOf } from '#runtime/document-of.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { fillParts } from '#runtime/render.ts';
import { openField } from '#runtime/sealing.ts';
import { prepareNotice } from './prepare-notice.ts';
import type { OutgoingMessage } from './providers/provider.ts';

export type Prepared =
  /** `requestedAt`: of a code, for the time that it takes to get to a provider. */
  | { readonly kind: 'ready'; readonly message: OutgoingMessage; readonly requestedAt?: number }
  | { readonly kind: 'failed'; readonly reason: DeliveryFailure };

const failed = (reason: DeliveryFailure): Prepared => ({ kind: 'failed', reason });

/** The message as a provider gets it, or why it is of no use any more. A notice is wanted until it expires. */
export async function prepareMessage(foundation: Foundation, event: Event): Promise<Prepared> {
  const data = event.data as MessageRendered;
  if (foundation.now() >= data.expiresAt) return failed('expired');
  if (!('noticeId' in data)) return prepareCode(foundation, event, data);
  const message = await prepareNotice(foundation, event, data);
  return message ? { kind: 'ready', message } : failed('unreadable');
}

/** The message with its code, if it is still the newest send of a pending challenge. */
async function prepareCode(foundation: Foundation, event: Event, data: CodeRendered): Promise<Prepared> {
  const record = await foundation.store.load(event.subject);
  const document = documentOf<AddressDocument>(record);
  const challenge = document?.tenant === event.tenant ? findChallenge(document, data.challengeId) : undefined;
  if (!record || !challenge) return failed('unreadable');
  const newest = newestSend(challenge);
  const status = statusOf(challenge, foundation.now());
  // The challenge ends with its newest code, perhaps while this was read.
  if (status === 'expired' && newest.number === data.send) return failed('expired');
  if (status !== 'pending' || newest.number !== data.send) return failed('superseded');
  const message = compose(foundation, event, data, challenge, record.salt);
  // The challenge is there, so its salt is: a text that does not open was never made for it, and its own text may be on the way.
  if (!message) throw new Poison('unreadable');
  return { kind: 'ready', message, requestedAt: newest.requestedAt };
}

/** The only place where a code exists outside a comparison: on its way through a provider's door. */
function compose(
  foundation: Foundation,
  { tenant, subject }: Event,
  data: CodeRendered,
  challenge: Challenge,
  salt: string,
): OutgoingMessage | undefined {
  const { keys } = foundation;
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
