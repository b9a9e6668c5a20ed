import { runImport } from './import/run.ts';
import { ownTerminal } from './log/terminal.ts';

process.exitCode = await runImport(process.argv.slice(2), ownTerminal());
