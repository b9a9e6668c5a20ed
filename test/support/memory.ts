import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { ServiceProcess } from './processes.ts';

const run = promisify(execFile);
const sampleMs = 1000;
const kibPerMib = 1024;

/** Resident memory of one process, MiB: when watching began, half-way, at the end, and at most. */
export type Memory = { readonly start: number; readonly middle: number; readonly end: number; readonly max: number };

/** For processes whose memory is watched: with a roomy heap the collector would let garbage lie for minutes; with this, a leak ends it. */
export const smallHeap = { NODE_OPTIONS: '--max-old-space-size=192' };

/** Looks at the resident memory of running processes once a second, until it is asked for what it saw. */
export function watchMemory(processes: readonly ServiceProcess[]): { stop(): Promise<Record<string, Memory>> } {
  const seen = new Map<string, number[]>(processes.map((one) => [nameOf(one), []]));
  const over = new AbortController();
  async function look(): Promise<void> {
    const pids = new Map(processes.filter((one) => one.running()).map((one) => [one.pid(), nameOf(one)]));
    const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', [...pids.keys()].join()]).catch(() => ({
      stdout: '',
    }));
    for (const line of stdout.trim().split('\n')) {
      const [pid = 0, kib = 0] = line.trim().split(/\s+/).map(Number);
      seen.get(pids.get(pid) ?? '')?.push(Math.round(kib / kibPerMib));
    }
  }
  async function lookOn(): Promise<void> {
    while (!over.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, sampleMs));
    }
  }
  const looking = lookOn();
  return {
    async stop() {
      over.abort();
      await looking;
      const at = (samples: number[], share: number) => samples[Math.floor((samples.length - 1) * share)] ?? 0;
      return Object.fromEntries(
        [...seen].map(([name, samples]) => [
          name,
          { start: at(samples, 0), middle: at(samples, 0.5), end: at(samples, 1), max: Math.max(0, ...samples) },
        ]),
      );
    },
  };
}

const nameOf = ({ name, url }: ServiceProcess): string => `${name}:${url.split(':').at(-1)}`;

/**
 * What a process that keeps what it should let go would pass: some tens of MiB are the collector's, who takes its time while there is
 * room. A queue of everything that comes in an outage would be more at the rates of these drills.
 */
export const growthMibMax = 120;

/** None grew by more than `growthMibMax` between the half and the end, nor over its start at any time by twice that. */
export function expectFlat(memories: Readonly<Record<string, Memory>>): void {
  for (const [name, { start, middle, end, max }] of Object.entries(memories)) {
    expect(end - middle, `${name} in the second half`).toBeLessThan(growthMibMax);
    expect(max - start, `${name} at most`).toBeLessThan(2 * growthMibMax);
  }
}
