import { startFloor } from './floors.ts';
import { startGenerator, type Generator } from './generator.ts';
import { measureFloor, measureSystem, type FloorResult, type SystemResult } from './measure.ts';
import type { BenchOptions, SystemName } from './options.ts';
import { startPeer } from './peer.ts';
import { startServers, type Servers } from './servers.ts';
import { startSystem } from './systems.ts';

export type Results = {
  readonly systems: Partial<Record<SystemName, SystemResult>>;
  readonly floors: {
    /** fastify alone. */ readonly http?: FloorResult;
    /** With the calls of one challenge, on SQLite. */ readonly embedded?: FloorResult;
    /** With the calls of one challenge, on Kafka and Redis. */ readonly servers?: FloorResult;
  };
  /** otpgateway, where a binary of it was given. */
  readonly peer?: SystemResult;
  /** What could not be measured, and why. */
  readonly faults: Readonly<Record<string, string>>;
};

/** Runs every part by itself, one after another, each on new servers, so that none pays for another's leftovers. */
export async function runBench(options: BenchOptions, say: (line: string) => void): Promise<Results> {
  const systems: Partial<Record<SystemName, SystemResult>> = {};
  const faults: Record<string, string> = {};
  /** What cannot be measured is told of, and costs nobody what was measured. */
  const attempt = async <T>(name: string, work: () => Promise<T>): Promise<T | undefined> => {
    say(`measuring ${name}`);
    return work().catch((error: unknown) => {
      faults[name] = error instanceof Error ? error.message : String(error);
      say(`${name} could not be measured: ${faults[name]}`);
      return undefined;
    });
  };
  for (const name of options.systems) {
    const result = await attempt(name, () =>
      within(name !== 'embedded', (generator, servers) => loadSystem(name, options, generator, servers)),
    );
    if (result) systems[name] = result;
  }
  const floors: Record<string, FloorResult> = {};
  for (const name of options.floors ? floorsOf(options) : []) {
    const result = await attempt(`floor ${name}`, () =>
      within(name === 'servers', (generator, servers) =>
        loadFloor(name === 'http' ? 'nothing' : (servers ?? 'embedded'), options, generator, servers),
      ),
    );
    if (result) floors[name] = result;
  }
  const { peer } = options;
  if (peer === undefined) return { systems, floors, faults };
  const loaded = await attempt('otpgateway', () =>
    within(true, (generator, servers) => loadPeer(peer, options, generator, servers as Servers)),
  );
  return { systems, floors, faults, ...(loaded && { peer: loaded }) };
}

function floorsOf({ systems }: BenchOptions): ('http' | 'embedded' | 'servers')[] {
  const onServers = systems.some((name) => name !== 'embedded');
  return [
    'http',
    ...(systems.includes('embedded') ? ['embedded' as const] : []),
    ...(onServers ? ['servers' as const] : []),
  ];
}

/** A load of its own, with servers where they are wanted, for as long as `work` takes. */
async function within<T>(
  wanted: boolean,
  work: (generator: Generator, servers: Servers | undefined) => Promise<T>,
): Promise<T> {
  const servers = wanted ? await startServers() : undefined;
  try {
    const generator = await startGenerator();
    try {
      return await work(generator, servers);
    } finally {
      await generator.stop();
    }
  } finally {
    await servers?.stop();
  }
}

async function loadSystem(
  name: SystemName,
  options: BenchOptions,
  generator: Generator,
  servers: Servers | undefined,
): Promise<SystemResult> {
  const { profile } = options;
  const system = await startSystem(name, { servers, providerPort: generator.providerPort, profile });
  try {
    await generator.aim({ kind: 'twofold', port: system.port, authorization: `Bearer ${system.apiKey}` });
    return await measureSystem(generator, { ...system.processes, ...servers?.processes }, options);
  } finally {
    await system.stop();
  }
}

async function loadFloor(
  on: 'nothing' | 'embedded' | Servers,
  options: BenchOptions,
  generator: Generator,
  servers: Servers | undefined,
): Promise<FloorResult> {
  const floor = await startFloor(on);
  try {
    await generator.aim({ kind: 'twofold', port: floor.port, authorization: 'Bearer none' });
    return await measureFloor(generator, { floor: floor.pid, ...servers?.processes }, options);
  } finally {
    await floor.stop();
  }
}

async function loadPeer(
  binary: string,
  options: BenchOptions,
  generator: Generator,
  servers: Servers,
): Promise<SystemResult> {
  const peer = await startPeer(binary, servers, generator.providerPort);
  try {
    await generator.aim({ kind: 'otpgateway', port: peer.port, authorization: peer.authorization });
    const { redis } = servers.processes;
    return await measureSystem(generator, { otpgateway: peer.pid, ...(redis !== undefined && { redis }) }, options);
  } finally {
    await peer.stop();
  }
}
