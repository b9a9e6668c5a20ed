import { parseArgs } from 'node:util';
import { cacheFolder } from '../scripts/infra/cache.ts';

export const systemNames = ['embedded', 'standalone', 'distributed'] as const;
export type SystemName = (typeof systemNames)[number];
const loads = ['closed', 'open'] as const;
export type Load = (typeof loads)[number];

export type BenchOptions = {
  readonly systems: readonly SystemName[];
  readonly connections: number;
  /** Of each measured phase. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Requests a second of the open loop. */
  readonly rate: number;
  readonly loads: readonly Load[];
  readonly floors: boolean;
  readonly json: string;
  /** Folder for CPU profiles of Twofold's processes. */
  readonly profile: string | undefined;
  /** A binary of otpgateway to hold ourselves against. */
  readonly peer: string | undefined;
};

export const usage = `npm run bench -- [options]

  --system <list>       of embedded, standalone (one process on Kafka and Redis), distributed (four processes on both);
                        default: all
  --connections <n>     kept-alive connections of the load, one request at a time on each; default 64
  --seconds <n>         length of each measured phase; default 10
  --warm-up <n>         seconds of whole lifecycles before the first phase; default 5
  --rate <n>            requests a second of the open loop; default 300
  --load <list>         of closed (as fast as answers come) and open (at the rate, whatever the answers do); default: both
  --no-floor            leave out the floors
  --peer <binary>       also drive otpgateway on the same machine (docs/performance.md)
  --profile <folder>    write a CPU profile of each Twofold process there
  --json <file>         where the numbers go; default .cache/bench/latest.json`;

/** Reads the command line. Throws a sentence about what is wrong with it; undefined: only help was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      system: { type: 'string', default: systemNames.join(',') },
      connections: { type: 'string', default: '64' },
      seconds: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '5' },
      rate: { type: 'string', default: '300' },
      load: { type: 'string', default: loads.join(',') },
      'no-floor': { type: 'boolean', default: false },
      peer: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'string', default: cacheFolder('bench', 'latest.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    systems: list('--system', values.system, systemNames),
    connections: number('--connections', values.connections, 1, 1_000),
    seconds: number('--seconds', values.seconds, 0.5, 600),
    warmUpSeconds: number('--warm-up', values['warm-up'], 0, 600),
    rate: number('--rate', values.rate, 1, 20_000),
    loads: list('--load', values.load, loads),
    floors: !values['no-floor'],
    json: values.json,
    profile: values.profile,
    peer: values.peer,
  };
}

function list<T extends string>(name: string, text: string, words: readonly T[]): T[] {
  const given = text.split(',').map((word) => word.trim());
  const chosen = words.filter((word) => given.includes(word));
  if (chosen.length !== given.length) throw new Error(`${name} takes a list of ${words.join(', ')}`);
  return chosen;
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new Error(`${name} takes a number from ${min} to ${max}`);
  return value;
}
