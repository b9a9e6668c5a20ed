/**
 * Every metric there is (docs/operations.md lists them). Names follow OpenTelemetry's conventions, and its own names are taken where
 * there is one; labels are routes, fixed words and names of providers, so that their number is bounded: no tenant, subject or id.
 */
export const metricTable = {
  'twofold.decisions': 'Decided commands by outcome: the type of the first event, answer, or refused with its reason',
  'twofold.commits': 'Commits by outcome: committed, conflict, unknown',
  'twofold.refusals': 'Refused requests by error code',
  'twofold.verdicts': 'Answered guesses by result and reason',
  'twofold.deliveries': 'Ended sends by channel, provider and outcome',
  'twofold.provider.calls': 'Calls to providers by provider and outcome',
  'twofold.dead_letters': 'Records moved to the dead letters by group and reason',
  'twofold.restorations': 'Restorations of the store from the log by outcome: opened, lost',
  'twofold.relayed': 'Records published by the relay',
} as const;
export type MetricName = keyof typeof metricTable;

export const histogramTable = {
  'http.server.request.duration': 'Seconds from request to answer by method, route and status',
  'messaging.process.duration':
    'Seconds a record was at its reaction, waits for a provider included, by group and topic',
  'messaging.client.operation.duration':
    'Seconds one batch took to be acknowledged by the log, and error.type if it was not',
  'twofold.log.batch.size': 'Records published in one batch',
  'twofold.handover.duration': 'Seconds from a send being asked for to its hand-over to a provider, by channel',
} as const;
export type HistogramName = keyof typeof histogramTable;

export const gaugeTable = {
  'twofold.log.waiting': 'Seconds the oldest publication has waited for its ack',
  'twofold.log.unlogged': 'Seconds the oldest committed event known to the relay has waited to get into the log',
  'twofold.consumer.lag': 'Records that a group has still to deal with, by group and topic',
  'twofold.consumer.delay':
    'Seconds since the oldest record that a process of the group deals with was appended, by group and topic',
  'twofold.restore.closed': 'Buckets of the store, of 256, that wait to be restored from the log',
  'twofold.restore.progress': 'Share of the log that the restoration under way has read, 0 to 1',
  'twofold.delivery.waiting': 'Sends that wait in this worker',
  'twofold.provider.breaker':
    'Whether a provider may be called: 0 closed, as usual; 1 for one trial call; 2 left alone',
} as const;
export type GaugeName = keyof typeof gaugeTable;

/** Measured in seconds, and named so where Prometheus reads them. */
const inSeconds: ReadonlySet<string> = new Set<HistogramName | GaugeName>([
  'http.server.request.duration',
  'messaging.process.duration',
  'messaging.client.operation.duration',
  'twofold.handover.duration',
  'twofold.log.waiting',
  'twofold.log.unlogged',
  'twofold.consumer.delay',
]);

export const unitOf = (name: HistogramName | GaugeName): 's' | undefined => (inSeconds.has(name) ? 's' : undefined);

/** As OpenTelemetry names a metric for Prometheus: underscores, the unit, and `_total` behind what only rises. */
export function prometheusName(name: MetricName | HistogramName | GaugeName): string {
  const ending = Object.hasOwn(metricTable, name) ? '_total' : inSeconds.has(name) ? '_seconds' : '';
  return `${name.replaceAll('.', '_')}${ending}`;
}

const secondBounds = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const sizeBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500];

export const boundsOf = (name: HistogramName): number[] => (inSeconds.has(name) ? secondBounds : sizeBounds);
