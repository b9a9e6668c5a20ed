import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with the one line that CI reads: `N passed, N failed`, and `, N skipped` when some were. A file that
 * cannot be loaded, a hook that throws and an error outside every test each count as one failure, and so does a run in
 * which no test ran at all: a crash must not look green.
 */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length > 0 ? 1 : 0;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length > 0 ? 1 : 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test still pending at the end was cut off, by a dead worker for instance.
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
    if (counts.failed > 0) process.exitCode = 1;
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const line = `${counts.passed} passed, ${counts.failed} failed${skipped}\n`;
    process.once('exit', () => process.stdout.write(line));
  }
}
