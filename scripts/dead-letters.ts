import { readPlaces, type Places } from '#runtime/config.ts';
import { toRedriven } from '#runtime/dead-letters.ts';
import { redrive, writeRedriveRequest } from '#runtime/redrive.ts';
import type { LogRecord } from '#storage/log.ts';
import { openLogAlone } from '#storage/open.ts';
import { readDeadLetterArguments, usage, type DeadLetterArguments } from './dead-letters/arguments.ts';
import { askService } from './dead-letters/ask-service.ts';
import { lineOf, selectLetters, type Selected } from './dead-letters/letters.ts';
import { UsageFault } from './log/arguments.ts';
import { printable } from './log/show.ts';
import { openSource } from './log/source.ts';

const print = (line: string) => void process.stdout.write(`${printable(line)}\n`);
const counted = (count: number) => `${count} ${count === 1 ? 'dead letter' : 'dead letters'}`;

/** Answers the exit code. */
async function run(args: DeadLetterArguments): Promise<number> {
  const places = readPlaces(process.env);
  const source = await openSource(places, undefined);
  try {
    const selected = await selectLetters(source, args);
    return args.command === 'list' ? list(selected) : await redriveSelected(places, selected);
  } finally {
    await source.close();
  }
}

function list({ letters, more }: Selected): number {
  for (const letter of letters) print(lineOf(letter));
  print(
    more === 0 ? counted(letters.length) : `${counted(letters.length)} of ${letters.length + more}: --limit, --from`,
  );
  return 0;
}

async function redriveSelected(places: Places, { letters, more }: Selected): Promise<number> {
  const able = letters.filter(({ record }) => toRedriven(record, 0) !== undefined);
  for (const letter of letters) print(`${able.includes(letter) ? 'redrive' : 'leave  '}  ${lineOf(letter)}`);
  const records = able.map(({ record }) => record);
  const problem = records.length > 0 ? await send(places, records) : undefined;
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return 1;
  }
  const rest = more === 0 ? '' : `, ${more} more match`;
  print(`${counted(records.length)} redriven, ${letters.length - records.length} left${rest}`);
  return 0;
}

/** Answers what kept it from being done. */
async function send({ kafka, file }: Places, records: readonly LogRecord[]): Promise<string | undefined> {
  if (!kafka) {
    if (await askService(file, writeRedriveRequest(records))) return undefined;
    return `Nothing was redriven: no running service took the request. Start it with this DATA_DIR and try again.`;
  }
  const log = await openLogAlone(kafka, { clientId: 'twofold-dead-letters', now: Date.now });
  try {
    await redrive(log, records, Date.now);
    return undefined;
  } finally {
    await log.close();
  }
}

// Whoever reads may have seen enough: `| head` is no fault.
process.stdout.on('error', () => process.exit(0));

try {
  if (process.argv.includes('--help')) process.stdout.write(`${usage}\n`);
  else process.exitCode = await run(readDeadLetterArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n${error instanceof UsageFault ? `\n${usage}\n` : ''}`);
  process.exitCode = error instanceof UsageFault ? 2 : 1;
}
