import { runLog } from './log/run.ts';
import { ownTerminal } from './log/terminal.ts';

process.exitCode = await runLog(process.argv.slice(2), ownTerminal());
