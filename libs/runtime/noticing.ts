import { randomBytes } from 'node:crypto';
import type { AccountDocument } from '#core/account-document.ts';
import { maskAddress } from '#core/address.ts';
import type { Noticing } from '#core/notices.ts';
import type { Settings } from '#core/settings-table.ts';
import { thingId } from '#core/subject.ts';
import type { NoticeParams } from '#schemas/notice.ts';
import { localeOf, openOf, type AccountPlace } from './account-fields.ts';
import { sealField } from './sealing.ts';

/**
 * What `withNotices` takes to make the notices of an account: which kinds are on, ids, and the sealing of what a message may show. Labels
 * that the person chose are not shown: whoever adds a method could write their own words into a message that is trusted.
 * @param document the account as it was before the command
 * @param now the time of the command, which becomes the time of its events
 */
export function createNoticing(
  place: AccountPlace,
  document: AccountDocument,
  on: Settings['notices'],
  now: number,
): Noticing {
  const { keys, tenant, accountId, salt } = place;
  return {
    on,
    now,
    newId: () => thingId(accountId, 'n', randomBytes(16)),
    seal(thing, address) {
      const to = address && openOf(place, 'to', address.thing, address.to);
      const params: NoticeParams = {
        account: openOf(place, 'accountName', accountId, document.accountName),
        address: to === undefined || !address ? undefined : maskAddress(address.channel, to),
        locale: localeOf(place, document),
      };
      const whom = { tenant, subject: accountId, field: 'params', thing };
      return sealField(keys, 'params', salt, whom, JSON.stringify(params));
    },
  };
}
