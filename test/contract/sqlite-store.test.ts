import { openOnClock } from '../support/sqlite.ts';
import { describeStore } from './store.contract.ts';

describeStore('the store on SQLite', async () => openOnClock(), { logsItself: true });
