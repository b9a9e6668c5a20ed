import { decodeEvent, type Event } from '#core/event.ts';
import type { EventName } from '#schemas/index.ts';
import type { Lane, Log, LogRecord, Subscription } from '#storage/log.ts';
import { Unavailable } from '#storage/unavailable.ts';
import { toDeadLetter } from './dead-letters.ts';
import type { Logger } from './logger.ts';
import type { Telemetry } from './telemetry.ts';
import { dataFault } from './validate.ts';
import { watchLag } from './watch-lag.ts';

/** Why a record goes to the dead letters by a handler's own word: it understands it and will never be able to act on it. */
export class Poison extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'Poison';
    this.reason = reason;
  }
}

export type Reaction = (event: Event, lane: Lane) => Promise<void>;

export type ConsumeOptions = {
  readonly log: Log;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly group: string;
  readonly topics: readonly string[];
  readonly concurrency: number;
  readonly unfinishedMax?: number;
  /** False where another group of the same service reads the same topics: one dead letter of what nobody can read is enough. */
  readonly buriesUnreadable?: boolean;
  /** What this service does about each type; types without an entry are somebody else's. */
  readonly reactions: Partial<Record<EventName, Reaction>>;
  /** Told once an event of ours has gone to the dead letters, so that no send ends in silence. */
  readonly gaveUp?: (event: Event) => Promise<void>;
};

const triesMax = 3;
const pauseMs = 100;

/**
 * Consumes topics so that nothing stops the partition: what cannot be read, or what a reaction fails on three times, becomes a dead
 * letter with its bytes unchanged and the reason beside them. Only an unavailable store or log makes a record wait.
 */
export function consume(options: ConsumeOptions): Promise<Subscription> {
  const { log, group, topics, concurrency, unfinishedMax } = options;
  const lag = watchLag(options);
  return log
    .subscribe({ group, topics, concurrency, unfinishedMax }, (record, lane) =>
      lag.during(record, () => handleRecord(options, record, lane)),
    )
    .then((subscription) => ({
      ...subscription,
      close: (graceMs) => {
        lag.stop();
        return subscription.close(graceMs);
      },
    }));
}

async function handleRecord(options: ConsumeOptions, record: LogRecord, lane: Lane): Promise<void> {
  const decoded = decodeEvent(record);
  const { buriesUnreadable = true } = options;
  if (!decoded.ok) return buriesUnreadable ? bury(options, record, decoded.reason, 1) : undefined;
  const { event } = decoded;
  const react = options.reactions[event.type];
  // Somebody else's, in every respect.
  if (!react && !buriesUnreadable) return;
  const fault = dataFault(event.type, event.data);
  // Nobody is told of it: they would read the data.
  if (fault !== undefined) return buriesUnreadable ? bury(options, record, 'malformed-data', 1) : undefined;
  if (!react) return;
  return options.telemetry.consumed(options.group, event, () =>
    insist(options, record, event, () => react(event, lane), lane),
  );
}

/** One span and one place in the lane for all tries. */
async function insist(
  options: ConsumeOptions,
  record: LogRecord,
  event: Event,
  react: () => Promise<void>,
  lane: Lane,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await react();
    } catch (error) {
      if (error instanceof Unavailable || lane.signal.aborted) throw error;
      if (error instanceof Poison) return bury(options, record, error.reason, tries, event);
      options.logger.error('reaction-failed', { group: options.group, type: event.type, id: event.id, error, tries });
      if (tries >= triesMax) return bury(options, record, 'handler-failed', tries, event);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * tries));
    }
  }
}

/** Only with its dead letter in the log is the record done with; then it is, or it would stop its key for ever. */
async function bury(
  options: ConsumeOptions,
  record: LogRecord,
  reason: string,
  attempts: number,
  event?: Event,
): Promise<void> {
  const { group, log, logger } = options;
  const { topic, partition, offset } = record;
  await log.publish([toDeadLetter(record, { reason, group, attempts })]);
  logger.warn('dead-lettered', { group, reason, topic, partition, offset: String(offset), type: event?.type });
  options.telemetry.count('twofold.dead_letters', { group, reason });
  if (!event) return;
  await options.gaveUp?.(event).catch((error: unknown) => {
    if (error instanceof Unavailable) throw error;
    logger.error('giving-up-failed', { group, type: event.type, id: event.id, error });
  });
}
