import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/installation.ts';
import { spansOf } from '../support/spans.ts';
import { obtainCode } from '../support/story.ts';
import { startSystem } from '../support/system.ts';
import { startTraceCollector } from '../support/trace-collector.ts';
import { testTraces } from './traces.flow.ts';

describe('A system on one SQLite file', () => {
  testTraces(
    (collector) => startSystem({ kind: 'embedded', config: { otlpEndpoint: collector.url } }),
    ['standalone', 'standalone', 'standalone'],
  );

  it('records no trace of its own where the share is 0, and one that its caller records', async () => {
    const collector = await startTraceCollector();
    const system = await startSystem({ kind: 'embedded', config: { otlpEndpoint: collector.url, traceRatio: 0 } });
    try {
      await obtainCode(system);
      const traceId = randomBytes(16).toString('hex');
      await obtainCode(system, {}, { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` });
      await obtainCode(system, {}, { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00` });
      await eventually('the spans of the caller’s trace', () =>
        spansOf(collector).some((span) => span.name === 'publish delivery-sent'),
      );
    } finally {
      await system.close();
      collector.close();
    }
    const traces = new Set(spansOf(collector).map((span) => span.traceId));
    expect(traces.size).toBe(1);
  });

  it('works as ever while the collector is away', async () => {
    const collector = await startTraceCollector();
    collector.close();
    const system = await startSystem({ kind: 'embedded', config: { otlpEndpoint: collector.url } });
    const { code } = await obtainCode(system);
    expect(code).toMatch(/^\d{6}$/);
    await system.close();
  });
});
