import { Type } from 'typebox';
import { platformSubject, tenantSubject } from '#core/subject.ts';
import {
  createApiKey,
  createTenant,
  listTenant,
  platformDecider,
  tenantDecider,
  updateTenant,
  type PlatformDocument,
  type TenantDocument,
  type TenantOutcome,
} from '#core/tenant.ts';
import {
  answers,
  CreateKey,
  CreateTenant,
  KeyShown,
  Repeatable,
  TenantAnswer,
  TenantList,
  UpdateTenant,
} from '#schemas/api.ts';
import { newApiKey } from '#runtime/authenticate.ts';
import { callerOf, demand } from '#runtime/caller.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import { expiryOf, showKey } from '../show-key.ts';

const common = { tags: ['platform'], security: [{ apiKey: [] }] };
const TenantParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** The operator's calls: tenants, and the first key of each. All take PLATFORM_KEY. */
export function registerTenants(app: Http, foundation: Foundation): void {
  const { authenticate, handle } = foundation;
  const onRequest = demand(authenticate, 'platform');

  const list = { ...common, summary: 'List tenants', response: answers(200, TenantList) };
  app.get('/v1/platform/tenants', { onRequest, schema: list }, async () => {
    const found = await handle.look<PlatformDocument>(platformSubject);
    return { tenants: (found?.document.tenants ?? []).map(({ tenantId, ...rest }) => ({ id: tenantId, ...rest })) };
  });

  const create = {
    ...common,
    summary: 'Create a tenant',
    headers: Repeatable,
    body: CreateTenant,
    response: answers(201, TenantAnswer),
  };
  app.post('/v1/platform/tenants', { onRequest, schema: create }, async (request, reply) => {
    const caller = callerOf(request);
    const { id: tenantId, name = tenantId } = request.body;
    const { commandId, late } = await claimOf(foundation, request, { tenantId: 'platform', keyId: caller.keyId });
    const data = { tenantId, name };
    const handled = await handle.handle<TenantDocument, TenantOutcome, TenantOutcome>({
      subject: tenantSubject(tenantId),
      tenant: tenantId,
      commandId,
      late,
      actor: caller.actor,
      decider: tenantDecider,
      decide: (document) => createTenant(document, data),
    });
    if (handled.kind === 'refused') throw problemOf(handled.refusal);
    await takeUp(foundation, caller.actor, { ...data, state: 'active' });
    reply.code(201);
    return { id: tenantId, name, state: 'active' };
  });

  const update = {
    ...common,
    summary: 'Rename, suspend or resume a tenant',
    params: TenantParams,
    headers: Repeatable,
    body: UpdateTenant,
  };
  app.patch(
    '/v1/platform/tenants/:id',
    { onRequest, schema: { ...update, response: answers(200, TenantAnswer) } },
    async (request) => {
      const caller = callerOf(request);
      const { id: tenantId } = request.params;
      const { commandId, late } = await claimOf(foundation, request, { tenantId: 'platform', keyId: caller.keyId });
      const handled = await handle.handle<TenantDocument, TenantOutcome, TenantOutcome>({
        subject: tenantSubject(tenantId),
        tenant: tenantId,
        commandId,
        late,
        actor: caller.actor,
        decider: tenantDecider,
        decide: (document) => updateTenant(document, request.body),
      });
      if (handled.kind === 'refused') throw problemOf(handled.refusal);
      if (!handled.document) throw new Problem('not-found');
      const { name, state } = handled.document;
      await takeUp(foundation, caller.actor, { tenantId, name, state });
      return { id: tenantId, name, state };
    },
  );

  const key = {
    ...common,
    summary: 'Create an API key of a tenant',
    params: TenantParams,
    headers: Repeatable,
    body: CreateKey,
  };
  app.post(
    '/v1/platform/tenants/:id/keys',
    { onRequest, schema: { ...key, response: answers(201, KeyShown) } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id: tenantId } = request.params;
      const fresh = newApiKey(tenantId);
      const { label, scopes } = request.body;
      const expiresAt = expiryOf(request.body, foundation.now());
      const { commandId, late } = await claimOf(foundation, request, { tenantId: 'platform', keyId: caller.keyId });
      const handled = await handle.handle<TenantDocument, TenantOutcome, never>({
        subject: tenantSubject(tenantId),
        tenant: tenantId,
        commandId,
        late,
        actor: caller.actor,
        decider: tenantDecider,
        decide: (document, { now }) =>
          createApiKey(document, { keyId: fresh.keyId, hash: fresh.hash, label, scopes, expiresAt }, now),
      });
      reply.code(201);
      return showKey(handled, fresh);
    },
  );
}

/** The platform's list follows the tenant's own record; a repetition of the call finishes what a crash left undone. */
async function takeUp(
  foundation: Foundation,
  actor: string,
  data: { tenantId: string; name: string; state: 'active' | 'suspended' },
): Promise<void> {
  await foundation.handle.handle<PlatformDocument, TenantOutcome, TenantOutcome>({
    subject: platformSubject,
    tenant: 'platform',
    commandId: `listed-${data.tenantId}-${data.state}-${foundation.now()}`,
    actor,
    decider: platformDecider,
    decide: (document) => listTenant(document, data),
  });
}
