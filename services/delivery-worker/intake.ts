import type { Subscription } from '#storage/log.ts';
import type { Logger } from '#runtime/logger.ts';
import type { Courier } from './courier.ts';
import type { WaitingRoom } from './waiting-room.ts';

export type Intake = {
  /** Looks at the providers now; called on a timer and whenever a send has to wait. */ check(): void;
};

/**
 * Takes no more work while no provider of the channel works: what waits in the log is safe there, and what waits here would crowd out
 * what could be sent. The sends that wait already make the trial calls; only when none waits is one more let in to try.
 */
export function controlIntake(parts: {
  readonly courier: Pick<Courier, 'health' | 'channel'>;
  readonly waiting: Pick<WaitingRoom, 'size'>;
  readonly subscription: Pick<Subscription, 'pause' | 'resume'>;
  readonly logger: Logger;
}): Intake {
  const { courier, waiting, subscription, logger } = parts;
  let paused = false;
  return {
    check() {
      const health = courier.health();
      const open = health === 'closed' || (health === 'half-open' && waiting.size() === 0);
      if (open !== paused) return;
      paused = !open;
      logger.warn(paused ? 'providers-broken' : 'providers-tried-again', { channel: courier.channel });
      if (paused) subscription.pause();
      else subscription.resume();
    },
  };
}
