import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { readPlaces } from '#runtime/config.ts';
import { createLogger } from '#runtime/logger.ts';
import { fillFromLog } from '#runtime/restore/fill.ts';
import { wordsOfProgress, type Report } from '#runtime/restore/report.ts';
import type { Log } from '#storage/log.ts';
import { openLogAlone } from '#storage/open.ts';
import type { Restoration, Survey } from '#storage/restoration.ts';
import { parseOptions, runCommand, UsageFault, type Terminal } from '../log/terminal.ts';

export const usage = `npm run rebuild  fill a Redis that lost data from the log, as verifiers do by themselves; prints how far it is

It needs KAFKA_BROKERS and REDIS_URL, and no keys. It may be broken off at any time: what it put back stays, nothing is
opened before all is there, and the next run, or a verifier, finds it. What others are restoring already it waits for.`;

const renewMs = 3_000;
const printMs = 2_000;

/** Answers the exit code: 0 when every bucket is open. */
export function runRebuild(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(args, usage, terminal, async () => {
    if (parseOptions(args, {}).positionals.length > 0) throw new UsageFault('there are no arguments');
    const { kafka, redisUrl } = readPlaces(terminal.env);
    if (!kafka || redisUrl === undefined)
      throw new Error('KAFKA_BROKERS and REDIS_URL must be set: a SQLite file never falls behind its log');
    const { openRedisStore } = await import('#storage/redis/store.ts');
    const store = await openRedisStore({ url: redisUrl, now: Date.now });
    const log = await openLogAlone(kafka, { clientId: 'twofold-rebuild', now: Date.now });
    try {
      if (store.restoration) await rebuild(store.restoration, log, terminal);
      return 0;
    } finally {
      await Promise.all([log.close(), store.close()]);
    }
  });
}

async function rebuild(restoration: Restoration, log: Log, { print }: Terminal): Promise<void> {
  const owner = randomUUID();
  for (;;) {
    const survey = await restoration.survey(owner);
    if (survey.open === restoration.buckets) return print(`all ${survey.open} buckets are open`);
    if (survey.taken.length > 0) await fill(restoration, log, { owner, survey, print });
    else await pause(printMs).then(() => print(`${survey.held} buckets are being restored by another process`));
  }
}

async function fill(
  restoration: Restoration,
  log: Log,
  { owner, survey, print }: { readonly owner: string; readonly survey: Survey; readonly print: Terminal['print'] },
): Promise<void> {
  print(`${survey.taken.length} of ${restoration.buckets} buckets are restored from the log`);
  let report: Report | undefined;
  // What fails here shows in the filling.
  const renewal = setInterval(() => void restoration.survey(owner).catch(() => {}), renewMs);
  const telling = setInterval(() => report && print(wordsOfProgress(report.progress())), printMs);
  try {
    const filling = restoration.fill(survey.taken);
    const logger = createLogger({ service: 'rebuild', level: 'warn' });
    report = await fillFromLog({ log, filling, logger, now: Date.now, begun: (begun) => void (report = begun) });
    print(`${wordsOfProgress(report.progress())}; ${await filling.open(owner)} buckets opened`);
  } finally {
    clearInterval(renewal);
    clearInterval(telling);
  }
}
