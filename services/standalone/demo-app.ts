import { join } from 'node:path';
import type { Config } from '#runtime/config.ts';
import type { Http } from '#runtime/http.ts';
import type { Logger } from '#runtime/logger.ts';
import type { Part } from '#runtime/service.ts';
import { createDemoApp } from '../../examples/demo-app/app.ts';
import { createTwofold } from '../../examples/demo-app/twofold.ts';
import { openUsers } from '../../examples/demo-app/users.ts';
import type { DevFile } from './development.ts';

const host = '127.0.0.1';

/**
 * Starts the demo application beside a development system, as any application would stand beside Twofold: on a port of its own,
 * with a tenant's key, through the public API. Where its port is taken it takes any other.
 * @param app the API, by which its address is allowed as a return address
 */
export async function startDemoApp(
  { config, logger }: { readonly config: Config; readonly logger: Logger },
  app: Http,
  dev: DevFile,
): Promise<Part & { readonly url: string }> {
  let url = '';
  const users = openUsers(join(config.dataDir, 'demo-users.json'));
  const demo = createDemoApp({ twofold: createTwofold(dev.url, dev.apiKey), users, url: () => url });
  await demo.listen({ host, port: config.demoPort }).catch(async (error: unknown) => {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    logger.warn('demo-port-taken', { port: config.demoPort });
    await demo.listen({ host, port: 0 });
  });
  const address = demo.server.address();
  url = `http://localhost:${typeof address === 'object' && address ? address.port : config.demoPort}`;
  await allowReturn(app, dev, `${url}/`);
  return { url, close: () => demo.close() };
}

const loopbackRoot = /^http:\/\/localhost:\d+\/$/;

/** Puts the demo's address into the platform's list in place of an earlier port's; what else stands there stays. */
async function allowReturn(app: Http, dev: DevFile, returnUrl: string): Promise<void> {
  const path = '/v1/platform/settings';
  const headers = { host: new URL(dev.url).host, authorization: `Bearer ${dev.platformKey}` };
  const read = await app.inject({ method: 'GET', url: path, headers });
  const { settings } = read.json<{ settings: { returnUrls?: readonly string[] } }>();
  const { returnUrls = [] } = settings;
  if (returnUrls.includes(returnUrl)) return;
  const payload = {
    ...settings,
    returnUrls: [...returnUrls.filter((listed) => !loopbackRoot.test(listed)), returnUrl],
  };
  const saved = await app.inject({
    method: 'PUT',
    url: path,
    headers: { ...headers, 'if-match': String(read.headers['etag']) },
    payload,
  });
  if (saved.statusCode !== 200) throw new Error('the demo application could not be allowed as a return address');
}
