import { accountCalls } from '#schemas/account-calls.ts';
import { randomBytes } from 'node:crypto';
import {
  createBypass,
  exemptAccount,
  resetAccount,
  unlockAccount,
  type AccountAnswer as Unchanged,
} from '#core/account.ts';
import type { AccountDocument } from '#core/account-document.ts';
import type { Decision } from '#core/decider.ts';
import { backupCode, backupCodeBytes, showBackupCode } from '#core/methods/backup-codes.ts';
import { accountPolicy } from '#core/settings.ts';
import { accountCallerOf, accountIdOf, demandAccount } from '#runtime/account-caller.ts';
import { commandAccount, eraseOwnAccount } from '#runtime/account-command.ts';
import { viewAccount } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Http } from '#runtime/http.ts';
import { claimOf } from '#runtime/idempotency.ts';
import type { FastifyRequest } from 'fastify';
import { hashNewBackup } from '../compare-guess.ts';

const bypassSecondsInitial = 3_600;

/** What support does for people who can't help themselves. Scope `support`; each an event that names the key. */
export function registerSupport(app: Http, foundation: Foundation): void {
  const { keys, now } = foundation;
  const onRequest = demandAccount(foundation, 'support', 'none');

  async function carryOut(
    request: FastifyRequest,
    id: string,
    decide: (document: AccountDocument, accountId: string, at: number) => Decision<Unchanged>,
  ) {
    const caller = accountCallerOf(request);
    const accountId = accountIdOf(id);
    const claimed = await claimOf(foundation, request, caller);
    const done = await commandAccount<Unchanged>(foundation, caller, accountId, claimed, (document, at) =>
      decide(document, accountId, at.now),
    );
    const place = { keys, tenant: caller.tenantId, accountId, salt: done.salt };
    return viewAccount(place, done.document, accountPolicy(caller.tenant.settings), now());
  }

  app.post('/v1/accounts/:id/unlock', { onRequest, schema: accountCalls.unlock }, (request) =>
    carryOut(request, request.params.id, (document, accountId) => unlockAccount(document, accountId)),
  );

  app.post('/v1/accounts/:id/reset', { onRequest, schema: accountCalls.reset }, (request) =>
    carryOut(request, request.params.id, (document, accountId, at) => resetAccount(document, accountId, at)),
  );

  app.post('/v1/accounts/:id/exempt', { onRequest, schema: accountCalls.exempt }, (request) => {
    const until = request.body.until === null ? undefined : Date.parse(request.body.until);
    if (until !== undefined && !(until > now())) {
      throw new Problem('malformed-request', {
        errors: [{ field: 'until', message: 'must be a time in the future, or null' }],
      });
    }
    return carryOut(request, request.params.id, (document, accountId) => exemptAccount(document, accountId, until));
  });

  app.post('/v1/accounts/:id/bypass-code', { onRequest, schema: accountCalls.bypass }, async (request) => {
    const caller = accountCallerOf(request);
    const accountId = accountIdOf(request.params.id);
    const claimed = await claimOf(foundation, request, caller);
    const code = backupCode(randomBytes(backupCodeBytes));
    const hash = hashNewBackup(foundation, caller.tenantId, accountId, code);
    const lifetimeMs = (request.body.lifetimeSeconds ?? bypassSecondsInitial) * 1_000;
    const done = await commandAccount<never>(foundation, caller, accountId, claimed, (document, at) =>
      createBypass(document, accountId, hash, at.now + lifetimeMs),
    );
    if (done.kind !== 'done') throw new Error('making a bypass code always makes one');
    const expiresAt = new Date(done.outcome.at + lifetimeMs).toISOString();
    return done.fresh ? { code: showBackupCode(code), expiresAt } : { secretShown: true, expiresAt };
  });

  app.delete('/v1/accounts/:id', { onRequest, schema: accountCalls.erase }, async (request, reply) => {
    const caller = accountCallerOf(request);
    const claimed = await claimOf(foundation, request, caller);
    await eraseOwnAccount(foundation, caller, accountIdOf(request.params.id), claimed);
    return reply.code(204).send(null);
  });
}
