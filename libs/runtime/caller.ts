import type { FastifyRequest } from 'fastify';
import type { Scope } from '#schemas/tenant.ts';
import type { Authenticate, Caller, TenantCaller } from './authenticate.ts';

const callers = new WeakMap<FastifyRequest, Caller>();

/**
 * Authentication as the first thing that happens to a request, before its body is even read: a stranger learns nothing of what a call
 * takes. `anyScope` lets every live key of a tenant in, `platform` the operator alone.
 */
export function demand(authenticate: Authenticate, scope: Scope | 'anyScope') {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization } = request.headers;
    if (scope === 'platform') callers.set(request, authenticate.platform(authorization));
    else if (scope === 'anyScope') callers.set(request, await authenticate.anyTenant(authorization));
    else callers.set(request, await authenticate.tenant(authorization, scope));
  };
}

/** Who asks; only in a route that demanded it. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('this route demands no caller');
  return caller;
}

/** The tenant that asks. */
export function tenantOf(request: FastifyRequest): TenantCaller {
  const caller = callerOf(request);
  if (caller.kind !== 'tenant') throw new Error('this route demands a tenant');
  return caller;
}
