import { readPlaces } from '#runtime/config.ts';
import { topics } from '#schemas/topics.ts';
import { readLogArguments, usage, UsageFault, type LogArguments } from './log/arguments.ts';
import { replay } from './log/replay.ts';
import { show } from './log/show.ts';
import { openRecords, openSource, type Source } from './log/source.ts';
import { verify } from './log/verify.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Answers the exit code. */
async function run(args: LogArguments): Promise<number> {
  const places = readPlaces(process.env);
  const source = await openSource(places, args.file);
  try {
    return await carryOut(args, source);
  } finally {
    await source.close();
  }
}

async function carryOut(
  { command, topics: named, json, file, ...span }: LogArguments,
  source: Source,
): Promise<number> {
  const all = Object.values(topics).map(({ name }) => name);
  const records = source.read({ ...span, topics: named.length > 0 ? named : all });
  switch (command) {
    case 'show':
      await show(records, json, print);
      return 0;
    case 'verify':
      return (await verify(source.name, records, print)) > 0 ? 1 : 0;
    case 'replay': {
      const store = await openRecords(readPlaces(process.env));
      try {
        return (await replay({ source, records: store, span, live: file === undefined, print })) > 0 ? 1 : 0;
      } finally {
        await store.close();
      }
    }
  }
}

// Whoever reads may have seen enough: `| head` is no fault.
process.stdout.on('error', () => process.exit(0));

try {
  if (process.argv.includes('--help')) print(usage);
  else process.exitCode = await run(readLogArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n${error instanceof UsageFault ? `\n${usage}\n` : ''}`);
  process.exitCode = error instanceof UsageFault ? 2 : 1;
}
