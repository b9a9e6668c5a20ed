import { createHttp, type Http } from '#runtime/http.ts';
import { listenOps, registerOps } from '#runtime/ops.ts';
import type { Foundation } from '#runtime/foundation.ts';
import { startRedriving } from '#runtime/redrive.ts';
import type { Part, WorkingPart } from '#runtime/service.ts';
import type { ChannelName } from '#schemas/channel.ts';
import { startDeliveryWorkers } from '../delivery-worker/app.ts';
import type { Provider } from '../delivery-worker/providers/provider.ts';
import type { SandboxInbox } from '../delivery-worker/providers/sandbox-inbox.ts';
import { registerGateway } from '../gateway/app.ts';
import { startTemplateWorker } from '../template-worker/app.ts';
import { apiInProcess } from '../portal/api.ts';
import { registerPortal } from '../portal/app.ts';
import { portalAt } from '../portal/portal.ts';
import { registerVerifier, startVerifierWork } from '../verifier/app.ts';
import { registerSandbox } from './sandbox-routes.ts';

/** Every service's calls on one app: the gateway's and, without a hop, the verifier's; in development the sandbox inbox. */
export async function createStandaloneApp(
  foundation: Foundation,
  ready: () => Promise<boolean>,
  inbox?: SandboxInbox,
): Promise<Http> {
  const { config, logger, telemetry } = foundation;
  const development = config.mode === 'development';
  const app = createHttp({ logger, telemetry, loopbackOnly: development, trustedProxies: config.trustedProxies });
  await registerGateway(app, foundation, (gateway) => registerVerifier(gateway, foundation));
  registerOps(app, foundation, ready, development);
  const { keys, now } = foundation;
  const api = apiInProcess(app, 'localhost');
  await registerPortal(app, portalAt(config.portalUrl, { api, keys, now }), logger);
  if (inbox) registerSandbox(app, inbox);
  return app;
}

/** Listens; in production health and metrics are also on a port of their own. */
export async function listenStandalone(
  foundation: Foundation,
  ready: () => Promise<boolean>,
  inbox?: SandboxInbox,
): Promise<{ app: Http; parts: Part[]; port: number }> {
  const { host, port, mode } = foundation.config;
  const app = await createStandaloneApp(foundation, ready, inbox);
  const ops = mode === 'production' ? [await listenOps(foundation, ready)] : [];
  await app.listen({ host, port });
  const address = app.server.address();
  return { app, parts: [app, ...ops], port: typeof address === 'object' && address ? address.port : port };
}

/** Every service's work in this process. */
export async function startStandaloneWork(
  foundation: Foundation,
  providers: ReadonlyMap<ChannelName, readonly Provider[]>,
): Promise<readonly WorkingPart[]> {
  const [templates, deliveries, verifier] = await Promise.all([
    startTemplateWorker(foundation),
    startDeliveryWorkers(foundation, providers),
    startVerifierWork(foundation),
  ]);
  const { takeRequests } = foundation;
  const redriving = takeRequests ? [startRedriving({ ...foundation, takeRequests })] : [];
  return [templates, ...deliveries, ...verifier, ...redriving];
}
