import type { Draft, Event } from '#core/event.ts';
import type { DeliveryFailure, MessageRendered } from '#schemas/delivery.ts';

/** Whether a rendered message tells something that has happened, and brings no code. */
export const isNotice = (event: Event): boolean => 'noticeId' in (event.data as MessageRendered);

/** What a fate is about: a send of a challenge, or a notice to one method. */
function namesOf(data: MessageRendered): { readonly about: string; readonly names: object } {
  const { channel } = data;
  if ('noticeId' in data) {
    const { noticeId, methodId } = data;
    return { about: noticeId, names: { noticeId, methodId, channel } };
  }
  const { challengeId, send } = data;
  return { about: challengeId, names: { challengeId, channel, send } };
}

/** @param requestedAt of a code, Unix milliseconds */
export function success(
  data: MessageRendered,
  how: { readonly provider: string; readonly calls: number; readonly possibleDuplicate: boolean },
  requestedAt: number | undefined,
): Draft {
  const { about, names } = namesOf(data);
  return { type: 'delivery-sent', about, data: { ...names, ...how, requestedAt } };
}

export function failure(
  data: MessageRendered,
  reason: DeliveryFailure,
  possibleDuplicate: boolean,
  detail?: string,
  provider?: string,
): Draft {
  const { about, names } = namesOf(data);
  return { type: 'delivery-failed', about, data: { ...names, reason, detail, provider, possibleDuplicate } };
}
