import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadCommand, LoadReply, PhaseName, Phases } from './load/commands.ts';
import type { TargetOptions } from './load/target.ts';

/** The process that makes the load. */
export type Generator = {
  readonly pid: number;
  /** Where messages are to be handed over. */
  readonly providerPort: number;
  aim(target: TargetOptions): Promise<void>;
  run<Name extends PhaseName>(phase: Name, load: Phases[Name]['load']): Promise<Phases[Name]['result']>;
  stop(): Promise<void>;
};

/** It ends with this process at the latest: its channel does. */
export async function startGenerator(): Promise<Generator> {
  const child = fork(join(import.meta.dirname, 'load/main.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');

  async function ask(command: LoadCommand): Promise<LoadReply> {
    child.send(command);
    const ended = exited.then(() => {
      throw new Error('the load ended');
    });
    const [reply] = (await Promise.race([once(child, 'message'), ended])) as [LoadReply];
    if (reply.kind === 'failed') throw new Error(`the load failed: ${reply.reason}`);
    return reply;
  }

  const opened = await ask({ do: 'open' });
  if (opened.kind !== 'opened' || child.pid === undefined) throw new Error('the load could not begin');
  return {
    pid: child.pid,
    providerPort: opened.providerPort,
    async aim(target) {
      await ask({ do: 'aim', target });
    },
    async run(phase, load) {
      const reply = await ask({ do: phase, ...load } as LoadCommand);
      if (reply.kind !== 'measured') throw new Error('the load answered something else');
      return reply.result;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
