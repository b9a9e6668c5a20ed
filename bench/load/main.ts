import { accept, lifecycles, request, steady, verify } from './phases.ts';
import { startProvider } from './provider.ts';
import { createTarget } from './target.ts';
import type { LoadCommand, LoadReply } from './commands.ts';

/**
 * The load, in a process of its own: callers and provider together, so that the time from a request to its hand-over is read off one clock.
 * Ends with the channel to whoever started it.
 */
let provider: Awaited<ReturnType<typeof startProvider>> | undefined;
let target: ReturnType<typeof createTarget> | undefined;
let port = 0;
let numbered = 0;

const phases = { accept, verify, lifecycles, steady, request };

async function carryOut(command: LoadCommand): Promise<LoadReply> {
  if (command.do === 'open') {
    provider = await startProvider((body) => {
      if (!target) throw new Error('a message came before the target was named');
      return target.readMessage(body);
    });
    return { kind: 'opened', providerPort: provider.port };
  }
  if (command.do === 'aim') {
    target = createTarget(command.target);
    ({ port } = command.target);
    return { kind: 'aimed' };
  }
  if (!provider || !target) throw new Error('there is nothing to load yet');
  const nextNumber = () => (numbered += 1);
  const { do: phase, ...load } = command;
  const result = await phases[phase]({ target, provider, nextNumber }, port, load as never);
  return { kind: 'measured', result };
}

process.on('message', (command: LoadCommand) => {
  carryOut(command)
    .catch((error: unknown): LoadReply => ({ kind: 'failed', reason: String(error) }))
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
process.on('disconnect', () => process.exit(0));
