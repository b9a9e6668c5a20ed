import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Loaded before every entry point of package.json by `--import`, so that Node keeps stripped and compiled modules on
 * disk. NODE_COMPILE_CACHE would do the same, but no npm script can set a variable on every shell without a wrapper
 * process, and a wrapper would stand between a signal and the service. A folder in NODE_COMPILE_CACHE still wins.
 */
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(import.meta.dirname, '../node_modules/.cache/node'));
