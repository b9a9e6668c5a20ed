import type { Counted } from '#schemas/challenge.ts';
import type { Quotas } from './settings-table.ts';

/** One counted limit, as the store's `reserve` takes it (storage/store.ts has the meaning of each field). */
export type Limit = {
  readonly key: string;
  readonly limit:
    | 'tenant'
    | 'client-ip'
    | 'prefix'
    | 'platform-destination'
    | 'destination'
    | 'notice-sms'
    | 'settings-saves';
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

/** Of the versions of settings each is kept for good: 384 KiB each at most, so 38 MiB in an hour and 113 MiB in a day. */
const savesPerHourMax = 100;
const savesPerDayMax = 300;

/** The limit on a tenant's saves of settings. */
export const limitOfSaves = (tenant: string): Limit => ({
  key: `settings-saves:${tenant}`,
  limit: 'settings-saves',
  windows: [
    { ms: hourMs, max: savesPerHourMax },
    { ms: dayMs, max: savesPerDayMax },
  ],
  exact: true,
});

/**
 * The limit on a tenant's notices by SMS: as many a day as it may send codes, counted by themselves, so that neither codes nor notices
 * use up the other's.
 */
export const limitOfNoticeSms = (tenant: string, { tenantPerDay }: Quotas): Limit => ({
  key: `notice-sms:${tenant}`,
  limit: 'notice-sms',
  windows: [{ ms: dayMs, max: tenantPerDay }],
  exact: tenantPerDay <= 1_000,
});

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
