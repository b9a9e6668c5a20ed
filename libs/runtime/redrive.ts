import { topics } from '#schemas/topics.ts';
import type { Log, LogRecord } from '#storage/log.ts';
import { toRedriven } from './dead-letters.ts';
import type { Logger } from './logger.ts';
import { startRounds } from './rounds.ts';
import type { WorkingPart } from './service.ts';

/** Under this kind a request for redriving waits in the file of an embedded installation. */
export const redriveKind = 'redrive';

/** How many letters one request may name. */
export const redriveMax = 1_000;

const everyMs = 1_000;

/**
 * Tells the letters' records once more where they were told first, one after another, so that workers try them again
 * under the rules of today. Doing it twice is harmless: to every reader a redriven record is a repetition of one event.
 * Answers how many could go back.
 * @param now Unix milliseconds
 */
export async function redrive(log: Log, letters: Iterable<LogRecord>, now: () => number): Promise<number> {
  let count = 0;
  for (const letter of letters) {
    const record = toRedriven(letter, now());
    if (!record) continue;
    await log.publish([record]);
    count += 1;
  }
  return count;
}

/** A request for letters by their offsets. */
export const writeRedriveRequest = (letters: readonly LogRecord[]): string =>
  JSON.stringify({ offsets: letters.map(({ offset }) => String(offset)) });

function readOffsets(body: string): ReadonlySet<string> {
  const { offsets } = JSON.parse(body) as { offsets?: unknown };
  if (!Array.isArray(offsets) || offsets.length > redriveMax) throw new Error('no request for redriving');
  return new Set(offsets.map(String));
}

/**
 * Does what the command `dead-letters redrive` asks of the process that has the file. A request is taken before it is
 * done: if this process dies in between, the letters are still there to be asked for again.
 */
export function startRedriving(deps: {
  readonly log: Log;
  readonly takeRequests: (kind: string) => Promise<string[]>;
  readonly logger: Logger;
  readonly now: () => number;
}): WorkingPart {
  const { log, logger, now } = deps;
  async function carryOut(body: string): Promise<void> {
    const wanted = readOffsets(body);
    const letters: LogRecord[] = [];
    for await (const letter of log.read({ topics: [topics.deadLetters.name] })) {
      if (wanted.has(String(letter.offset))) letters.push(letter);
    }
    logger.info('redriven', { count: await redrive(log, letters, now) });
  }

  async function poll(): Promise<void> {
    for (const body of await deps.takeRequests(redriveKind)) {
      await carryOut(body).catch((error: unknown) => logger.warn('redrive-failed', { error }));
    }
  }

  const rounds = startRounds(everyMs, poll, (error) => logger.warn('redrive-waits', { error }));
  return { ready: () => true, close: () => rounds.stop() };
}
