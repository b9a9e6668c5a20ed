import type { Generator } from './generator.ts';
import type { PhaseName, Phases } from './load/commands.ts';
import type { BenchOptions } from './options.ts';
import { perThousand, readCpu, readPeakMemory, type Processes } from './processes.ts';

/** A phase with what it cost: CPU seconds for each thousand of what it counts, by process. */
export type Measured<Result> = Result & { readonly cpuSecondsPerThousand: Readonly<Record<string, number>> };

export type SystemResult = {
  readonly accept?: Measured<Phases['accept']['result']>;
  readonly verify?: Measured<Phases['verify']['result']>;
  readonly lifecycles?: Measured<Phases['lifecycles']['result']>;
  readonly steady?: Measured<Phases['steady']['result']>;
  /** MiB. */
  readonly peakMemory: Readonly<Record<string, number>>;
};

async function measure<Name extends PhaseName>(
  generator: Generator,
  processes: Processes,
  phase: Name,
  load: Phases[Name]['load'],
): Promise<Measured<Phases[Name]['result']>> {
  const before = readCpu(processes);
  const result = await generator.run(phase, load);
  return { ...result, cpuSecondsPerThousand: perThousand(before, readCpu(processes), result.count) };
}

/** Loads a system that the generator was aimed at, phase by phase, after a warm-up that does the same. */
export async function measureSystem(
  generator: Generator,
  processes: Processes,
  options: BenchOptions,
): Promise<SystemResult> {
  const { connections, seconds, rate, warmUpSeconds } = options;
  const all = { load: generator.pid, ...processes };
  const run = <Name extends PhaseName>(phase: Name, load: Phases[Name]['load']) => measure(generator, all, phase, load);
  if (warmUpSeconds > 0) await generator.run('lifecycles', { connections, seconds: warmUpSeconds });
  const closed = options.loads.includes('closed') && {
    lifecycles: await run('lifecycles', { connections, seconds }),
    accept: await run('accept', { connections, seconds }),
    verify: await run('verify', { connections, seconds }),
  };
  const open = options.loads.includes('open') && { steady: await run('steady', { connections, seconds, rate }) };
  return { ...closed, ...open, peakMemory: readPeakMemory(all) };
}

export type FloorResult = Measured<Phases['request']['result']>;

export async function measureFloor(
  generator: Generator,
  processes: Processes,
  { connections, seconds, warmUpSeconds }: BenchOptions,
): Promise<FloorResult> {
  if (warmUpSeconds > 0) await generator.run('request', { connections, seconds: Math.min(warmUpSeconds, seconds) });
  const measured = await measure(generator, { load: generator.pid, ...processes }, 'request', { connections, seconds });
  // What is refused is no floor.
  if (measured.failures > 0) throw new Error(`${measured.failures} answers were ${measured.firstFailure}`);
  return measured;
}
