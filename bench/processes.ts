import { readFileSync } from 'node:fs';

/** Which processes take part, by the name under which their CPU and memory are told. */
export type Processes = Readonly<Record<string, number>>;

/** CPU seconds of each process since it began, in user mode and in the kernel. Empty where there is no /proc. */
export function readCpu(processes: Processes): Record<string, number> {
  return mapProcesses(processes, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  });
}

/** Peak resident memory of each process so far, in MiB. */
export function readPeakMemory(processes: Processes): Record<string, number> {
  return mapProcesses(processes, (pid) => {
    const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kib) / 1_024);
  });
}

/** What was used between two readings, for each thousand of something. */
export function perThousand(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  count: number,
): Record<string, number> {
  const used = Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)] as const);
  return Object.fromEntries(used.map(([name, seconds]) => [name, round((seconds / Math.max(count, 1)) * 1_000)]));
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;

/** USER_HZ, which Linux has shown to programs as 100 for as long as /proc has been there. */
const ticksPerSecond = 100;

function mapProcesses(processes: Processes, read: (pid: number) => number): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, pid] of Object.entries(processes)) {
    try {
      found[name] = read(pid);
    } catch {
      // Gone, or no Linux: there is nothing to tell of it.
    }
  }
  return found;
}
