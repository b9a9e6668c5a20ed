import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { describeRun } from './report.ts';
import { runBench } from './run.ts';
import { tableOf } from './table.ts';

/** Measures Twofold on this machine: one table on standard output, the same numbers and more in one JSON file. */
const options = readOrExit();
if (options) {
  const results = await runBench(options, (line) => process.stderr.write(`${line}\n`));
  const report = describeRun(options, results);
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (Object.keys(report.faults).length > 0) process.exitCode = 1;
  process.stdout.write(`${tableOf(report)}\nAll numbers are in ${options.json}\n`);
} else {
  process.stdout.write(`${usage}\n`);
}

function readOrExit(): BenchOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    process.exit(2);
  }
}
