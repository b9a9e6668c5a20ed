import type { Log, LogRecord } from '#storage/log.ts';
import type { Telemetry } from './telemetry.ts';

const everyMs = 10_000;

export type LagWatch = {
  /** Deals with a record, and measures how long that takes and how old it is meanwhile. */
  during(record: LogRecord, work: () => Promise<void>): Promise<void>;
  stop(): void;
};

/**
 * Measures how far a group is behind: in records as the log tells, asked every 10 s and never by a scrape; in seconds by the oldest
 * record that this process is dealing with, or, where it deals with none while some wait, since it was first seen so.
 */
export function watchLag(options: {
  readonly log: Pick<Log, 'lag'>;
  readonly telemetry: Telemetry;
  readonly group: string;
  readonly topics: readonly string[];
}): LagWatch {
  const { log, telemetry, group, topics } = options;
  const watched = new Map(
    topics.map((topic) => [
      topic,
      {
        underWay: new Set<LogRecord>(),
        lag: undefined as number | undefined,
        idleSince: undefined as number | undefined,
      },
    ]),
  );

  for (const [topic, state] of watched) {
    const labels = { group, topic };
    telemetry.gauge('twofold.consumer.lag', () => state.lag, labels);
    telemetry.gauge(
      'twofold.consumer.delay',
      () => {
        const [oldest] = state.underWay;
        const since = oldest?.appendedAt ?? state.idleSince;
        if (since !== undefined) return Math.max((Date.now() - since) / 1_000, 0);
        return state.lag === undefined ? undefined : 0;
      },
      labels,
    );
  }

  async function ask(): Promise<void> {
    const lags = await log.lag(group, topics).catch(() => undefined);
    for (const [topic, state] of watched) {
      state.lag = lags?.filter((one) => one.topic === topic).reduce((sum, { records }) => sum + records, 0);
      const idles = state.underWay.size === 0 && (state.lag ?? 0) > 0;
      state.idleSince = idles ? (state.idleSince ?? Date.now()) : undefined;
    }
  }

  let asking: Promise<void> | undefined;
  const askOnce = () => void (asking ??= ask().finally(() => (asking = undefined)));
  const timer = setInterval(askOnce, everyMs).unref();
  askOnce();

  return {
    async during(record, work) {
      const state = watched.get(record.topic);
      const startedAt = performance.now();
      state?.underWay.add(record);
      try {
        await work();
      } finally {
        state?.underWay.delete(record);
        telemetry.observe('messaging.process.duration', (performance.now() - startedAt) / 1_000, {
          'messaging.consumer.group.name': group,
          'messaging.destination.name': record.topic,
        });
      }
    },
    stop: () => clearInterval(timer),
  };
}
