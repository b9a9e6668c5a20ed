import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gaugeTable, histogramTable, metricTable, prometheusName } from '#runtime/metrics.ts';
import { topics } from '#schemas/topics.ts';
import { createCall } from '../support/call.ts';
import { eventually, wrong } from '../support/installation.ts';
import { guess, obtainCode } from '../support/story.ts';
import type { System } from '../support/system.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const all = [metricTable, histogramTable, gaugeTable].flatMap(
  (table) => Object.keys(table) as Parameters<typeof prometheusName>[0][],
);

/** Told by a restorer, which there is on Redis alone, and only while it restores. */
const onlyWhileRestoring = ['twofold_restorations_total', 'twofold_restore_closed', 'twofold_restore_progress'];

/** Names of families that an expression, a rule or a page speaks of, without the endings that Prometheus puts to a histogram. */
const namedIn = (text: string) =>
  new Set(
    [...text.matchAll(/\b(?:twofold|http_server|messaging)_[a-z][a-z_]*[a-z]\b/g)]
      .map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))
      .filter((name) => !isLabel(name)),
  );
const isLabel = (name: string) =>
  ['messaging_consumer_group_name', 'messaging_destination_name', 'messaging_operation_name'].includes(name);

/** What /metrics shows once the system has met one of everything. */
export function describeMetrics(given: () => System): void {
  describe('metrics', () => {
    async function shown(): Promise<string> {
      const system = given();
      const { id, code } = await obtainCode(system);
      await guess(system.call, id, wrong(code));
      await guess(system.call, id, code);
      await system.call('GET', '/v1/challenges/nothing');
      const garbage = { topic: topics.deliveries.name, key: 'garbage', headers: {}, value: 'garbage' };
      await system.foundation.log.publish([garbage]);
      return eventually('a dead letter, a lag and a hand-over', async () => {
        const { text } = await createCall(system.url, '')('GET', '/metrics');
        return (
          ['twofold_dead_letters_total{', 'twofold_consumer_lag{', 'twofold_handover_duration_seconds_count{'].every(
            (name) => text.includes(name),
          ) && text
        );
      });
    }
    const familiesOf = (text: string) => [...text.matchAll(/^# TYPE (\S+) \S+$/gm)].map((match) => match[1] ?? '');

    it('are all that are listed, and the list is that of the manual', async () => {
      const families = familiesOf(await shown());
      expect([...families, ...onlyWhileRestoring.filter((name) => !families.includes(name))].toSorted()).toEqual(
        all.map(prometheusName).toSorted(),
      );
      const manual = read('docs/operations.md');
      const [, listed = ''] = /<!-- generated:metrics -->(.*?)<!-- end:metrics -->/s.exec(manual) ?? [];
      expect([...namedIn(listed)].toSorted()).toEqual(all.map(prometheusName).toSorted());
    });

    it('are what the manual, the dashboard and the alert rules speak of', async () => {
      const families = new Set([...familiesOf(await shown()), ...onlyWhileRestoring]);
      for (const page of [
        'docs/operations.md',
        'deploy/grafana/twofold.json',
        'deploy/prometheus/twofold.rules.yaml',
      ]) {
        const unknown = [...namedIn(read(page))].filter((name) => !families.has(name));
        expect({ page, unknown }).toEqual({ page, unknown: [] });
      }
    });

    it('carry the labels that the dashboard and the alert rules choose by', async () => {
      const text = await shown();
      const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map((match) => match[1]));
      const chosen = ['deploy/grafana/twofold.json', 'deploy/prometheus/twofold.rules.yaml']
        .flatMap((page) => [...read(page).matchAll(/[{,]\s*([a-z_]+)\s*(?:=|!=|=~|!~)\s*\\?"|\bby \(([a-z_, ]+)\)/g)])
        .flatMap(([, label, list]) => (label === undefined ? (list ?? '').split(', ') : [label]))
        .filter((label) => !['le', 'job', 'instance', ''].includes(label));
      expect(chosen.length).toBeGreaterThan(0);
      expect(chosen.filter((label) => !labels.has(label))).toEqual([]);
    });

    it('have labels of a bounded number, and none that names a tenant, a subject or a person', async () => {
      const system = given();
      const { to } = await obtainCode(system);
      const text = await shown();
      const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map((match) => String(match[1])));
      expect([...labels].toSorted()).toEqual([
        'channel',
        'code',
        'group',
        'http_request_method',
        'http_response_status_code',
        'http_route',
        'le',
        'messaging_consumer_group_name',
        'messaging_destination_name',
        'messaging_operation_name',
        'outcome',
        'provider',
        'reason',
        'result',
        'topic',
      ]);
      for (const secret of [system.tenant, to, system.apiKey]) expect(text).not.toContain(secret);
    });
  });
}
