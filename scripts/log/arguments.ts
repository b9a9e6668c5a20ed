import { topics } from '#schemas/topics.ts';
import { UsageFault, parseOptions } from './terminal.ts';

export const usage = `npm run log -- show    print events, one a line
npm run log -- verify  check envelopes, schemas, chains and forks; exit code 1 if anything is wrong
npm run log -- replay  fold the journal and compare with the store's documents; exit code 1 if they differ

  --subject S   only this subject: platform, tenant:<id>, or the first 22 characters of an id
  --topic T     only this topic, with or without "twofold."; may be repeated (show, verify). Without it show leaves out
                documents, which hold salts: what is copied of them makes readable again what is erased later
  --from, --to  only what was logged in this span, ISO 8601; --to is exclusive
  --file F      a dump as kcat -C -J prints it, - for standard input; else Kafka (KAFKA_BROKERS) or SQLite (DATA_DIR)
  --json        NDJSON in the shape of kcat -J, which --file reads (show)`;

export type LogArguments = {
  readonly command: 'show' | 'verify' | 'replay';
  readonly subject?: string;
  /** Full names; empty = the command's own choice. */
  readonly topics: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly file?: string;
  readonly json: boolean;
};

const topicNames: readonly string[] = Object.values(topics).map(({ name }) => name);
const commands = ['show', 'verify', 'replay'] as const;

const options = {
  subject: { type: 'string' },
  topic: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  file: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Throws UsageFault for anything that is not in the usage. */
export function readLogArguments(args: readonly string[]): LogArguments {
  const { values, positionals } = parseOptions(args, options);
  const command = commands.find((name) => name === positionals[0]);
  if (!command || positionals.length > 1) throw new UsageFault(`expected one of ${commands.join(', ')}`);
  if (values.json && command !== 'show') throw new UsageFault(`--json is for show`);
  if (values.topic && command === 'replay') throw new UsageFault('replay reads the journal and takes no --topic');
  return {
    command,
    subject: values.subject?.replace(/^([\w-]{22})\..*$/, '$1'),
    topics: (values.topic ?? []).map(readTopic),
    from: readTime('from', values.from),
    to: readTime('to', values.to),
    file: values.file,
    json: values.json ?? false,
  };
}

function readTopic(name: string): string {
  const found = topicNames.find((full) => full === name || full === `twofold.${name}`);
  if (found === undefined) throw new UsageFault(`--topic takes ${topicNames.join(', ')}`);
  return found;
}

/** Unix milliseconds. */
export function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageFault(`--${name} takes a time as ISO 8601 has it: 2026-01-31T12:00:00Z`);
  return time;
}
