import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { registerChallenges } from './routes/challenges.ts';
import { registerKeys } from './routes/keys.ts';
import { registerLogins } from './routes/logins.ts';
import { registerSettings } from './routes/settings.ts';
import { registerStats } from './routes/stats.ts';
import { registerTenants } from './routes/tenants.ts';

/**
 * The gateway's routes on an app. `mountChecks` adds those that check a code: forwarded to a verifier, or the verifier's own in one process.
 */
export async function registerGateway(
  app: Http,
  foundation: Foundation,
  mountChecks: (app: Http) => void,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Twofold',
        version: '1',
        description: 'One-time codes by SMS and email: request, resend, verify, prove. Errors are RFC 9457 problems.',
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'API key, tf_…' } } },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  registerChallenges(app, foundation);
  registerLogins(app, foundation);
  registerSettings(app, foundation);
  registerKeys(app, foundation);
  registerStats(app, foundation);
  registerTenants(app, foundation);
  mountChecks(app);
}
