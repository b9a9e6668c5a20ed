import { ConfigFault, readConfig, type Config, type Role } from './config.ts';
import { layFoundation, type Foundation } from './foundation.ts';
import { superviseProcess } from './lifecycle.ts';

/** A part that runs until it is closed. */
export type Part = { close(): Promise<void> };

/** A part that can tell whether it does its work now. */
export type WorkingPart = Part & { ready(): boolean };

/**
 * The life of one process: environment, foundation, listening, work, signals. It listens before store and log are there, being not ready
 * until then; its work begins once topics and the platform's record are as they must be.
 */
export async function runService(options: {
  readonly service: string;
  readonly role: Role;
  /** Whether it fills a store that may have lost data from the log. */
  readonly restores?: boolean;
  /** Faults of the environment that only this service knows. */
  readonly check?: (config: Config) => readonly string[];
  readonly listen: (foundation: Foundation, ready: () => Promise<boolean>) => Promise<readonly Part[]>;
  readonly work: (foundation: Foundation) => Promise<readonly WorkingPart[]>;
  /** A config already read and completed, instead of the environment's. */
  readonly config?: Config;
  /** Last, once everything runs. */
  readonly ready?: (foundation: Foundation) => Promise<void>;
}): Promise<void> {
  const { service, role } = options;
  const config = options.config ?? configOrExit(role, options.check);
  const starting = new AbortController();
  let parts: readonly Part[] = [];
  let works: readonly WorkingPart[] | undefined;
  let fatal = (_reason: string): void => process.exit(1);
  const onFatal = (reason: string) => fatal(reason);
  const foundation = await layFoundation({
    config,
    service,
    purposes: role.purposes,
    restores: options.restores ?? false,
    onFatal,
  }).catch((error: unknown) => {
    tellRefusal(service, error);
    process.exit(1);
  });
  const { logger } = foundation;
  const stop = async () => {
    starting.abort();
    // Intake first: what was taken in is finished before the ground goes.
    await Promise.all(parts.map((part) => part.close()));
    await Promise.all((works ?? []).map((work) => work.close()));
    await foundation.close();
  };
  ({ fatal } = superviseProcess({ logger, stop }));
  try {
    const ready = async () =>
      works !== undefined && works.every((work) => work.ready()) && (await foundation.available());
    parts = await options.listen(foundation, ready);
    await foundation.prepare(starting.signal);
    works = await options.work(foundation);
    await options.ready?.(foundation);
    logger.info('ready', { mode: config.mode });
  } catch (error) {
    tellRefusal(service, error);
    fatal('start refused');
  }
}

/** For a human at a terminal; our own errors name no secret. */
function tellRefusal(service: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : 'unknown';
  process.stderr.write(`twofold ${service} refuses to start: ${reason}\n`);
}

/** Prints all faults of the environment for a human and ends the process. */
export function configOrExit(role: Role, check: (config: Config) => readonly string[] = () => []): Config {
  try {
    const config = readConfig(process.env, role);
    const faults = check(config);
    if (faults.length > 0) throw new ConfigFault(faults);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigFault)) throw error;
    process.stderr.write(`${error.message}\nSee .env.example for every variable.\n`);
    process.exit(1);
  }
}
