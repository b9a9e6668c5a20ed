import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runScript } from '../support/run-script.ts';

const runBench = (...args: string[]) => runScript('../bench/main', args);

const quantiles = {
  p50: expect.any(Number),
  p95: expect.any(Number),
  p99: expect.any(Number),
  max: expect.any(Number),
};
const phase = {
  seconds: expect.any(Number),
  count: expect.any(Number),
  perSecond: expect.any(Number),
  failures: 0,
  answer: quantiles,
  cpuSecondsPerThousand: expect.any(Object),
};

it('measures a system and its floors, prints a table and writes the numbers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-bench-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const json = join(folder, 'numbers.json');
  const short = ['--seconds', '0.5', '--warm-up', '0', '--connections', '4', '--rate', '40'];
  const { code, stdout, stderr } = await runBench('--system', 'embedded', ...short, '--json', json);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^accepted\/s .*\d$/m);
  const { systems, floors, ratios, aims } = JSON.parse(readFileSync(json, 'utf8'));
  const { embedded } = systems;
  expect(embedded).toMatchObject({
    lifecycles: { ...phase, verify: quantiles, handOver: quantiles },
    accept: { ...phase, drainSeconds: expect.any(Number) },
    verify: phase,
    steady: { ...phase, rate: 40, count: 20, handOver: quantiles, generatorLate: quantiles },
    peakMemory: { load: expect.any(Number), standalone: expect.any(Number) },
  });
  expect(embedded.accept.count).toBeGreaterThan(0);
  expect(embedded.verify.count).toBeGreaterThan(0);
  expect(Object.keys(floors)).toEqual(['http', 'embedded']);
  expect(ratios.embedded).toEqual({
    http: { rateShare: expect.any(Number), cpuMultiple: expect.any(Number) },
    calls: { rateShare: expect.any(Number), cpuMultiple: expect.any(Number) },
  });
  expect(aims).toHaveLength(6);
});

it('says what is wrong with its arguments', async () => {
  const { code, stderr } = await runBench('--system', 'embedded,somewhere');
  expect(code).toBe(2);
  expect(stderr).toContain('--system takes a list of embedded, standalone, distributed');
});
