/** A process to be asked to end: `<stop>` says how its stop goes. Prints a line once it is supervised. */
import { superviseProcess } from '#runtime/lifecycle.ts';
import { silentLogger } from '#runtime/logger.ts';

const stops: Record<string, () => Promise<void>> = {
  orderly: async () => {},
  hangs: () => new Promise(() => {}),
  /** Goes round in microtasks, so that no timer and no input or output has its turn any more. */
  async starves() {
    for (;;) await Promise.resolve();
  },
};

const stop = stops[process.argv[2] ?? ''];
if (!stop) throw new Error('usage: stopping-child.ts orderly|hangs|starves');
superviseProcess({ logger: silentLogger, stop, stopMs: 300 });
setInterval(() => {}, 1000);
console.log('supervised');
