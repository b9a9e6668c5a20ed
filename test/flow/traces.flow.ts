import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { TestTenant } from '../support/installation.ts';
import { eventually } from '../support/installation.ts';
import { createMarkerFinder, type Marker } from '../support/markers.ts';
import { spansOf, wayUp, type Span } from '../support/spans.ts';
import { guess, obtainCode } from '../support/story.ts';
import { startTraceCollector, type TraceCollector } from '../support/trace-collector.ts';

export type Traced = Pick<TestTenant, 'call' | 'tenant' | 'apiKey'> & {
  readonly messagesTo: (to: string, count?: number) => Promise<readonly { readonly text: string }[]>;
  close(): Promise<void>;
};

const [server, client, producer, consumer] = [2, 3, 4, 5];
const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** A span and what caused it, as a reader of the trace sees it. */
const shown = (spans: readonly Span[]) => spans.map(({ name, kind }) => [name, kind]);

/** Lets a system tell its spans to a collector, and looks at what it gets. `services`: of the three steps, as spans name them. */
export function testTraces(
  start: (collector: TraceCollector) => Promise<Traced>,
  services: readonly [gateway: string, templates: string, deliveries: string],
): void {
  it('tells one trace from the request through the log to the provider’s answer, and nothing of the person', async () => {
    const collector = await startTraceCollector();
    const system = await start(collector);
    try {
      const [traceId, callerSpanId] = [hex(16), hex(8)];
      const [name, clientIp] = ['Marguerite Perey', '203.0.113.77'];
      const body = { channel: 'email', params: { name }, clientIp } as const;
      const { to, id, code } = await obtainCode(system, body, { traceparent: `00-${traceId}-${callerSpanId}-01` });
      expect(await guess(system.call, id, code)).toMatchObject({ result: 'approved' });
      const inTrace = () => spansOf(collector).filter((span) => span.traceId === traceId);
      const named = (wanted: string) => inTrace().filter((span) => span.name === wanted);
      const [sent] = await eventually('the span of the delivery’s fate', () => {
        const told = named('publish delivery-sent');
        return named('send email').length > 0 && named('POST /v1/challenges').length > 0 && told.length > 0 && told;
      });

      const spans = inTrace();
      const [call, ...otherCalls] = named('send email');
      expect(otherCalls).toEqual([]);
      const cause = [
        ['process message-rendered', consumer],
        ['publish message-rendered', producer],
        ['process challenge-requested', consumer],
        ['publish challenge-requested', producer],
        ['POST /v1/challenges', server],
      ];
      const way = wayUp(spans, call as Span);
      expect(shown(way)).toEqual([['send email', client], ...cause]);
      expect(way.at(-1)?.parentSpanId).toBe(callerSpanId);
      expect(shown(wayUp(spans, sent as Span))).toEqual([['publish delivery-sent', producer], ...cause]);
      const [gateway, templates, deliveries] = services;
      expect(way.map(({ service }) => service)).toEqual(
        [deliveries, deliveries, templates, templates, gateway, gateway].map((service) => `twofold-${service}`),
      );
      // One for each event, one for each record and group.
      expect(named('publish challenge-requested')).toHaveLength(1);
      expect(named('publish message-rendered')).toHaveLength(1);
      const groups = named('process challenge-requested').map(
        (span) => span.attributes['messaging.consumer.group.name'],
      );
      expect(groups.filter((group) => group === 'template-worker')).toHaveLength(1);

      // The guess is a call of its own, with a trace of its own.
      await eventually('the span of the approval', () =>
        spansOf(collector).some((span) => span.name === 'publish challenge-approved' && span.traceId !== traceId),
      );
      const markers: Marker[] = [
        { name: 'address', value: to },
        { name: 'code', value: code },
        { name: 'name', value: name },
        { name: 'client', value: clientIp },
        { name: 'API key', value: system.apiKey },
        { name: 'tenant', value: system.tenant },
      ];
      const find = createMarkerFinder(markers);
      expect(find(Buffer.concat(collector.received.map(Buffer.from)))).toEqual([]);
      expect(find(Buffer.concat([...collector.received.map(Buffer.from), Buffer.from(to)]))).toEqual(['address']);
    } finally {
      await system.close();
      collector.close();
    }
  });
}
