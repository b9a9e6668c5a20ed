import type { Reservation } from '#core/send-code.ts';
import { limitOfSaves, limitsOfSend, platformRetryAfterMs } from '#core/throttle.ts';
import type { Counted } from '#schemas/challenge.ts';
import type { Store } from '#storage/store.ts';
import { Problem } from './errors.ts';
import type { TenantView } from './tenants.ts';

/**
 * Counts one send in every limit, or throws a Problem 429 that names the limit and the wait. A repeated command counts once.
 * What all tenants share answers one fixed wait, so that no tenant learns of another's sends.
 */
export async function reserveSend(
  store: Store,
  commandId: string,
  tenant: TenantView,
  counted: Counted,
): Promise<Reservation> {
  const { tenantId } = tenant.document;
  const limits = limitsOfSend(tenantId, counted, tenant.settings.quotas, tenant.settings.resendMinSeconds);
  const result = await store.reserve(commandId, limits);
  if (result.kind === 'counted') return { nextAt: result.nextAt, left: result.left };
  const shared = result.limit === 'platform-destination';
  throw new Problem('rate-limited', {
    limit: shared ? 'destination' : result.limit,
    retryAfterMs: shared ? platformRetryAfterMs : result.retryAfterMs,
  });
}

/** Counts one save of a tenant's settings, or throws a Problem 429. A repeated command counts once. */
export async function reserveSave(store: Store, commandId: string, tenantId: string): Promise<void> {
  const result = await store.reserve(commandId, [limitOfSaves(tenantId)]);
  if (result.kind === 'refused') {
    throw new Problem('rate-limited', { limit: result.limit, retryAfterMs: result.retryAfterMs });
  }
}
