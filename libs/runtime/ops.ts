import { createHttp, type Http } from './http.ts';
import type { Foundation } from './foundation.ts';

type OpsGround = Pick<Foundation, 'config' | 'logger' | 'telemetry'> & Partial<Pick<Foundation, 'lacking'>>;

/** Health and metrics: for operators and supervisors, without a key. */
export function registerOps(
  app: Pick<Http, 'get'>,
  foundation: OpsGround,
  ready: () => Promise<boolean>,
  metrics: boolean,
): void {
  app.get('/health/live', { schema: { hide: true } }, async () => ({ status: 'live' }));
  app.get('/health/ready', { schema: { hide: true } }, async (_request, reply) => {
    const fine = await ready();
    if (fine) return { status: 'ready' };
    reply.code(503).header('retry-after', '2');
    const reason = (await foundation.lacking?.()) ?? 'starting or joining its groups';
    return { status: 'not-ready', reason };
  });
  if (!metrics) return;
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return foundation.telemetry.metricsText();
  });
}

/** A small server of its own on OPS_PORT, loopback unless OPS_HOST says otherwise. */
export async function listenOps(
  foundation: OpsGround,
  ready: () => Promise<boolean>,
): Promise<{ close(): Promise<void> }> {
  const { logger, telemetry, config } = foundation;
  const app = createHttp({ logger, telemetry, loopbackOnly: false, trustedProxies: [] });
  registerOps(app, foundation, ready, true);
  await app.listen({ host: config.opsHost, port: config.opsPort });
  return { close: () => app.close() };
}
