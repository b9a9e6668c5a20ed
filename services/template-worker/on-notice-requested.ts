import type { AccountDocument } from '#core/account-document.ts';
import { lifeOf } from '#core/chain.ts';
import type { Draft, Event } from '#core/event.ts';
import { thingOfNotice, thingOfNoticeText } from '#core/notices.ts';
import type { DeliveryFailure, NoticeRendered } from '#schemas/delivery.ts';
import type { NoticeParams, NoticeRequested, NoticeTarget } from '#schemas/notice.ts';
import { Poison } from '#runtime/consume.ts';
import { documentOf } from '#runtime/document-of.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { renderNotice } from '#runtime/render-notice.ts';
import { openField, sealField } from '#runtime/sealing.ts';
import type { TenantView } from '#runtime/tenants.ts';
import { tell } from './tell.ts';

/** A notice is of use while what it tells is news. */
const noticeMs = 3_600_000;

/** Something happened at an account: renders the text for each address that is told of it and hands it to the channel's delivery workers. */
export async function onNoticeRequested(foundation: Foundation, event: Event): Promise<void> {
  const data = event.data as NoticeRequested;
  if (foundation.now() - event.time > noticeMs) return;
  const record = await foundation.store.load(event.subject);
  const document = documentOf<AccountDocument>(record);
  const isTheirs = document?.kind === 'account' && document.tenant === event.tenant;
  // Erased since, or erased and made anew: nobody has the salt under which it was sealed.
  if (!record || !isTheirs || lifeOf(event.id) !== record.life) {
    return tell(foundation, event, ...failed(data, 'unreadable'));
  }
  const params = readParams(foundation, event, data, record.salt);
  // The account is there, so its salt is: what does not open was decided by nobody, or altered since.
  if (!params) throw new Poison('unreadable');
  const tenant = await foundation.tenants.find(event.tenant);
  if (!tenant) return tell(foundation, event, ...failed(data, 'render-failed'));
  const rendered = data.targets.map((target) =>
    render(foundation, event, target, { tenant, params, salt: record.salt }),
  );
  await tell(foundation, event, ...rendered);
}

/** For a record that nobody could handle: each of its messages gets its fate. */
export async function onNoticeGivenUp(foundation: Foundation, event: Event): Promise<void> {
  if (event.type !== 'notice-requested') return;
  await tell(foundation, event, ...failed(event.data as NoticeRequested, 'dead-lettered'));
}

function readParams({ keys }: Foundation, event: Event, data: NoticeRequested, salt: string): NoticeParams | undefined {
  const { params, ...clear } = data;
  const { tenant, subject, time } = event;
  const text = openField(
    keys,
    'params',
    salt,
    { tenant, subject, field: 'params', thing: thingOfNotice(clear, time) },
    params,
  );
  return text === undefined ? undefined : (JSON.parse(text) as NoticeParams);
}

function render(
  foundation: Foundation,
  event: Event,
  { methodId, channel, thing, to }: NoticeTarget,
  given: { readonly tenant: TenantView; readonly params: NoticeParams; readonly salt: string },
): Draft {
  const { noticeId, kind, about } = event.data as NoticeRequested;
  const { settings, document } = given.tenant;
  const text = renderNotice({
    channel,
    kind,
    about,
    at: event.time,
    brand: settings.branding.name || document.name,
    ...given.params,
  });
  const providers = settings.providers[channel];
  const clear: Omit<NoticeRendered, 'message'> = {
    noticeId,
    methodId,
    channel,
    thing,
    to,
    expiresAt: event.time + noticeMs,
    ...(providers.length > 0 && { providers: [...providers] }),
  };
  const whom = { tenant: event.tenant, subject: event.subject, field: 'message', thing: thingOfNoticeText(clear) };
  const message = sealField(foundation.keys, 'message', given.salt, whom, JSON.stringify(text));
  return { type: 'message-rendered', about: noticeId, data: { ...clear, message } satisfies NoticeRendered };
}

const failed = ({ noticeId, targets }: NoticeRequested, reason: DeliveryFailure): Draft[] =>
  targets.map(({ methodId, channel }) => ({
    type: 'delivery-failed',
    about: noticeId,
    data: { noticeId, methodId, channel, reason, possibleDuplicate: false },
  }));
