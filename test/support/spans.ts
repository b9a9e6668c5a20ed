import type { TraceCollector } from './trace-collector.ts';

/** A span as OTLP tells it. `kind`: 2 server, 3 client, 4 producer, 5 consumer. */
export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

type Value = Readonly<Record<string, unknown>>;
type Attribute = { readonly key: string; readonly value: Value };
type Told = Omit<Span, 'service' | 'attributes'> & { readonly attributes?: readonly Attribute[] };
type Body = {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Told[] }[];
  }[];
};

const toRecord = (attributes: readonly Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** All spans that a collector was sent so far. */
export function spansOf({ received }: TraceCollector): Span[] {
  // Heads and bodies take turns.
  const bodies = received.map((bytes) => JSON.parse(bytes.toString()) as Body);
  return bodies.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }) => {
      const service = String(toRecord(resource.attributes)['service.name']);
      return scopeSpans.flatMap(({ spans }) =>
        spans.map(({ attributes, ...span }) => ({ ...span, service, attributes: toRecord(attributes) })),
      );
    }),
  );
}

/** From a span to what caused it, up to the one whose parent is not there. */
export function wayUp(spans: readonly Span[], from: Span): Span[] {
  const parent = spans.find(({ traceId, spanId }) => traceId === from.traceId && spanId === from.parentSpanId);
  return parent ? [from, ...wayUp(spans, parent)] : [from];
}
