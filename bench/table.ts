import type { Aim } from './aims.ts';
import type { SystemResult } from './measure.ts';
import type { Quantiles } from './load/quantiles.ts';
import { cpuWithoutLoad, type Report } from './report.ts';

type Row = readonly [label: string, ...cells: (string | undefined)[]];

const labelWidth = 46;
const cellWidth = 22;

/** The numbers of a run for a person: one column for each system, then the floors, then the aims. */
export function tableOf(report: Report): string {
  const columns = columnsOf(report);
  const [names, systems] = [columns.map(([name]) => name), columns.map(([, system]) => system)];
  const { cores, cpu, node } = report.machine;
  const { connections, seconds, rate } = report.load;
  return [
    `Twofold on ${cores} cores (${cpu}), Node ${node}; ${connections} connections, ${seconds} s a phase, open loop ${rate}/s`,
    '',
    line(['', ...names]),
    ...rowsOfPhases(systems, rate).map(line),
    ...rowsOfRatios(report, names).map(line),
    ...rowsByProcess('CPU s per 1,000 lifecycles', systems, (it) => it.lifecycles?.cpuSecondsPerThousand).map(line),
    ...rowsByProcess('peak memory, MiB', systems, ({ peakMemory }) => peakMemory).map(line),
    '',
    ...floorLines(report),
    ...aimLines(report),
  ].join('\n');
}

function columnsOf({ systems, peer }: Report): [string, SystemResult][] {
  return [...Object.entries(systems), ...(peer ? [['otpgateway', peer] as [string, SystemResult]] : [])];
}

function rowsOfPhases(systems: readonly SystemResult[], rate: number): Row[] {
  const each = (label: string, cell: (system: SystemResult) => string | undefined): Row => [
    label,
    ...systems.map(cell),
  ];
  return [
    each('accepted/s (POST /v1/challenges 202)', ({ accept }) => number(accept?.perSecond)),
    each('  p50 / p95 / p99, ms', ({ accept }) => quantiles(accept?.answer)),
    each('  until all were handed over, s', ({ accept }) => accept?.drainSeconds.toFixed(2)),
    each('verified/s', ({ verify }) => number(verify?.perSecond)),
    each('  p50 / p95 / p99, ms', ({ verify }) => quantiles(verify?.answer)),
    each('whole lifecycles/s', ({ lifecycles }) => number(lifecycles?.perSecond)),
    each('  request to hand-over, ms', ({ lifecycles }) => quantiles(lifecycles?.handOver)),
    each(`request to hand-over at ${rate}/s, ms`, ({ steady }) => quantiles(steady?.handOver)),
    each(`request to answer at ${rate}/s, ms`, ({ steady }) => quantiles(steady?.answer)),
    each('failures', (system) => String(failuresOf(system))),
  ];
}

function rowsOfRatios({ ratios }: Report, names: readonly string[]): Row[] {
  const byName = ratios as Readonly<Record<string, Report['ratios']['embedded']>>;
  const show = (ratio: { rateShare: number; cpuMultiple: number } | undefined) =>
    ratio && `${Math.round(ratio.rateShare * 100)} % of it, ${ratio.cpuMultiple.toFixed(1)} × CPU`;
  const cells = (of: 'http' | 'calls') => names.map((name) => show(byName[name]?.[of]));
  return [
    ['accepted/s to the floor: fastify', ...cells('http')],
    ['accepted/s to the floor: and its calls', ...cells('calls')],
  ];
}

/** One row for each process that takes part anywhere. */
function rowsByProcess(
  label: string,
  systems: readonly SystemResult[],
  of: (system: SystemResult) => Readonly<Record<string, number>> | undefined,
): Row[] {
  const all = systems.map(of);
  const processes = [...new Set(all.flatMap((values) => Object.keys(values ?? {})))];
  const sum = (values: Readonly<Record<string, number>> | undefined) =>
    values && number(Object.values(values).reduce((total, value) => total + value, 0));
  return [
    [label, ...all.map(sum)],
    ...processes.map((name): Row => [`  ${name}`, ...all.map((values) => number(values?.[name]))]),
  ];
}

const floorNames = {
  http: 'fastify alone',
  embedded: "with a challenge's calls, SQLite",
  servers: "with a challenge's calls, Kafka and Redis",
};

function floorLines({ floors }: Report): string[] {
  if (Object.keys(floors).length === 0) return [];
  const rows = Object.entries(floorNames).flatMap(([name, words]): Row[] => {
    const floor = floors[name as keyof typeof floorNames];
    return floor ? [[words, number(floor.perSecond), quantiles(floor.answer), cpuWithoutLoad(floor).toFixed(3)]] : [];
  });
  return [line(['floors', 'per second', 'p50 / p95 / p99, ms', 'CPU s per 1,000']), ...rows.map(line), ''];
}

function aimLines({ aims }: Report): string[] {
  const verdict = ({ measured, held }: Aim) => (measured === null ? 'not measured' : held ? 'held' : 'not held');
  const rows = aims.map((aim): Row => [aim.aim, number(aim.measured ?? undefined), verdict(aim)]);
  return [line(['aims', 'measured', '']), ...rows.map(line), ''];
}

function failuresOf({ accept, verify, lifecycles, steady }: SystemResult): number {
  return [accept, verify, lifecycles, steady].reduce((sum, phase) => sum + (phase?.failures ?? 0), 0);
}

function line([label, ...cells]: Row): string {
  return [label.padEnd(labelWidth), ...cells.map((cell) => (cell ?? '–').padStart(cellWidth))].join('').trimEnd();
}

function quantiles(of: Quantiles | undefined): string | undefined {
  return of && [of.p50, of.p95, of.p99].map((ms) => ms.toFixed(1)).join(' / ');
}

function number(value: number | undefined): string | undefined {
  return value?.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
