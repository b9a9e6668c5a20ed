import type { AccountDocument } from '#core/account-document.ts';
import { lengthPrefixed, sha256 } from '#core/bytes.ts';
import { lifeOf } from '#core/chain.ts';
import type { Event } from '#core/event.ts';
import { thingOfNoticeText } from '#core/notices.ts';
import type { RenderedMessage } from '#schemas/channel.ts';
import type { NoticeRendered } from '#schemas/delivery.ts';
import { Poison } from '#runtime/consume.ts';
import { documentOf } from '#runtime/document-of.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { fillParts } from '#runtime/render.ts';
import { openField } from '#runtime/sealing.ts';
import type { OutgoingMessage } from './providers/provider.ts';

/** The notice as a provider gets it; undefined when the account is gone, and with it what its address and text were sealed under. */
export async function prepareNotice(
  { keys, store }: Foundation,
  { tenant, subject, causationId }: Event,
  data: NoticeRendered,
): Promise<OutgoingMessage | undefined> {
  const record = await store.load(subject);
  const document = documentOf<AccountDocument>(record);
  if (!record || document?.kind !== 'account' || document.tenant !== tenant) return undefined;
  // The user came back after an erasure: what was told of the account before is nobody's any more.
  if (lifeOf(causationId) !== record.life) return undefined;
  const { message: sealed, ...clear } = data;
  const { noticeId, methodId, thing, expiresAt } = clear;
  const whom = { tenant, subject };
  const { salt } = record;
  const text = openField(keys, 'message', salt, { ...whom, field: 'message', thing: thingOfNoticeText(clear) }, sealed);
  const to = openField(keys, 'address', salt, { ...whom, field: 'to', thing }, data.to);
  // The account is there, so its salt is: a text that does not open was never made for it, or was made for another address or end.
  if (text === undefined || to === undefined) throw new Poison('unreadable');
  const rendered = JSON.parse(text) as RenderedMessage;
  return {
    id: sha256(lengthPrefixed(noticeId, methodId)).subarray(0, 16).toString('base64url'),
    tenant,
    noticeId,
    to,
    subject: rendered.subject && fillParts(rendered.subject, ''),
    text: fillParts(rendered.text, ''),
    html: rendered.html && fillParts(rendered.html, ''),
    expiresAt,
  };
}
