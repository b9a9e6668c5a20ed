import { readPlaces } from '#runtime/config.ts';
import { topics } from '#schemas/topics.ts';
import { readLogArguments, usage, type LogArguments } from './arguments.ts';
import { runCommand, type Terminal } from './terminal.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';
import { openRecords, openSource, type Source } from './source.ts';
import { verify } from './verify.ts';

/** `npm run log`; answers the exit code: 1 for faults, differences and what can't be read, 2 for unknown arguments. */
export function runLog(args: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand(args, usage, terminal, async () => {
    const asked = readLogArguments(args);
    const source = await openSource(readPlaces(terminal.env), asked.file);
    try {
      return (await carryOut(asked, source, terminal)) > 0 ? 1 : 0;
    } finally {
      await source.close();
    }
  });
}

/** Answers the number of faults. */
async function carryOut(
  { command, topics: named, json, file, ...span }: LogArguments,
  source: Source,
  { env, print }: Terminal,
): Promise<number> {
  // Salts go nowhere that nobody asked for.
  const shown = Object.values(topics).filter((topic) => command !== 'show' || topic !== topics.documents);
  const all = shown.map(({ name }) => name);
  const records = source.read({ ...span, topics: named.length > 0 ? named : all });
  switch (command) {
    case 'show':
      await show(records, json, print);
      return 0;
    case 'verify':
      return await verify(source.name, records, print);
    case 'replay': {
      const store = await openRecords(readPlaces(env));
      try {
        return await replay({ source, records: store, span, live: file === undefined, print });
      } finally {
        await store.close();
      }
    }
  }
}
