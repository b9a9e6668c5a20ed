import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type ObservableGauge,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Event } from '#core/event.ts';

export type Labels = Readonly<Record<string, string | number | boolean>>;

/**
 * Traces and metrics of one process. Names and labels are fixed words; no address, code, user id or key may become one.
 * Without an OTLP endpoint spans cost next to nothing, and a caller's trace context is still carried into events.
 */
export type Telemetry = {
  /** W3C traceparent of what is going on now, for an event's headers. */
  traceparent(): string | undefined;
  /** Begins a server span, child of the caller's traceparent where there is one. */
  requestStarted(name: string, traceparent: string | undefined): RequestSpan;
  /** Runs the reaction to one record as a consumer span with the record's own time. */
  consumed<T>(group: string, event: Event, work: () => Promise<T>): Promise<T>;
  /** Runs a call to a vendor as a client span. */
  called<T>(name: string, work: () => Promise<T>): Promise<T>;
  count(name: MetricName, labels?: Labels): void;
  /** Seconds into a histogram. */
  observe(name: HistogramName, seconds: number, labels?: Labels): void;
  /** A value read when metrics are collected. */
  gauge(name: GaugeName, read: () => number | undefined, labels?: Labels): void;
  /** All metrics in Prometheus' text form. */
  metricsText(): Promise<string>;
  /** Flushes and ends; never rejects, whatever the collector does. */
  shutdown(): Promise<void>;
};

export type RequestSpan = {
  /** Runs what handles the request within the span. */
  run(work: () => void): void;
  end(status: number): void;
};

/** Every metric there is (docs/operations.md lists them). */
export const metricTable = {
  'twofold.http.requests': 'Answered requests by route and status',
  'twofold.commits': 'Commits by outcome: committed, conflict, unknown',
  'twofold.refusals': 'Refused requests by error code',
  'twofold.verdicts': 'Answered guesses by result and reason',
  'twofold.deliveries': 'Ended sends by channel, provider and outcome',
  'twofold.provider.calls': 'Calls to providers by provider and outcome',
  'twofold.dead_letters': 'Records moved to the dead letters by group and reason',
  'twofold.relayed': 'Records published by the relay',
} as const;
export type MetricName = keyof typeof metricTable;

export const histogramTable = {
  'twofold.http.duration': 'Seconds from request to answer',
  'twofold.handover.duration': 'Seconds from a send being asked for to its hand-over to a provider',
} as const;
export type HistogramName = keyof typeof histogramTable;

export const gaugeTable = {
  'twofold.log.waiting': 'Seconds the oldest publication has waited for its ack',
  'twofold.delivery.waiting': 'Sends that wait in this worker',
} as const;
export type GaugeName = keyof typeof gaugeTable;

const buckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** @param otlpEndpoint base URL of an OTLP/HTTP collector; without it no span is recorded */
export function createTelemetry(options: { readonly service: string; readonly otlpEndpoint?: string }): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': `twofold-${options.service}` });
  const reader = new PrometheusExporter({ preventServerStart: true });
  const aggregation = { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const, options: { boundaries: buckets } };
  const views = [{ instrumentName: 'twofold.*.duration', aggregation }];
  const meters = new MeterProvider({ resource, readers: [reader], views });
  const meter = meters.getMeter('twofold');
  const endpoint = options.otlpEndpoint?.replace(/\/$/, '');
  const traces = endpoint
    ? new TracerProvider({
        resource,
        spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) })],
      })
    : undefined;
  // One process, one context manager: several systems in one test process share it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = traces?.getTracer('twofold') ?? trace.getTracer('twofold');
  const propagator = new W3CTraceContextPropagator();
  const getter = {
    keys: (carrier: object) => Object.keys(carrier),
    get: (carrier: Record<string, string>, key: string) => carrier[key],
  };

  const counters = new Map(
    Object.entries(metricTable).map(([name, description]) => [name, meter.createCounter(name, { description })]),
  );
  const histograms = new Map(
    Object.entries(histogramTable).map(([name, description]) => [
      name,
      meter.createHistogram(name, { description, unit: 's' }),
    ]),
  );

  const gauges = new Map<GaugeName, ObservableGauge>();

  function within<T>(
    name: string,
    kind: SpanKind,
    traceparent: string | undefined,
    attributes: Attributes,
    work: () => Promise<T>,
  ): Promise<T> {
    const parent = traceparent ? propagator.extract(ROOT_CONTEXT, { traceparent }, getter) : context.active();
    if (!traces && !traceparent) return work();
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    return context.with(trace.setSpan(parent, span), async () => {
      try {
        return await work();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  return {
    traceparent() {
      const carrier: Record<string, string> = {};
      propagator.inject(context.active(), carrier, {
        set: (to: Record<string, string>, key, value) => void (to[key] = value),
      });
      return carrier['traceparent'];
    },
    requestStarted(name, traceparent) {
      if (!traces && traceparent === undefined) return { run: (work) => work(), end() {} };
      const parent = traceparent ? propagator.extract(ROOT_CONTEXT, { traceparent }, getter) : ROOT_CONTEXT;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
      const inside = trace.setSpan(parent, span);
      return {
        run: (work) => context.with(inside, work),
        end(status) {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    consumed: (group, event, work) =>
      within(
        `process ${event.type}`,
        SpanKind.CONSUMER,
        event.traceparent,
        {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'process',
          'messaging.consumer.group.name': group,
          'messaging.message.id': event.id,
        },
        work,
      ),
    called: (name, work) => within(name, SpanKind.CLIENT, undefined, {}, work),
    count: (name, labels) => counters.get(name)?.add(1, labels),
    observe: (name, seconds, labels) => histograms.get(name)?.record(seconds, labels),
    gauge(name, read, labels) {
      let gauge = gauges.get(name);
      if (!gauge) gauges.set(name, (gauge = meter.createObservableGauge(name, { description: gaugeTable[name] })));
      gauge.addCallback((result) => {
        const value = read();
        if (value !== undefined) result.observe(value, labels);
      });
    },
    async metricsText() {
      const { resourceMetrics } = await reader.collect();
      return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics);
    },
    async shutdown() {
      await Promise.allSettled([meters.shutdown(), traces?.shutdown()]);
    },
  };
}
