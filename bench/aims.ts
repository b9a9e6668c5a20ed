import type { SystemResult } from './measure.ts';
import type { SystemName } from './options.ts';

/** One of the aims of docs/performance.md, and what a run says of it. */
export type Aim = { readonly aim: string; readonly measured: number | null; readonly held: boolean };

type Systems = Partial<Record<SystemName, SystemResult>>;

/** Two cores, with Kafka and Redis on the same ones, at 64 connections. */
const floorsOfRates = { accepted: 6_000, verified: 8_500, lifecycles: 2_500 };
const handOverMs = { p50: 10, p99: 50 };
const embeddedTimes = 1.3;

/** What was measured of each aim; a part that was not run holds nothing. */
export function aimsOf({ standalone, embedded }: Systems): Aim[] {
  const atLeast = (aim: string, measured: number | undefined, least: number): Aim => ({
    aim: `${aim} ≥ ${least}`,
    measured: measured ?? null,
    held: measured !== undefined && measured >= least,
  });
  const below = (aim: string, measured: number | undefined, limit: number): Aim => ({
    aim: `${aim} < ${limit}`,
    measured: measured ?? null,
    held: measured !== undefined && measured < limit,
  });
  const times =
    embedded?.lifecycles && standalone?.lifecycles
      ? Math.round((embedded.lifecycles.perSecond / standalone.lifecycles.perSecond) * 100) / 100
      : undefined;
  const handOver = standalone?.steady?.handOver;
  return [
    atLeast('standalone: accepted/s', standalone?.accept?.perSecond, floorsOfRates.accepted),
    atLeast('standalone: verified/s', standalone?.verify?.perSecond, floorsOfRates.verified),
    atLeast('standalone: whole lifecycles/s', standalone?.lifecycles?.perSecond, floorsOfRates.lifecycles),
    below('standalone: hand-over p50 ms', handOver?.p50, handOverMs.p50),
    below('standalone: hand-over p99 ms', handOver?.p99, handOverMs.p99),
    atLeast('embedded: lifecycles, times standalone', times, embeddedTimes),
  ];
}
