import { runDeadLetters } from './dead-letters/run.ts';
import { ownTerminal } from './log/terminal.ts';

process.exitCode = await runDeadLetters(process.argv.slice(2), ownTerminal());
