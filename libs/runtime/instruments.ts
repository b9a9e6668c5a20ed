import type { Counter, Histogram, ObservableGauge } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  boundsOf,
  gaugeTable,
  histogramTable,
  metricTable,
  unitOf,
  type GaugeName,
  type HistogramName,
  type MetricName,
} from './metrics.ts';

export type Labels = Readonly<Record<string, string | number | boolean>>;

export type Instruments = {
  /** Adds 1, or `amount`: 0 makes a counter be there before anything has happened, so that its first rise is seen. */
  count(name: MetricName, labels?: Labels, amount?: number): void;
  observe(name: HistogramName, value: number, labels?: Labels): void;
  /** A value read when metrics are collected; undefined is not shown. */
  gauge(name: GaugeName, read: () => number | undefined, labels?: Labels): void;
  /** All metrics in Prometheus' text form. */
  metricsText(): Promise<string>;
  shutdown(): Promise<void>;
};

const named = <Name extends string, Instrument>(
  table: Readonly<Record<Name, string>>,
  make: (name: Name) => Instrument,
): Record<Name, Instrument> =>
  Object.fromEntries((Object.keys(table) as Name[]).map((name) => [name, make(name)])) as Record<Name, Instrument>;

/** The instruments of one process, made once: what they cost later is a look into a table. */
export function createInstruments(resource: Resource): Instruments {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const meter = meters.getMeter('twofold');
  // The unit stands in the name here, because the serializer does not put it there.
  const nameOf = (name: HistogramName | GaugeName) => (unitOf(name) === 's' ? `${name}_seconds` : name);

  const counters: Record<MetricName, Counter> = named(metricTable, (name) =>
    meter.createCounter(name, { description: metricTable[name] }),
  );
  const histograms: Record<HistogramName, Histogram> = named(histogramTable, (name) =>
    meter.createHistogram(nameOf(name), {
      description: histogramTable[name],
      unit: unitOf(name),
      advice: { explicitBucketBoundaries: boundsOf(name) },
    }),
  );
  const gauges: Record<GaugeName, ObservableGauge> = named(gaugeTable, (name) =>
    meter.createObservableGauge(nameOf(name), { description: gaugeTable[name], unit: unitOf(name) }),
  );

  return {
    count: (name, labels, amount = 1) => counters[name].add(amount, labels),
    observe: (name, value, labels) => histograms[name].record(value, labels),
    gauge(name, read, labels) {
      gauges[name].addCallback((result) => {
        const value = read();
        if (value !== undefined) result.observe(value, labels);
      });
    },
    async metricsText() {
      const { resourceMetrics } = await reader.collect();
      return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics);
    },
    shutdown: () => meters.shutdown(),
  };
}
