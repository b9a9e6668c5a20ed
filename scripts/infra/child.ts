import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A server process that was started here. `stop` ends it and resolves when it is gone. */
export type Child = {
  pid: number;
  running: () => boolean;
  /** Null while it runs, and if a signal ended it. */
  exitCode: () => number | null;
  /** Tells if it ends, or has ended, by anything but `stop`, with the end of its log. */
  watch: (what: string, died: Died) => void;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
};

/** Told, in a sentence, that a server is gone that nobody stopped. */
export type Died = (sentence: string) => void;

/** How to start a server: its output goes to `logFile`; `detached` lets it outlive this process. */
export type ChildOptions = {
  command: string;
  args: string[];
  logFile: string;
  env?: NodeJS.ProcessEnv;
  detached?: boolean;
  /** Removed if this process dies without stopping the child. */
  temporaryFolder?: string;
};

const stopTimeoutMs = 20_000;

/**
 * Starts a server process. Unless it is detached, it dies with this process, however this process ends: see `guard`.
 * Its own process group keeps a Ctrl-C at the terminal from reaching it before its owner has decided what to do.
 */
export function startChild(options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
    detached: true,
  });
  closeSync(log);
  child.on('error', () => {});
  child.unref();
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} cannot be started`);
  if (!options.detached) {
    const cleanUp = `kill -9 ${pid} 2>/dev/null; [ -z "$1" ] || rm -rf "$1"`;
    const release = guard(['sh', '-c', cleanUp, 'sh', options.temporaryFolder ?? '']);
    child.once('exit', release);
  }
  const running = () => child.exitCode === null && child.signalCode === null;
  let asked = false;
  return {
    pid,
    running,
    exitCode: () => child.exitCode,
    watch: (what, died) => {
      const report = () => {
        if (asked) return;
        const how = child.signalCode === null ? `with exit code ${child.exitCode}` : `by ${child.signalCode}`;
        died(`${what} died ${how}, and nobody had stopped it. The end of its log:\n${endOf(options.logFile)}`);
      };
      if (running()) child.once('exit', report);
      else report();
    },
    stop: async (signal = 'SIGTERM') => {
      asked = true;
      if (!running()) return;
      const exited = once(child, 'exit');
      child.ref();
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(late);
    },
  };
}

/**
 * Runs a command if this process dies, even by SIGKILL, when no handler of ours could run: a shell waits on a pipe
 * whose other end the kernel closes. The returned function dismisses it.
 */
export function guard(command: string[]): () => void {
  const shell = spawn('sh', ['-c', 'read -r _; "$@"', 'sh', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return () => void shell.kill('SIGKILL');
}

const handedOut = new Set<number>();

/**
 * Finds a loopback port on which nobody listens. It lies below the range from which the kernel takes the ports of
 * outgoing connections, so that it is not lost to a client between this look and the server's start.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries++) {
    const port = randomInt(20_000, 32_000);
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error('no free port on 127.0.0.1 between 20000 and 32000');
}

/** Whether a server could listen on this loopback port now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Asks until `check` is true; throws `what`, with the end of the log, when the deadline passes or the child ends. */
export async function waitUntilReady(
  what: string,
  timeoutMs: number,
  logFile: string,
  running: () => boolean,
  check: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (running() && Date.now() < deadline) {
      await pause(50);
      continue;
    }
    const how = running() ? `is not ready after ${timeoutMs} ms` : 'ended at its start';
    throw new Error(`${what} ${how}\n${endOf(logFile)}`);
  }
}

function endOf(logFile: string): string {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  return log.split('\n').slice(-15).join('\n');
}
