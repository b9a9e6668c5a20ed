import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
};

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

describe('The alert rules', () => {
  const file = parse(read('deploy/prometheus/twofold.rules.yaml')) as { groups: { rules: Rule[] }[] };
  const rules = file.groups.flatMap((group) => group.rules);
  const headings = [...read('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

  it('point to lines of the manual that are there, and each of those is pointed to', () => {
    const anchors = rules.map(({ annotations }) => /^docs\/operations\.md#(.+)$/.exec(annotations.runbook_url)?.[1]);
    expect(anchors.filter((anchor) => anchor === undefined || !headings.includes(anchor))).toEqual([]);
    const [, chapter = ''] = /\n## What to do at an alarm\n(.*?)\n## /s.exec(read('docs/operations.md')) ?? [];
    const lines = [...chapter.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !anchors.includes(line))).toEqual([]);
  });

  it('say how long, how urgent and what, each under a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, for: pending = '0m', labels, annotations } of rules) {
      expect(alert).toMatch(/^Twofold[A-Z][A-Za-z]+$/);
      expect(pending).toMatch(/^\d+m$/);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(10);
      const count = (sign: string) => expr.split(sign).length;
      expect([alert, count('('), count('{'), count('[')]).toEqual([alert, count(')'), count('}'), count(']')]);
    }
  });
});

describe('The dashboard', () => {
  type Panel = {
    id: number;
    type: string;
    title: string;
    targets?: { expr: string }[];
    gridPos: { x: number; y: number; w: number; h: number };
  };
  const { panels } = JSON.parse(read('deploy/grafana/twofold.json')) as { panels: Panel[] };

  it('has panels that ask for something, each in a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(targets.length > 0).toBe(type !== 'row');
    }
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
  });
});
