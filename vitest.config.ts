import { defineConfig } from 'vitest/config';

const liveTests = 'test/**/*.live.test.ts';
const drills = 'test/drills/*.test.ts';
const browserTests = 'test/**/*.browser.test.ts';

/**
 * Four projects: `pure` needs nothing but Node and runs two files at a time; `live` runs on real Kafka and Redis, one
 * file after another, once the pure ones are through; `pages` walks the pages in a real Chromium after that; `drills` are
 * outages and load, each file on servers of its own, with times that DRILLS=full makes as long as they are in life.
 * Modules are loaded by Node itself, as in production, so an import
 * or a syntax that Node refuses fails here as well.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/ci-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: [liveTests, browserTests, drills],
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: [liveTests],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
          globalSetup: './test/support/start-services.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: [browserTests],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'drills',
          include: [drills],
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
          globalSetup: './test/support/find-services.ts',
        },
      },
    ],
    pool: 'forks',
    // kafkajs computes a negative timer on Node 24; harmless, but it would be printed by every file.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    experimental: { viteModuleRunner: false },
  },
});
