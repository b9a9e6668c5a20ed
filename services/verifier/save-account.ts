import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { saveAccount, type AccountAnswer } from '#core/account.ts';
import { accountPolicy } from '#core/settings.ts';
import { subjectOf } from '#core/subject.ts';
import { normaliseAddress } from '#core/address.ts';
import type { SaveAccount } from '#schemas/account-api.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { groupsOf, openOf, sealGroups, sealOf, type AccountPlace } from '#runtime/account-fields.ts';
import { viewAccount } from '#runtime/account-view.ts';
import { Problem, problemOf, type FieldFault } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';

/**
 * The id of a user's account: a keyed digest, so that nobody can tell a user id from it or try one against it. Half a surrogate pair is
 * no character: all of them would be the same in UTF-8, and two users one account.
 */
export function accountIdFor({ keys }: Foundation, tenantId: string, userId: string): string {
  if (!userId.isWellFormed()) {
    throw new Problem('malformed-request', { errors: [{ field: 'userId', message: 'must be well-formed Unicode' }] });
  }
  return subjectOf(keys.newest('subject').key, 'account', tenantId, userId);
}

/** Makes the account of a user, or finds it and takes over what is given; what is the same already is no change. */
export async function makeOrFindAccount(
  foundation: Foundation,
  caller: TenantCaller,
  body: SaveAccount,
  request: Claim,
) {
  const { keys } = foundation;
  const { tenantId } = caller;
  const given = normalised(body);
  const accountId = accountIdFor(foundation, tenantId, body.userId);
  const policy = accountPolicy(caller.tenant.settings);
  const handled = await foundation.handle.handle<AccountDocument, AccountOutcome, AccountAnswer>({
    subject: accountId,
    tenant: tenantId,
    commandId: request.commandId,
    late: request.late,
    actor: caller.actor,
    decider: accountDecider,
    decide: (document, { salt }) => {
      const place = { keys, tenant: tenantId, accountId, salt };
      const changed = (field: 'accountName' | 'email' | 'phone' | 'locale') => {
        const text = given[field];
        return text === undefined || text === openOf(place, field, accountId, document?.[field])
          ? undefined
          : sealOf(place, field, accountId, text);
      };
      const profile = {
        accountName: changed('accountName'),
        email: changed('email'),
        phone: changed('phone'),
        locale: changed('locale'),
        groups: changedGroups(place, document, given.groups),
      };
      const userId = document ? document.userId : sealOf(place, 'userId', accountId, body.userId);
      return saveAccount(document, accountId, userId, profile, policy);
    },
  });
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  if (!handled.document) throw new Problem('not-found');
  const place = { keys, tenant: tenantId, accountId, salt: handled.salt };
  return viewAccount(place, handled.document, policy, foundation.now());
}

/** The groups that are given, sealed, unless they are those of the account already, in whatever order. */
function changedGroups(
  place: AccountPlace,
  document: AccountDocument | undefined,
  given: readonly string[] | undefined,
): string | undefined {
  if (given === undefined) return undefined;
  const kept = document ? groupsOf(place, document) : [];
  const same = kept !== 'unreadable' && JSON.stringify(given.toSorted()) === JSON.stringify(kept.toSorted());
  return same ? undefined : sealGroups(place, given);
}

/** Addresses in their normal form; all faults at once. */
function normalised(body: SaveAccount): Omit<SaveAccount, 'userId'> {
  const faults: FieldFault[] = [];
  const read = (field: 'email' | 'phone', channel: 'email' | 'sms') => {
    const text = body[field];
    if (text === undefined) return undefined;
    const result = normaliseAddress(channel, text);
    if (result.ok) return result.address;
    faults.push({ field, message: result.reason });
    return undefined;
  };
  const [email, phone] = [read('email', 'email'), read('phone', 'sms')];
  if (faults.length > 0) throw new Problem('malformed-request', { errors: faults });
  return { ...body, email, phone };
}
