import type { AddressDocument } from '#core/address-document.ts';
import { findChallenge } from '#core/challenge-book.ts';
import type { Draft, Event } from '#core/event.ts';
import type { ChallengeRequested, ChallengeResendRequested } from '#schemas/challenge.ts';
import { Poison } from '#runtime/consume.ts';
import { documentOf } from '#runtime/document-of.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { openValues, type MessageValues } from '#runtime/message-values.ts';
import { renderMessage } from '#runtime/render.ts';
import { sealField } from '#runtime/sealing.ts';
import { tell } from './tell.ts';

/** Requests older than this are of no use to anybody: their codes live 600 s at most. */
const requestMsMax = 3_600_000;

type Requested = ChallengeRequested | ChallengeResendRequested;

/**
 * A code was asked for: renders its message with an empty slot and hands it to the channel's delivery workers. Whatever keeps it
 * from doing so is told as the send's fate.
 */
export async function onChallengeRequested(foundation: Foundation, event: Event): Promise<void> {
  const data = event.data as Requested;
  if (foundation.now() - event.time > requestMsMax) return;
  const record = await foundation.store.load(event.subject);
  const document = documentOf<AddressDocument>(record);
  if (!record || document?.tenant !== event.tenant) return tell(foundation, event, failed(data, 'unreadable'));
  const challenge = findChallenge(document, data.challengeId);
  const send = challenge?.sends.find(({ number }) => number === data.send.number);
  // The record decided otherwise than this event says: it stands in no chain of ours, and the first one is kept.
  if (challenge && send?.nonce !== data.send.nonce) throw new Poison('forked');
  // Whether the message is still wanted, the delivery worker finds under the send's lease: said here as well, a request that comes
  // again later would give a second fate to a send that has long had its own.
  const owner = { tenant: event.tenant, subject: event.subject, thing: data.challengeId };
  const values = openValues(foundation.keys, record.salt, owner, data.params);
  if (!values) return tell(foundation, event, failed(data, 'unreadable'));
  await tell(foundation, event, await render(foundation, event, data, record.salt, values));
}

/** For a record that nobody could handle: the person who waits for the code should not wait in vain. */
export async function onChallengeGivenUp(foundation: Foundation, event: Event): Promise<void> {
  if (event.type !== 'challenge-requested' && event.type !== 'challenge-resend-requested') return;
  await tell(foundation, event, failed(event.data as Requested, 'dead-lettered'));
}

async function render(
  foundation: Foundation,
  event: Event,
  data: Requested,
  salt: string,
  { locale, ...values }: MessageValues,
): Promise<Draft> {
  const tenant = await foundation.tenants.find(event.tenant);
  if (!tenant) return failed(data, 'render-failed');
  const { settings, document } = tenant;
  const { challengeId, channel, send } = data;
  const message = renderMessage({
    channel,
    locale,
    values: {
      brand: settings.branding.name || document.name,
      minutes: Math.max(Math.floor((send.expiresAt - event.time) / 60_000), 1),
      purpose: data.purpose,
      ...values,
    },
    smsTemplates: settings.methods.sms.template,
    emailTemplates: settings.methods.email,
    smsOrigin: settings.smsOrigin || undefined,
  });
  const whom = {
    tenant: event.tenant,
    subject: event.subject,
    field: 'message',
    thing: `${challengeId}/${send.number}`,
  };
  const providers = settings.providers[channel];
  return {
    type: 'message-rendered',
    about: challengeId,
    data: {
      challengeId,
      channel,
      send: send.number,
      message: sealField(foundation.keys, 'message', salt, whom, JSON.stringify(message)),
      expiresAt: send.expiresAt,
      ...(providers.length > 0 && { providers }),
      ...(channel === 'email' && settings.emailOrigin !== '' && { origin: settings.emailOrigin }),
    },
  };
}

const failed = ({ challengeId, channel, send }: Requested, reason: string): Draft => ({
  type: 'delivery-failed',
  about: challengeId,
  data: { challengeId, channel, send: send.number, reason, possibleDuplicate: false },
});
