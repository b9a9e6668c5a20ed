import { resourceFromAttributes } from '@opentelemetry/resources';
import { createInstruments, type Instruments } from './instruments.ts';
import { createTracing, type Tracing } from './tracing.ts';

/**
 * Traces and metrics of one process. Names and labels are fixed words; no address, code, user id or key may become one.
 * Without an OTLP endpoint spans cost next to nothing, and a caller's trace context is still carried into events.
 */
export type Telemetry = Omit<Tracing, 'shutdown'> &
  Omit<Instruments, 'shutdown'> & {
    /** Flushes and ends; never rejects, whatever the collector does. */
    shutdown(): Promise<void>;
  };

export type TelemetryOptions = {
  readonly service: string;
  /** Base URL of an OTLP/HTTP collector. */
  readonly otlpEndpoint?: string;
  /** Share of the traces begun here that are recorded, 0 to 1; default: all. */
  readonly traceRatio?: number;
};

export function createTelemetry({
  service,
  otlpEndpoint: endpoint,
  traceRatio: ratio = 1,
}: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': `twofold-${service}` });
  const [tracing, instruments] = [createTracing({ resource, endpoint, ratio }), createInstruments(resource)];
  return {
    ...tracing,
    ...instruments,
    async shutdown() {
      await Promise.allSettled([tracing.shutdown(), instruments.shutdown()]);
    },
  };
}
