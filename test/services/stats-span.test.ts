import { describe, expect, it } from 'vitest';
import { spanOf } from '../../services/gateway/stats-span.ts';
import { Problem } from '#runtime/errors.ts';
import type { StatsQuery } from '#schemas/stats-api.ts';

const now = Date.parse('2026-03-01T12:00:30.500Z');
const hourMs = 3_600_000;
const at = (ms: number) => new Date(now + ms).toISOString();
const show = (query: StatsQuery) => {
  const { from, to, stepMs } = spanOf(query, now);
  return [new Date(from).toISOString(), new Date(to).toISOString(), stepMs / 1_000];
};

function faults(query: StatsQuery): string[] {
  try {
    spanOf(query, now);
  } catch (error) {
    if (error instanceof Problem) return (error.extras['errors'] as { field: string }[]).map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('The span of statistics', () => {
  it('is the last hour by the minute, if nothing is said', () => {
    expect(show({})).toEqual(['2026-03-01T11:00:00.000Z', '2026-03-01T12:01:00.000Z', 60]);
  });

  it('is widened to whole steps', () => {
    const query = { from: '2026-03-01T10:20:00Z', to: '2026-03-01T11:00:00+00:00', stepSeconds: '3600' };
    expect(show(query)).toEqual(['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z', 3_600]);
    expect(show({ ...query, stepSeconds: '86400' })).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-03-02T00:00:00.000Z',
      86_400,
    ]);
  });

  it('reaches back 48 hours and no further', () => {
    expect(faults({ from: at(-48 * hourMs), stepSeconds: '300' })).toEqual([]);
    expect(faults({ from: at(-49 * hourMs), stepSeconds: '300' })).toEqual(['querystring.from']);
  });

  it('has at most 720 steps, and says how long they must be', () => {
    const whole = { from: at(-48 * hourMs) };
    expect(() => spanOf({ ...whole, stepSeconds: '60' }, now)).toThrow(Problem);
    expect(faults({ ...whole, stepSeconds: '60' })).toEqual(['querystring.stepSeconds']);
    expect(faults({ ...whole, stepSeconds: '240' })).toEqual(['querystring.stepSeconds']);
    expect(faults({ ...whole, stepSeconds: '300' })).toEqual([]);
    expect(faults({ from: at(-11 * hourMs), stepSeconds: '60' })).toEqual([]);
  });

  it('names every fault at once', () => {
    expect(faults({ from: at(-72 * hourMs), to: at(hourMs), stepSeconds: '90' })).toEqual([
      'querystring.to',
      'querystring.from',
      'querystring.stepSeconds',
    ]);
    expect(faults({ from: at(0), to: at(0) })).toEqual(['querystring.from']);
    expect(faults({ from: at(-hourMs), to: at(-2 * hourMs) })).toEqual(['querystring.from']);
    for (const stepSeconds of ['1', '61', '86460', '999960']) {
      expect(faults({ stepSeconds })).toEqual(['querystring.stepSeconds']);
    }
  });
});
