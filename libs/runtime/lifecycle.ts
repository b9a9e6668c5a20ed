import { Worker } from 'node:worker_threads';
import type { Logger } from './logger.ts';

const stopMsMax = 10_000;
/** After the time-out of this thread, which ends it in a better way if it can. */
const starvedMs = 1_000;

/**
 * Runs a process until it is asked to end (SIGINT, SIGTERM) or must (fatal): stops in order, and is gone after 10 s whatever hangs.
 * Exit code 0 after a request, 1 after a fatal fault: the supervisor starts a clean process.
 */
export function superviseProcess(options: {
  readonly logger: Logger;
  readonly stop: () => Promise<void>;
  /** Sooner in tests. */
  readonly stopMs?: number;
}): {
  fatal(reason: string): void;
} {
  const { stopMs = stopMsMax } = options;
  let ending = false;
  const end = (code: number) => {
    if (ending) return;
    ending = true;
    const hard = setTimeout(() => process.exit(1), stopMs);
    hard.unref();
    killLater(stopMs + starvedMs);
    options
      .stop()
      .catch((error: unknown) => options.logger.error('stop-failed', { error }))
      .finally(() => process.exit(code));
  };
  const asked = (signal: NodeJS.Signals) => {
    options.logger.info('stopping', { signal });
    end(0);
  };
  const fatal = (reason: string) => {
    options.logger.error('fatal', { reason });
    end(1);
  };
  process.on('SIGINT', asked);
  process.on('SIGTERM', asked);
  // A surprise means that what we believe of our state is wrong: end, and let a clean process take over.
  process.on('uncaughtException', (error) => {
    options.logger.error('uncaught', { error });
    fatal('uncaught exception');
  });
  process.on('unhandledRejection', (error) => {
    options.logger.error('unhandled', { error });
    fatal('unhandled rejection');
  });
  return { fatal };
}

/** From a thread of its own: code that never waits would let no timer of this one fire. */
function killLater(ms: number): void {
  const killer = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${ms})`;
  const thread = new Worker(killer, { eval: true, execArgv: [] });
  thread.on('error', () => {});
  thread.unref();
}
