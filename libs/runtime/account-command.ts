import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { eraseAccount } from '#core/account.ts';
import type { Decision } from '#core/decider.ts';
import { withNotices } from '#core/notices.ts';
import { ownAccount, type AccountCaller } from './account-caller.ts';
import { problemOf } from './errors.ts';
import type { Foundation } from './foundation.ts';
import type { Claim } from './idempotency.ts';
import { createNoticing } from './noticing.ts';

export type AccountAt = { readonly now: number; readonly salt: string };

export type AccountDone<Answer> =
  | {
      readonly kind: 'done';
      readonly outcome: AccountOutcome;
      readonly document: AccountDocument;
      readonly salt: string;
      readonly fresh: boolean;
    }
  | { readonly kind: 'answer'; readonly answer: Answer; readonly document: AccountDocument; readonly salt: string };

/** Carries out a command on an existing account of the caller's tenant; a refusal is thrown as its problem. */
export async function commandAccount<Answer>(
  foundation: Foundation,
  caller: AccountCaller,
  accountId: string,
  request: Claim,
  decide: (document: AccountDocument, at: AccountAt) => Decision<Answer> | Promise<Decision<Answer>>,
): Promise<AccountDone<Answer>> {
  const handled = await foundation.handle.handle<AccountDocument, AccountOutcome, Answer>({
    subject: accountId,
    tenant: caller.tenantId,
    commandId: request.commandId,
    late: request.late,
    actor: caller.actor,
    decider: accountDecider,
    decide: async (document, at) => {
      const account = ownAccount(document, caller);
      const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: at.salt };
      const noticing = createNoticing(place, account, caller.tenant.settings.notices, at.now);
      return withNotices(await decide(account, at), account, noticing);
    },
  });
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  return { ...handled, document: ownAccount(handled.document, caller) };
}

/** The account as it is in the log. */
export async function lookAtAccount(
  foundation: Foundation,
  caller: AccountCaller,
  accountId: string,
): Promise<{ document: AccountDocument; salt: string }> {
  const found = await foundation.handle.look<AccountDocument>(accountId);
  return { document: ownAccount(found?.document, caller), salt: found?.salt ?? '' };
}

/** Erases an account of the caller's tenant; one that is not there, or not any more, is a 404. */
export async function eraseOwnAccount(
  foundation: Foundation,
  caller: AccountCaller,
  accountId: string,
  request: Claim,
): Promise<void> {
  const ended = await foundation.handle.erase<AccountDocument, AccountOutcome>({
    subject: accountId,
    tenant: caller.tenantId,
    commandId: request.commandId,
    late: request.late,
    actor: caller.actor,
    decider: accountDecider,
    decide: (document) => eraseAccount(document && ownAccount(document, caller), accountId),
  });
  if (ended.kind === 'refused') throw problemOf(ended.refusal);
}
