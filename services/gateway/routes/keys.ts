import { Type } from 'typebox';
import { tenantSubject } from '#core/subject.ts';
import {
  createApiKey,
  revokeApiKey,
  rotateApiKey,
  tenantDecider,
  type TenantDocument,
  type TenantOutcome,
} from '#core/tenant.ts';
import type { Decision } from '#core/decider.ts';
import { answers, CreateKey, CurrentKey, KeyList, KeyShown, Repeatable, RotateKey } from '#schemas/api.ts';
import type { Scope } from '#schemas/tenant.ts';
import { newApiKey, type TenantCaller } from '#runtime/authenticate.ts';
import { demand, tenantOf } from '#runtime/caller.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf, type Claim } from '#runtime/idempotency.ts';
import { expiryOf, showKey, viewKey } from '../show-key.ts';

const common = { tags: ['keys'], security: [{ apiKey: [] }] };
const KeyParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const overlapSecondsInitial = 86_400;

/** A tenant's own API keys: list, create, rotate with overlap, revoke. Scope `settings`; a key can give no scope it lacks. */
export function registerKeys(app: Http, foundation: Foundation): void {
  const { authenticate, handle, now } = foundation;
  const onRequest = demand(authenticate, 'settings');

  async function documentOf(tenantId: string): Promise<TenantDocument> {
    const found = await handle.look<TenantDocument>(tenantSubject(tenantId));
    if (!found) throw new Problem('not-found');
    return found.document;
  }

  const command = <Answer>(
    caller: TenantCaller,
    { commandId, late }: Claim,
    decide: (document: TenantDocument | undefined, at: { now: number }) => Decision<Answer>,
  ) =>
    handle.handle<TenantDocument, TenantOutcome, Answer>({
      subject: tenantSubject(caller.tenantId),
      tenant: caller.tenantId,
      commandId,
      late,
      actor: caller.actor,
      decider: tenantDecider,
      decide,
    });

  app.get(
    '/v1/keys/current',
    {
      onRequest: demand(authenticate, 'anyScope'),
      schema: { ...common, summary: 'The key in use', response: answers(200, CurrentKey) },
    },
    async (request) => {
      const caller = tenantOf(request);
      const key = (await documentOf(caller.tenantId)).keys.find(({ id }) => id === caller.keyId);
      if (!key) throw new Problem('unauthenticated');
      return { ...viewKey(key, now()), tenant: caller.tenantId };
    },
  );

  app.get(
    '/v1/keys',
    { onRequest, schema: { ...common, summary: 'List keys', response: answers(200, KeyList) } },
    async (request) => {
      const caller = tenantOf(request);
      return { keys: (await documentOf(caller.tenantId)).keys.map((key) => viewKey(key, now())) };
    },
  );

  const create = {
    ...common,
    summary: 'Create a key',
    headers: Repeatable,
    body: CreateKey,
    response: answers(201, KeyShown),
  };
  app.post('/v1/keys', { onRequest, schema: create }, async (request, reply) => {
    const caller = tenantOf(request);
    const { label, scopes } = request.body;
    refuseWiderScopes(caller, scopes);
    const fresh = newApiKey(caller.tenantId);
    const expiresAt = expiryOf(request.body, now());
    const claimed = await claimOf(foundation, request, caller);
    const data = { keyId: fresh.keyId, hash: fresh.hash, label, scopes, expiresAt };
    const handled = await command<never>(caller, claimed, (document, at) => createApiKey(document, data, at.now));
    reply.code(201);
    return showKey(handled, fresh);
  });

  const rotate = {
    ...common,
    summary: 'Replace a key; the old one lives on for the overlap',
    params: KeyParams,
    headers: Repeatable,
    body: RotateKey,
  };
  app.post(
    '/v1/keys/:id/rotate',
    { onRequest, schema: { ...rotate, response: answers(201, KeyShown) } },
    async (request, reply) => {
      const caller = tenantOf(request);
      const fresh = newApiKey(caller.tenantId);
      const overlapMs = (request.body.overlapSeconds ?? overlapSecondsInitial) * 1_000;
      const claimed = await claimOf(foundation, request, caller);
      const successor = { keyId: fresh.keyId, hash: fresh.hash };
      const handled = await command<never>(caller, claimed, (document, at) => {
        refuseWiderScopes(caller, document?.keys.find(({ id }) => id === request.params.id)?.scopes ?? []);
        return rotateApiKey(document, request.params.id, successor, overlapMs, at.now);
      });
      reply.code(201);
      return showKey(handled, fresh);
    },
  );

  const revoke = {
    ...common,
    summary: 'Revoke a key',
    params: KeyParams,
    headers: Repeatable,
    response: answers(204, undefined),
  };
  app.delete('/v1/keys/:id', { onRequest, schema: revoke }, async (request, reply) => {
    const caller = tenantOf(request);
    const claimed = await claimOf(foundation, request, caller);
    const handled = await command(caller, claimed, (document) => revokeApiKey(document, request.params.id));
    if (handled.kind === 'refused') throw problemOf(handled.refusal);
    return reply.code(204).send(null);
  });
}

/** Nobody gets a key that can do more than their own. */
function refuseWiderScopes(caller: TenantCaller, scopes: readonly Scope[]): void {
  if (scopes.some((scope) => !caller.scopes.includes(scope))) throw new Problem('scope-missing');
}
