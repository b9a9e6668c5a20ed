import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Event } from '#core/event.ts';

/** Names and attributes of spans are routes, types, groups, providers and ids of events; never what is in an event. */
export type Tracing = {
  /** W3C traceparent of what is going on now. */
  traceparent(): string | undefined;
  /** Begins a server span, child of the caller's traceparent where there is one. */
  requestStarted(method: string, route: string, traceparent: string | undefined): RequestSpan;
  /** Begins a span for each of these events, under which it is published. */
  publishing(types: readonly string[]): PublishSpans;
  /** Runs the reaction to one record as a consumer span with the record's own time, child of the span that published it. */
  consumed<T>(group: string, event: Event, work: () => Promise<T>): Promise<T>;
  /** Runs a call to a vendor as a client span. */
  called<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  shutdown(): Promise<void>;
};

export type RequestSpan = {
  /** Runs what handles the request within the span. */
  run(work: () => void): void;
  end(status: number): void;
};

export type PublishSpans = {
  /** For the headers of each event, in the order of the types. */
  readonly traceparents: readonly (string | undefined)[];
  /** Ends the spans when the publication has ended, and gives its outcome on. */
  during<T>(publication: Promise<T>): Promise<T>;
  /** Ends the spans of what is not published after all. @param why our word for it */
  drop(why: string): void;
};

export type TracingOptions = {
  readonly resource: Resource;
  /** Base URL of an OTLP/HTTP collector; without it no span is recorded, and a caller's context is carried on all the same. */
  readonly endpoint?: string;
  /** Share of traces that begin here and are recorded, 0 to 1; a caller's own choice for its trace is kept. */
  readonly ratio: number;
};

const flushMsMax = 2_000;
const exportMsMax = 5_000;

const propagator = new W3CTraceContextPropagator();
const getter = {
  keys: (carrier: object) => Object.keys(carrier),
  get: (carrier: Record<string, string>, key: string) => carrier[key],
};
const setter = { set: (to: Record<string, string>, key: string, value: string) => void (to[key] = value) };

const contextOf = (traceparent: string | undefined): Context =>
  traceparent === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, { traceparent }, getter);

function traceparentIn(of: Context): string | undefined {
  const carrier: Record<string, string> = {};
  propagator.inject(of, carrier, setter);
  return carrier['traceparent'];
}

const noRequest: RequestSpan = { run: (work) => work(), end() {} };

function endSpan(span: Span, errorType?: string): void {
  if (errorType !== undefined) span.setAttribute('error.type', errorType).setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** An error's class: its text may name what must not be told. */
const typeOf = (error: unknown): string => (error instanceof Error ? error.name : 'error');

/** Spans of one process. Without an endpoint nothing is kept of them, and next to nothing is done. */
export function createTracing({ resource, endpoint, ratio }: TracingOptions): Tracing {
  const provider = endpoint === undefined ? undefined : createProvider(resource, endpoint, ratio);
  // One process, one context manager: several systems in one test process share it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider?.getTracer('twofold') ?? trace.getTracer('twofold');
  const traceparent = () => traceparentIn(context.active());

  function within<T>(
    { name, kind, attributes, parent }: { name: string; kind: SpanKind; attributes: Attributes; parent: Context },
    work: () => Promise<T>,
  ): Promise<T> {
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    return context.with(trace.setSpan(parent, span), async () => {
      try {
        const result = await work();
        endSpan(span);
        return result;
      } catch (error) {
        endSpan(span, typeOf(error));
        throw error;
      }
    });
  }

  return {
    traceparent,
    requestStarted(method, route, from) {
      if (!provider && from === undefined) return noRequest;
      const parent = contextOf(from);
      const attributes = { 'http.request.method': method, 'http.route': route };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
      const inside = trace.setSpan(parent, span);
      return {
        run: (work) => context.with(inside, work),
        end(status) {
          span.setAttribute('http.response.status_code', status);
          endSpan(span, status >= 500 ? String(status) : undefined);
        },
      };
    },
    publishing: (types) => (provider ? startPublishing(types) : unrecorded(types, traceparent())),
    consumed(group, event, work) {
      if (!provider && event.traceparent === undefined) return work();
      const attributes = {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.consumer.group.name': group,
        'messaging.message.id': event.id,
      };
      const parent = contextOf(event.traceparent);
      return within({ name: `process ${event.type}`, kind: SpanKind.CONSUMER, attributes, parent }, work);
    },
    called: (name, attributes, work) =>
      provider ? within({ name, kind: SpanKind.CLIENT, attributes, parent: context.active() }, work) : work(),
    shutdown: () => withinMs(flushMsMax, provider?.shutdown()),
  };

  function startPublishing(types: readonly string[]): PublishSpans {
    const parent = context.active();
    const attributes = { 'messaging.system': 'kafka', 'messaging.operation.type': 'send' };
    const spans = types.map((type) =>
      tracer.startSpan(`publish ${type}`, { kind: SpanKind.PRODUCER, attributes }, parent),
    );
    const end = (errorType?: string) => spans.forEach((span) => endSpan(span, errorType));
    return {
      traceparents: spans.map((span) => traceparentIn(trace.setSpan(parent, span))),
      async during(publication) {
        try {
          const result = await publication;
          end();
          return result;
        } catch (error) {
          end(typeOf(error));
          throw error;
        }
      },
      drop: end,
    };
  }
}

function unrecorded(types: readonly string[], traceparent: string | undefined): PublishSpans {
  return { traceparents: types.map(() => traceparent), during: (publication) => publication, drop() {} };
}

/** A stop does not wait for a collector that is away: its spans are lost then, and nothing else. */
async function withinMs(ms: number, work: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function createProvider(resource: Resource, endpoint: string, ratio: number): TracerProvider {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: exportMsMax,
  });
  return new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    // Bounded: 2,048 spans wait at most, and what comes beyond is dropped.
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
}
