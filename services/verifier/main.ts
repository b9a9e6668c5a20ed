import { createHttp } from '#runtime/http.ts';
import { listenOps } from '#runtime/ops.ts';
import { runService } from '#runtime/service.ts';
import { registerVerifier, startVerifierWork } from './app.ts';

await runService({
  service: 'verifier',
  restores: true,
  role: {
    mode: 'production',
    port: 8_081,
    apart: true,
    makesSends: false,
    purposes: ['subject', 'destination', 'claim', 'session', 'address', 'params', 'otp', 'method', 'proof'],
  },
  async listen(foundation, ready) {
    const { config, keys, logger, telemetry } = foundation;
    const { host, port, trustedProxies } = config;
    const app = createHttp({ logger, telemetry, loopbackOnly: false, trustedProxies });
    registerVerifier(app, foundation);
    const ops = await listenOps(foundation, ready);
    await app.listen({ host, port });
    // A gateway that is given neither MASTER_KEY nor KEY_OTP needs this name as OTP_KID.
    logger.info('listening', { host, port, id: keys.newest('otp').kid });
    return [app, ops];
  },
  work: startVerifierWork,
});
