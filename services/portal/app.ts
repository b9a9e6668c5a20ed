import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '#runtime/logger.ts';
import { adminLook } from './admin/frame.ts';
import { registerAdmin } from './admin/routes.ts';
import { serveScript } from './assets.ts';
import { registerEnrolment } from './enrol/routes.ts';
import { answerFailure, PageFailure } from './failure.ts';
import { registerLogin } from './login/routes.ts';
import { cardLook, strictTransport } from './page.ts';
import type { Portal } from './portal.ts';
import { registerSecurity } from './security/routes.ts';

const formBytesMax = 16_384;
const requestsPerMinuteMax = 600;

/** The pages on an app: each a client of the public API and nothing more. */
export async function registerPortal(app: FastifyInstance, portal: Portal, logger: Logger): Promise<void> {
  await app.register(async (scope) => {
    // Coarse, per address and process: what counts guesses and sends is the API.
    await scope.register(rateLimit, {
      max: requestsPerMinuteMax,
      timeWindow: 60_000,
      errorResponseBuilder: () => new PageFailure('tooMany'),
    });
    await scope.register(cookie);
    scope.removeAllContentTypeParsers();
    await scope.register(formbody, { bodyLimit: formBytesMax });
    scope.setErrorHandler(answerFailure(portal, logger));
    // What is no page has no headers of one: redirects above all.
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('referrer-policy', 'same-origin');
      if (portal.secure) reply.header('strict-transport-security', strictTransport);
    });
    for (const { script } of [cardLook, adminLook]) serveScript(scope, script);
    registerLogin(scope, portal);
    registerSecurity(scope, portal);
    registerEnrolment(scope, portal, { kind: 'login', base: '/login/at' });
    await registerAdmin(scope, portal, logger);
    for (const path of ['/login', '/login/*', '/security', '/security/*']) {
      scope.get(path, { exposeHeadRoute: false, schema: { hide: true } }, async () => {
        throw new PageFailure('notFound');
      });
    }
  });
}
