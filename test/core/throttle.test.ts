import { describe, expect, it } from 'vitest';
import { effectiveSettings } from '#core/settings.ts';
import { destinationKey, limitsOfSend, platformRetryAfterMs } from '#core/throttle.ts';
import type { Counted } from '#schemas/challenge.ts';

const { quotas } = effectiveSettings(undefined, undefined).settings;
const [destination, prefix, clientIp] = ['D'.repeat(22), 'P'.repeat(22), 'C'.repeat(22)];
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const limits = (counted: Counted, changed: Partial<typeof quotas> = {}, gapSeconds = 30) =>
  limitsOfSend('acme', counted, { ...quotas, ...changed }, gapSeconds);
const namesOf = (counted: Counted, changed: Partial<typeof quotas> = {}) =>
  limits(counted, changed).map(({ limit }) => limit);

describe('A send counts against', () => {
  it('every limit of the policy, when it is an SMS for a known client', () => {
    expect(limits({ destination, prefix, clientIp })).toEqual([
      {
        key: 'tenant:acme',
        limit: 'tenant',
        windows: [
          { ms: 1_000, max: 50 },
          { ms: dayMs, max: 20_000 },
        ],
        exact: false,
      },
      { key: `client-ip:acme:${clientIp}`, limit: 'client-ip', windows: [{ ms: hourMs, max: 30 }], exact: true },
      { key: `prefix:acme:${prefix}`, limit: 'prefix', windows: [{ ms: hourMs, max: 60 }], exact: true },
      {
        key: `platform-destination:${destination}`,
        limit: 'platform-destination',
        windows: [{ ms: dayMs, max: 60 }],
        exact: true,
      },
      {
        key: `destination:acme:${destination}`,
        limit: 'destination',
        windows: [
          { ms: hourMs, max: 5 },
          { ms: dayMs, max: 15 },
        ],
        gap: { firstMs: 30_000, quietMs: hourMs },
        exact: true,
      },
    ]);
  });

  it('no prefix when it is a mail, and no client when nobody named one', () => {
    const shared = ['platform-destination', 'destination'];
    expect(namesOf({ destination, clientIp })).toEqual(['tenant', 'client-ip', ...shared]);
    expect(namesOf({ destination, prefix })).toEqual(['tenant', 'prefix', ...shared]);
    expect(namesOf({ destination })).toEqual(['tenant', ...shared]);
  });

  it('the numbers that settings say', () => {
    const changed = {
      tenantPerSecond: 1,
      tenantPerDay: 2,
      clientIpPerHour: 3,
      prefixPerHour: 4,
      platformDestinationPerDay: 5,
      destinationPerHour: 6,
      destinationPerDay: 7,
    };
    const maxima = limits({ destination, prefix, clientIp }, changed).flatMap(({ windows }) =>
      windows.map(({ max }) => max),
    );
    expect(maxima).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(limits({ destination }, {}, 90).at(-1)?.gap).toEqual({ firstMs: 90_000, quietMs: hourMs });
    expect(limits({ destination }, {}, 0).at(-1)?.gap).toEqual({ firstMs: 0, quietMs: hourMs });
  });
});

describe('The order of limits', () => {
  it('has exact ones last, as stores want them, the destination last of all', () => {
    const large = { clientIpPerHour: 1_000, prefixPerHour: 1_001 };
    expect(namesOf({ destination, prefix, clientIp }, large)).toEqual([
      'tenant',
      'prefix',
      'client-ip',
      'platform-destination',
      'destination',
    ]);
    const exact = limits({ destination, prefix, clientIp }, large).map((one) => one.exact);
    expect(exact).toEqual([false, false, true, true, true]);
  });
});

describe('The key of a limit', () => {
  it('is of the tenant alone, except where all tenants share a destination', () => {
    const keysOf = (tenant: string) =>
      limitsOfSend(tenant, { destination, prefix, clientIp }, quotas, 30).map(({ key }) => key);
    const shared = keysOf('acme').filter((key) => keysOf('globex').includes(key));
    expect(shared).toEqual([`platform-destination:${destination}`]);
  });

  it('is made of names and digests, so that no address can be in it', () => {
    const keys = limits({ destination, prefix, clientIp }).map(({ key }) => key);
    for (const key of keys) expect(key).toMatch(/^[a-z-]+:(acme:?)?([DPC]{22})?$/);
  });

  it('that an approval empties is the one of tenant and destination', () => {
    expect(destinationKey('acme', { destination })).toBe(limits({ destination }).at(-1)?.key);
  });
});

describe('A refusal that all tenants share', () => {
  it('says one hour, whatever the truth', () => {
    expect(platformRetryAfterMs).toBe(hourMs);
  });
});
