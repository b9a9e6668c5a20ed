import type { FastifyInstance } from 'fastify';
import type { Logger } from '#runtime/logger.ts';
import { PageFailure } from '../failure.ts';
import type { Portal } from '../portal.ts';
import { registerAccounts } from './accounts.ts';
import { layGround } from './administrator.ts';
import { registerDelivery } from './delivery.ts';
import { openDoors } from './doors.ts';
import { answerAdminFailure } from './failure.ts';
import { registerVersions } from './settings/versions.ts';
import { registerKeys } from './keys.ts';
import { registerProviders } from './providers.ts';
import { registerTenants } from './tenants.ts';
import { registerSettingsPages } from './settings/routes.ts';
import { registerSignIn } from './sign-in.ts';

/** The administration: a client of the API with the key of whoever is signed in. */
export async function registerAdmin(app: FastifyInstance, portal: Portal, logger: Logger): Promise<void> {
  await app.register(async (scope) => {
    const ground = layGround(portal);
    const doors = openDoors(scope, ground);
    scope.setErrorHandler(answerAdminFailure(ground, logger));
    registerSignIn(scope, ground, doors);
    registerSettingsPages(doors);
    registerVersions(doors);
    registerAccounts(doors);
    registerKeys(doors);
    registerTenants(doors);
    registerProviders(doors);
    registerDelivery(doors);
    scope.get('/admin/*', { schema: { hide: true } }, async () => {
      throw new PageFailure('notFound');
    });
  });
}
