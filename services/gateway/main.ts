import { createHttp } from '#runtime/http.ts';
import { listenOps } from '#runtime/ops.ts';
import { runService } from '#runtime/service.ts';
import { registerGateway } from './app.ts';
import { registerForwarding } from './forward.ts';

await runService({
  service: 'gateway',
  role: {
    mode: 'production',
    port: 8_080,
    apart: true,
    makesSends: true,
    purposes: ['subject', 'destination', 'claim', 'session', 'address', 'params'],
  },
  async listen(foundation, ready) {
    const { config, logger, telemetry } = foundation;
    const { host, port, trustedProxies, verifierUrl } = config;
    const app = createHttp({ logger, telemetry, loopbackOnly: false, trustedProxies });
    await registerGateway(app, foundation, (gateway) =>
      registerForwarding(gateway, verifierUrl, telemetry.traceparent),
    );
    const ops = await listenOps(foundation, ready);
    await app.listen({ host, port });
    logger.info('listening', { host, port });
    return [app, ops];
  },
  work: async () => [],
});
