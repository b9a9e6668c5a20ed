import type { Static } from 'typebox';
import type { StatsAnswer } from '#schemas/stats-api.ts';
import { html, type Html } from '../html.ts';
import type { Desk } from './desk.ts';
import type { Doors } from './doors.ts';
import { drawPlot, type Plot } from './plot.ts';

type Stats = Static<typeof StatsAnswer>;
type Counts = Stats['total'];
type Span = {
  readonly name: string;
  readonly label: string;
  readonly ms: number;
  readonly stepSeconds: number;
  readonly step: string;
};

const hour: Span = { name: 'hour', label: 'Last hour', ms: 3_600_000, stepSeconds: 60, step: 'a minute' };
const spans: readonly Span[] = [
  hour,
  { name: 'day', label: 'Last 24 hours', ms: 86_400_000, stepSeconds: 1_800, step: 'in half an hour' },
];

/** What was asked for, approved, delivered, and how long it took; counted by the API, drawn here. */
export function registerDelivery(doors: Doors): void {
  doors.page({ url: '/admin/delivery', need: 'settings-or-platform' }, async (desk) => {
    const { span: name, tenant } = desk.request.query as { span?: unknown; tenant?: unknown };
    // Of one tenant for the operator; a tenant's own key has no other.
    const one = desk.admin.kind === 'platform' && typeof tenant === 'string' ? tenant : undefined;
    const span = spans.find((each) => each.name === name) ?? hour;
    const stats = await readStats(desk, span, one);
    const times = stats.steps.map(({ at }) => at.slice(11, 16));
    const links = spans.map(
      (each) =>
        html`<li><a href="/admin/delivery?span=${each.name}${one !== undefined && `&tenant=${encodeURIComponent(one)}`}"${each === span && html` aria-current="true"`}>${each.label}</a></li>`,
    );
    const scope =
      desk.admin.kind === 'platform' &&
      (one === undefined ? 'Of all tenants together. ' : html`Of the tenant <strong>${one}</strong>. `);
    const body = html`<p class="intro">${scope}Counted by the minute and kept for 48 hours; a repetition after a fault may count twice.</p>
<nav aria-label="Time"><ul class="jumps">${links}</ul></nav>
${totals(stats.total)}<div class="plots">${plotsOf(stats, times, span.step).map(drawPlot)}</div>${providers(stats.total)}`;
    return desk.page({ title: 'Delivery', body });
  });
}

function readStats(desk: Desk, { ms, stepSeconds }: Span, tenant: string | undefined): Promise<Stats> {
  // Whole steps, the current one included; the API widens the end to its step.
  const stepMs = stepSeconds * 1_000;
  const from = Math.ceil(desk.now / stepMs) * stepMs - ms;
  const times = { from: new Date(from).toISOString(), to: new Date(desk.now).toISOString() };
  const query = new URLSearchParams({
    ...times,
    stepSeconds: String(stepSeconds),
    ...(tenant !== undefined && { tenant }),
  });
  const path = desk.admin.kind === 'platform' ? '/v1/platform/stats' : '/v1/stats';
  return desk.call<Stats>({ method: 'GET', path: `${path}?${query.toString()}` });
}

const sent = ({ deliveries }: Counts) => countOf(deliveries, true);
const failed = ({ deliveries }: Counts) => countOf(deliveries, false);
const countOf = (deliveries: Counts['deliveries'], good: boolean) =>
  deliveries.reduce((sum, { outcome, count }) => sum + ((outcome === 'sent') === good ? count : 0), 0);

function plotsOf({ steps }: Stats, times: readonly string[], step: string): Plot[] {
  const of = (pick: (counts: Counts) => number | undefined) => steps.map(pick);
  return [
    {
      id: 'requests',
      title: 'Requests and approvals',
      kind: 'lines',
      unit: step,
      times,
      series: [
        { name: 'Requests', look: 'first', values: of(({ requests }) => requests) },
        { name: 'Approvals', look: 'second', values: of(({ approvals }) => approvals) },
      ],
    },
    {
      id: 'deliveries',
      title: 'Deliveries',
      kind: 'columns',
      unit: step,
      times,
      series: [
        { name: 'Handed over', look: 'good', values: of(sent) },
        { name: 'Failed', look: 'bad', values: of(failed) },
      ],
    },
    {
      id: 'handover',
      title: 'Time to hand-over',
      kind: 'lines',
      unit: 's',
      times,
      series: [
        { name: 'Half took no longer', look: 'first', values: of(({ handover }) => handover.p50Seconds) },
        { name: '95 of 100 took no longer', look: 'second', values: of(({ handover }) => handover.p95Seconds) },
      ],
    },
  ];
}

function totals(total: Counts): Html {
  const { requests, resends, approvals, rejections, logins, handover } = total;
  const line = (name: string, value: string | number) => html`<div><dt>${name}</dt><dd class="big">${value}</dd></div>`;
  return html`<dl class="panel facts">${line('Requests', requests)}${line('Resends', resends)}${line('Approvals', approvals)}${line('Wrong codes', rejections)}${line('Logins', `${logins.approved} of ${logins.started} passed`)}${line('Handed over', sent(total))}${line('Failed', failed(total))}${line('Hand-over, 95 of 100', handover.p95Seconds === undefined ? '–' : `≤ ${handover.p95Seconds} s`)}</dl>`;
}

const channels: Readonly<Record<string, string>> = { sms: 'SMS', email: 'Email' };

function providers({ deliveries }: Counts): Html {
  const most = Math.max(1, ...deliveries.map(({ count }) => count));
  const row = ({ channel, provider, outcome, count }: Counts['deliveries'][number]): Html =>
    html`<tr><th scope="row">${provider ?? 'none'}</th><td>${channels[channel] ?? channel}</td><td><span class="tag ${outcome === 'sent' ? 'good' : 'bad'}">${outcome}</span></td><td>${count}</td><td><meter min="0" max="${most}" value="${count}" aria-label="${count} of at most ${most}"></meter></td></tr>`;
  return html`<h2>By provider and outcome</h2>${
    deliveries.length > 0
      ? html`<div class="panel scroll" tabindex="0" role="region" aria-label="By provider and outcome"><table><thead><tr><th scope="col">Provider</th><th scope="col">Channel</th><th scope="col">Outcome</th><th scope="col">Messages</th><th scope="col"><span class="hidden-visually">Share</span></th></tr></thead><tbody>${deliveries.map(row)}</tbody></table></div>`
      : html`<p class="panel">Nothing was sent in this time.</p>`
  }`;
}
