import { addCounts, statsOf } from '#core/stats.ts';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import { answers } from '#schemas/api.ts';
import { PlatformStatsQuery, StatsAnswer, StatsQuery } from '#schemas/stats-api.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { spanOf, type StatsSpan } from '../stats-span.ts';

const security = [{ apiKey: [] }];
const minuteMs = 60_000;

/** What was counted of the last 48 hours: a tenant's own, or for the operator all tenants' together or any one's. */
export function registerStats(app: Http, foundation: Foundation): void {
  const { authenticate, tenants, now } = foundation;

  const own = {
    tags: ['settings'],
    security,
    summary: 'Requests, approvals and deliveries by time',
    querystring: StatsQuery,
    response: answers(200, StatsAnswer),
  };
  app.get('/v1/stats', { onRequest: demand(authenticate, 'settings'), schema: own }, async (request) => {
    const { tenantId } = tenantOf(request);
    return {
      tenant: tenantId,
      ...(await readStats(foundation, tenantSubject(tenantId), spanOf(request.query, now()))),
    };
  });

  const all = { ...own, tags: ['platform'], querystring: PlatformStatsQuery };
  app.get('/v1/platform/stats', { onRequest: demand(authenticate, 'platform'), schema: all }, async (request) => {
    const { tenant, ...query } = request.query;
    const span = spanOf(query, now());
    if (tenant === undefined) return readStats(foundation, platformSubject, span);
    if (!(await tenants.find(tenant))) throw new Problem('not-found');
    return { tenant, ...(await readStats(foundation, tenantSubject(tenant), span)) };
  });
}

async function readStats({ store }: Pick<Foundation, 'store'>, key: string, { from, to, stepMs }: StatsSpan) {
  const tallies = await store.tallies(key, from / minuteMs, to / minuteMs);
  const byStep = Map.groupBy(tallies, ({ minute }) => Math.floor((minute * minuteMs) / stepMs) * stepMs);
  const sums = (step: number) => addCounts((byStep.get(step) ?? []).map(({ counts }) => counts));
  const starts = Array.from({ length: (to - from) / stepMs }, (_, index) => from + index * stepMs);
  const counted = starts.map((start) => ({ start, counts: sums(start) }));
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    stepSeconds: stepMs / 1_000,
    total: statsOf(addCounts(counted.map(({ counts }) => counts))),
    steps: counted.map(({ start, counts }) => ({ at: new Date(start).toISOString(), ...statsOf(counts) })),
  };
}
