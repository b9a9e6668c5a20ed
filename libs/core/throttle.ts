import type { Counted } from '#schemas/challenge.ts';
import type { Quotas } from './settings-table.ts';

/** One counted limit, as the store's `reserve` takes it (storage/store.ts has the meaning of each field). */
export type Limit = {
  readonly key: string;
  readonly limit: 'tenant' | 'client-ip' | 'prefix' | 'platform-destination' | 'destination';
  readonly windows: readonly { readonly ms: number; readonly max: number }[];
  readonly gap?: { readonly firstMs: number; readonly quietMs: number };
  readonly exact: boolean;
};

const secondMs = 1_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What a platform-wide refusal tells everybody: tenants learn nothing of each other from it. */
export const platformRetryAfterMs = hourMs;

/** The bucket that an approval empties: the person is there, so their sends cost nobody. */
export const destinationKey = (tenant: string, counted: Counted): string =>
  `destination:${tenant}:${counted.destination}`;

/**
 * Every limit that one send counts against (docs/api.md, Limits). Exact ones last: where a store counts them one after another, a crash
 * between two may count a send too often and never too seldom.
 */
export function limitsOfSend(tenant: string, counted: Counted, quotas: Quotas, resendMinSeconds: number): Limit[] {
  const limits: Limit[] = [
    {
      key: `tenant:${tenant}`,
      limit: 'tenant',
      windows: [
        { ms: secondMs, max: quotas.tenantPerSecond },
        { ms: dayMs, max: quotas.tenantPerDay },
      ],
      exact: false,
    },
  ];
  const hourly = (limit: 'client-ip' | 'prefix', digest: string, max: number): Limit => ({
    key: `${limit}:${tenant}:${digest}`,
    limit,
    windows: [{ ms: hourMs, max }],
    exact: max <= 1_000,
  });
  if (counted.clientIp) limits.push(hourly('client-ip', counted.clientIp, quotas.clientIpPerHour));
  if (counted.prefix) limits.push(hourly('prefix', counted.prefix, quotas.prefixPerHour));
  limits.push(
    {
      key: `platform-destination:${counted.destination}`,
      limit: 'platform-destination',
      windows: [{ ms: dayMs, max: quotas.platformDestinationPerDay }],
      exact: true,
    },
    {
      key: destinationKey(tenant, counted),
      limit: 'destination',
      windows: [
        { ms: hourMs, max: quotas.destinationPerHour },
        { ms: dayMs, max: quotas.destinationPerDay },
      ],
      gap: { firstMs: resendMinSeconds * secondMs, quietMs: hourMs },
      exact: true,
    },
  );
  return limits.toSorted((a, b) => Number(a.exact) - Number(b.exact));
}
