import { ownTerminal } from './log/terminal.ts';
import { runRebuild } from './rebuild/run.ts';

process.exitCode = await runRebuild(process.argv.slice(2), ownTerminal());
