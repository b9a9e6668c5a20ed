import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Scope } from '#schemas/tenant.ts';
import { ApiProblem, call } from '../api.ts';
import { isOwnForm } from '../session.ts';
import { adminPath, allows, sessionMsMax, signInPath, type Administrator, type Ground } from './administrator.ts';
import { openDesk } from './desk.ts';
import { formFields, shapeFaults, type Doors } from './doors.ts';
import { keyLengthMax, showSignIn } from './sign-in-page.ts';

const attemptsPerMinuteMax = 10;

type CurrentKey = {
  readonly keyId: string;
  readonly label: string;
  readonly scopes: Scope[];
  readonly tenant: string;
  readonly expiresAt?: string;
};
type Opened = { readonly admin: Administrator; readonly expiresAt: number };

const SignIn = Type.Object({ ...formFields, key: Type.String({ minLength: 1, maxLength: keyLengthMax }) });
const SignOut = Type.Object(formFields);

/** In with a key, out again. Guessing is hopeless at 160 bits; the limit keeps the noise down. */
export function registerSignIn(app: FastifyInstance, ground: Ground, doors: Doors): void {
  const { portal, sessions, strangers } = ground;

  app.get(adminPath, { schema: { hide: true } }, async (request, reply) => {
    const { admin } = openDesk(ground, 'any', request, reply);
    return reply.redirect(startOf(admin), 303);
  });

  app.get(signInPath, { schema: { hide: true } }, async (request, reply) =>
    sessions.read(request, adminPath) ? reply.redirect(adminPath, 303) : showSignIn(ground, reply),
  );

  const limited = { rateLimit: { max: attemptsPerMinuteMax, timeWindow: 60_000 } };
  app.post(
    signInPath,
    { schema: { hide: true, body: SignIn }, attachValidation: true, config: limited },
    async (request, reply) => {
      const stranger = strangers.read(request, signInPath);
      if (!stranger || !isOwnForm(request, portal.origin, stranger)) {
        return showSignIn(ground, reply, { note: 'This form had expired. Please enter your key again.', status: 403 });
      }
      const faults = shapeFaults(request);
      if (Object.keys(faults).length > 0) return showSignIn(ground, reply, { faults, status: 422 });
      const opened = await openKey(ground, request, (request.body as { key: string }).key.trim());
      if (typeof opened === 'string') return showSignIn(ground, reply, { faults: { key: opened }, status: 422 });
      strangers.close(reply, signInPath);
      sessions.open(reply, adminPath, opened.admin, opened.expiresAt);
      return reply.redirect(adminPath, 303);
    },
  );

  doors.form({ url: '/admin/sign-out', need: 'any', body: SignOut }, async (desk) => {
    desk.close();
    return desk.leadTo(signInPath);
  });
}

/** Where a key's holder begins. */
const startOf = (admin: Administrator) =>
  allows(admin, 'settings-or-platform') ? '/admin/two-factor' : '/admin/accounts';

/** Whose key it is, by asking the API; or why it opens nothing here. */
async function openKey({ portal }: Ground, { ip }: FastifyRequest, key: string): Promise<Opened | string> {
  // What cannot stand in a header is no key.
  if (!/^[\x21-\x7e]+$/.test(key)) return 'This is not a valid key.';
  const end = portal.now() + sessionMsMax;
  const ask = { method: 'GET', bearer: key, clientIp: ip } as const;
  try {
    const current = await call<CurrentKey>(portal.api, { ...ask, path: '/v1/keys/current' });
    const { keyId, label, scopes, tenant, expiresAt } = current;
    const admin: Administrator = { key, kind: 'tenant', label, scopes, tenant, keyId };
    if (!allows(admin, 'settings') && !allows(admin, 'support')) {
      return `This key has the scopes ${scopes.join(', ')}. The administration needs “settings” or “support”.`;
    }
    return { admin, expiresAt: expiresAt === undefined ? end : Math.min(end, Date.parse(expiresAt)) };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'tenant-suspended') return 'The tenant of this key is suspended.';
    if (error.status !== 401) throw error;
  }
  try {
    await call(portal.api, { ...ask, path: '/v1/platform/tenants' });
    return { admin: { key, kind: 'platform', label: "the operator's key", scopes: ['platform'] }, expiresAt: end };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return 'This is not a valid key.';
    throw error;
  }
}
