import { redriveMax } from '#runtime/redrive.ts';
import { readTime } from '../log/arguments.ts';
import { UsageFault, parseOptions } from '../log/terminal.ts';

export const usage = `npm run dead-letters -- list     print what consumers could not handle, oldest first
npm run dead-letters -- redrive  tell it once more where it was told first, so that workers try it again

  --reason R    only dead letters with this reason
  --id I        only this one: the event's id, or the letter's place as list prints it; may be repeated
  --from, --to  only what died in this span, ISO 8601; --to is exclusive
  --limit N     at most N, default 100, at most ${redriveMax}

It reads Kafka (KAFKA_BROKERS) or SQLite (DATA_DIR). On SQLite the running service does the redriving: it must be up.`;

export type DeadLetterArguments = {
  readonly command: 'list' | 'redrive';
  readonly reason?: string;
  /** Empty = any. */
  readonly ids: ReadonlySet<string>;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
};

const limitDefault = 100;

const options = {
  reason: { type: 'string' },
  id: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
} as const;

/** Throws UsageFault for anything that is not in the usage. */
export function readDeadLetterArguments(args: readonly string[]): DeadLetterArguments {
  const { values, positionals } = parseOptions(args, options);
  const [command, ...others] = positionals;
  if ((command !== 'list' && command !== 'redrive') || others.length > 0)
    throw new UsageFault('expected list or redrive');
  const limit = values.limit ?? String(limitDefault);
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > redriveMax) {
    throw new UsageFault(`--limit takes a number from 1 to ${redriveMax}`);
  }
  return {
    command,
    reason: values.reason,
    ids: new Set(values.id),
    from: readTime('from', values.from),
    to: readTime('to', values.to),
    limit: Number(limit),
  };
}
