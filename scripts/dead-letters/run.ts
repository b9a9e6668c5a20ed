import { readPlaces, type Places } from '#runtime/config.ts';
import { toRedriven } from '#runtime/dead-letters.ts';
import { redrive, writeRedriveRequest } from '#runtime/redrive.ts';
import type { LogRecord } from '#storage/log.ts';
import { openLogAlone } from '#storage/open.ts';
import { printable } from '../log/show.ts';
import { openSource } from '../log/source.ts';
import { runCommand, type Terminal } from '../log/terminal.ts';
import { readDeadLetterArguments, usage } from './arguments.ts';
import { askService } from './ask-service.ts';
import { lineOf, selectLetters, type Selected } from './letters.ts';

type Print = (line: string) => void;

/** `npm run dead-letters`; answers the exit code: 1 for what can't be read or done, 2 for unknown arguments. */
export function runDeadLetters(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(args, usage, terminal, async () => {
    const asked = readDeadLetterArguments(args);
    const places = readPlaces(terminal.env);
    const print = (line: string) => terminal.print(printable(line));
    const source = await openSource(places, undefined);
    try {
      const selected = await selectLetters(source, asked);
      if (asked.command === 'list') list(selected, print);
      else await redriveSelected(places, selected, print);
      return 0;
    } finally {
      await source.close();
    }
  });
}

const counted = (count: number) => `${count} ${count === 1 ? 'dead letter' : 'dead letters'}`;

function list({ letters, more }: Selected, print: Print): void {
  for (const letter of letters) print(lineOf(letter));
  const all = letters.length + more;
  print(more === 0 ? counted(all) : `${letters.length} of ${counted(all)}: raise --limit or say --from`);
}

async function redriveSelected(places: Places, { letters, more }: Selected, print: Print): Promise<void> {
  const able = letters.filter(({ record }) => toRedriven(record, 0) !== undefined);
  for (const letter of letters) print(`${able.includes(letter) ? 'redrive' : 'leave'.padEnd(7)}  ${lineOf(letter)}`);
  const records = able.map(({ record }) => record);
  if (records.length > 0) await send(places, records);
  const rest = more === 0 ? '' : `, ${more} more match`;
  print(`${counted(records.length)} redriven, ${letters.length - records.length} left${rest}`);
}

async function send({ kafka, file }: Places, records: readonly LogRecord[]): Promise<void> {
  if (!kafka) return askService(file, writeRedriveRequest(records));
  const log = await openLogAlone(kafka, { clientId: 'twofold-dead-letters', now: Date.now });
  try {
    await redrive(log, records, Date.now);
  } finally {
    await log.close();
  }
}
