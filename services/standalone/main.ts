import { join } from 'node:path';
import { kidOf, purposes } from '#runtime/keys.ts';
import { urlAt } from '#runtime/config.ts';
import { configOrExit, runService } from '#runtime/service.ts';
import { productionFaults } from '../delivery-worker/providers/production-faults.ts';
import { checkProviderConfig, createProviders } from '../delivery-worker/providers/registry.ts';
import { createSandboxInbox } from '../delivery-worker/providers/sandbox-inbox.ts';
import { listenStandalone, startStandaloneWork } from './app.ts';
import { startDemoApp } from './demo-app.ts';
import { provideDevTenant, welcome, withDevelopmentKeys } from './development.ts';

const production = process.argv.includes('serve');
const role = {
  mode: production ? ('production' as const) : ('development' as const),
  port: 8_080,
  apart: false,
  makesSends: true,
  purposes,
};

const read = configOrExit(role, production ? productionFaults : ({ providers }) => checkProviderConfig(providers));
const config = production ? read : withDevelopmentKeys(read);
const inbox = production ? undefined : createSandboxInbox({ file: join(config.dataDir, 'sandbox.ndjson') });
let listening: Awaited<ReturnType<typeof listenStandalone>> | undefined;

await runService({
  service: 'standalone',
  restores: true,
  role,
  config: { ...config, otpKid: config.otpKid || kidOf(config.masterKeys[0] as Buffer) },
  async listen(foundation, ready) {
    listening = await listenStandalone(foundation, ready, inbox);
    foundation.logger.info('listening', { host: config.host, port: listening.port });
    return listening.parts;
  },
  work: (foundation) => startStandaloneWork(foundation, createProviders(config.providers, { inbox })),
  async ready(foundation) {
    if (production || !listening) return;
    const { app, port } = listening;
    const dev = await provideDevTenant(app, config, urlAt(config.host, port));
    const demo = await startDemoApp(foundation, app, dev);
    listening.parts.push(demo);
    process.stdout.write(welcome(dev, config.dataDir, demo.url));
  },
});
