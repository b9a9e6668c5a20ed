import { countedTypes, countsOf, type Counts } from '#core/stats.ts';
import type { Event } from '#core/event.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import { topics } from '#schemas/topics.ts';
import type { Lane, Subscription } from '#storage/log.ts';
import { tallyMinutesKept, type Store } from '#storage/store.ts';
import { consume, type Reaction } from '#runtime/consume.ts';
import type { Foundation } from '#runtime/foundation.ts';

const minuteMs = 60_000;
const concurrency = 64;
const gatherMs = 250;

/**
 * Counts what the log tells, by minute, for each tenant and for all together: what `GET /v1/stats` shows. A group of its own, so that
 * no decision and no delivery waits for it; a record that comes again counts again.
 */
export function startCounting(foundation: Foundation): Promise<Subscription> {
  const { log, logger, telemetry, now, store } = foundation;
  const add = gatherTallies(store);

  async function count(event: Event, lane: Lane): Promise<void> {
    const minute = Math.floor(event.time / minuteMs);
    const age = Math.floor(now() / minuteMs) - minute;
    const counts = Math.abs(age) < tallyMinutesKept ? countsOf(event) : undefined;
    if (!counts) return;
    // What is gathered is written four times a second: those behind it need not wait so long.
    lane.leave();
    await add([tenantSubject(event.tenant), platformSubject], minute, counts);
  }

  return consume({
    log,
    logger,
    telemetry,
    group: 'verifier-stats',
    topics: [topics.journal.name, topics.deliveries.name],
    concurrency,
    // Each of these topics has another group that buries what nobody can read.
    buriesUnreadable: false,
    reactions: Object.fromEntries(countedTypes.map((type) => [type, count satisfies Reaction])),
  });
}

/** Gathers counts and writes each key's minute at once; a promise resolves when what it added is written. */
function gatherTallies(store: Pick<Store, 'tally'>) {
  type Gathered = { readonly key: string; readonly minute: number; readonly sums: Map<string, number> };
  let gathered = new Map<string, Gathered>();
  let writing: Promise<void> | undefined;

  async function writeSoon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    const all = [...gathered.values()];
    gathered = new Map();
    writing = undefined;
    await Promise.all(
      all.map(({ key, minute, sums }) => store.tally(key, { minute, counts: Object.fromEntries(sums) })),
    );
  }

  return (keys: readonly string[], minute: number, counts: Counts): Promise<void> => {
    for (const key of keys) {
      const name = `${key} ${minute}`;
      const { sums } = gathered.get(name) ?? {};
      const into = sums ?? new Map<string, number>();
      if (!sums) gathered.set(name, { key, minute, sums: into });
      for (const [field, amount] of Object.entries(counts)) into.set(field, (into.get(field) ?? 0) + amount);
    }
    return (writing ??= writeSoon());
  };
}
