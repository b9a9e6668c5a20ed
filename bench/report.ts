import { cpus, totalmem } from 'node:os';
import { aimsOf, type Aim } from './aims.ts';
import type { FloorResult, SystemResult } from './measure.ts';
import type { BenchOptions, SystemName } from './options.ts';
import type { Results } from './run.ts';

/** How far a system is above a floor: its rate as a share of the floor's, its CPU as a multiple of the floor's. */
type AboveFloor = { readonly rateShare: number; readonly cpuMultiple: number };

type Ratios = { readonly http?: AboveFloor; readonly calls?: AboveFloor };

export type Report = Results & {
  /** ISO 8601. */
  readonly at: string;
  readonly machine: { readonly cores: number; readonly cpu: string; readonly memoryMiB: number; readonly node: string };
  readonly load: Pick<BenchOptions, 'connections' | 'seconds' | 'warmUpSeconds' | 'rate' | 'loads'>;
  /** Accepting, held against the floors of the same run; `calls` is the floor with the store and log that the system is on. */
  readonly ratios: Partial<Record<SystemName, Ratios>>;
  readonly aims: readonly Aim[];
};

export function describeRun(options: BenchOptions, results: Results): Report {
  const { connections, seconds, warmUpSeconds, rate, loads } = options;
  const { http, embedded, servers } = results.floors;
  const ratios = Object.entries(results.systems).map(([name, system]) => {
    const calls = name === 'embedded' ? embedded : servers;
    return [name, { http: aboveFloor(system, http), calls: aboveFloor(system, calls) }] as const;
  });
  return {
    at: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      memoryMiB: Math.round(totalmem() / 1_048_576),
      node: process.version,
    },
    load: { connections, seconds, warmUpSeconds, rate, loads },
    ...results,
    ratios: Object.fromEntries(ratios),
    aims: aimsOf(results.systems),
  };
}

function aboveFloor({ accept }: SystemResult, floor: FloorResult | undefined): AboveFloor | undefined {
  if (!accept || !floor) return undefined;
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  return {
    rateShare: round(accept.perSecond / floor.perSecond),
    cpuMultiple: round(cpuWithoutLoad(accept) / cpuWithoutLoad(floor)),
  };
}

/** CPU seconds per thousand of all but the load. */
export function cpuWithoutLoad({ cpuSecondsPerThousand }: Pick<FloorResult, 'cpuSecondsPerThousand'>): number {
  const { load: _, ...others } = cpuSecondsPerThousand;
  return Object.values(others).reduce((sum, seconds) => sum + seconds, 0);
}
