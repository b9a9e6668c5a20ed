import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Where a command finds its settings and says what it has to say. */
export type Terminal = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
};

/** What was asked for can't be understood; the message says what. */
export class UsageFault extends Error {}

/** What follows the command's name; an option that `options` does not have is a UsageFault. */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageFault(error instanceof Error ? error.message : 'unknown arguments');
  }
}

/** Runs a command to its exit code: failures become words, misunderstandings the usage and 2. */
export async function runCommand(
  args: readonly string[],
  usage: string,
  { print, complain }: Terminal,
  command: () => Promise<number>,
): Promise<number> {
  if (args.includes('--help')) {
    print(usage);
    return 0;
  }
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(error.message);
    if (!(error instanceof UsageFault)) return 1;
    complain(`\n${usage}`);
    return 2;
  }
}

/** The process' own terminal. */
export function ownTerminal(): Terminal {
  // Whoever reads may have seen enough: `| head` is no fault.
  process.stdout.on('error', () => process.exit(0));
  return {
    env: process.env,
    print: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
  };
}
