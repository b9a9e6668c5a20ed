import { leaseKeyOf } from '#runtime/send-lease.ts';
import type { Event } from '#core/event.ts';
import { limitOfNoticeSms } from '#core/throttle.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { MessageRendered } from '#schemas/delivery.ts';

/**
 * Whether the tenant's day has room for this message; counts it if so. Only notices by SMS are asked: codes were counted before they were
 * decided, and a mail is sent in any case, so that no budget keeps its owner from learning what happened to an account.
 */
export async function hasNoticeBudget({ store, tenants }: Foundation, event: Event): Promise<boolean> {
  const data = event.data as MessageRendered;
  if (!('noticeId' in data) || data.channel !== 'sms') return true;
  const tenant = await tenants.find(event.tenant);
  if (!tenant) return false;
  const limit = limitOfNoticeSms(event.tenant, tenant.settings.quotas);
  return (await store.reserve(leaseKeyOf(event.data as MessageRendered), [limit])).kind === 'counted';
}
