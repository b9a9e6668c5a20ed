import type { Foundation } from '#runtime/foundation.ts';
import { createHttp } from '#runtime/http.ts';
import { silentLogger } from '#runtime/logger.ts';
import type { Telemetry } from '#runtime/telemetry.ts';
import { registerGateway } from '../../services/gateway/app.ts';
import { registerForwarding } from '../../services/gateway/forward.ts';

/**
 * The gateway's OpenAPI document, from its own routes. They are registered and never called, so there is nothing behind them: no
 * store, no log, no keys.
 */
export async function openApi(): Promise<object> {
  const nothing = { authenticate: {} } as Foundation;
  const app = createHttp({
    logger: silentLogger,
    telemetry: {} as Telemetry,
    loopbackOnly: true,
    trustedProxies: [],
  });
  await registerGateway(app, nothing, (gateway) => registerForwarding(gateway, 'http://127.0.0.1:8081'));
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
