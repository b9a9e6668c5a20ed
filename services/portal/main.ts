import { createHttp } from '#runtime/http.ts';
import { openKeyRing } from '#runtime/keys.ts';
import { superviseProcess } from '#runtime/lifecycle.ts';
import { createLogger } from '#runtime/logger.ts';
import { listenOps } from '#runtime/ops.ts';
import { configOrExit } from '#runtime/service.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { apiByHttp } from './api.ts';
import { registerPortal } from './app.ts';
import { portalAt } from './portal.ts';

/** The pages as a process of their own: they need the API's address and the key that seals their cookies, and nothing else. */
const service = 'portal';
const purposes = ['portal'] as const;
const config = configOrExit({ mode: 'production', port: 8_082, apart: false, makesSends: false, purposes });
const logger = createLogger({ service, level: config.logLevel });
const telemetry = createTelemetry({ service, otlpEndpoint: config.otlpEndpoint, traceRatio: config.traceRatio });
const keys = openKeyRing({ masterKeys: config.masterKeys, purposeKeys: config.purposeKeys, purposes });
const api = apiByHttp(config.gatewayUrl);
const { host, port, trustedProxies } = config;
const app = createHttp({ logger, telemetry, loopbackOnly: false, trustedProxies });
const parts: { close(): Promise<unknown> }[] = [];
superviseProcess({
  logger,
  stop: async () => {
    await Promise.all(parts.map((part) => part.close()));
    await api.close();
    await telemetry.shutdown();
  },
});
await registerPortal(app, portalAt(config.portalUrl, { api, keys, now: Date.now }), logger);
parts.push(await listenOps({ config, logger, telemetry }, () => api.ready()));
parts.push(app);
await app.listen({ host, port });
logger.info('listening', { host, port });
