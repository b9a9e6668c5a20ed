import { randomBytes } from 'node:crypto';
import { generateBackupCodes } from '#core/account.ts';
import { backupCode, backupCodeBytes, showBackupCode } from '#core/methods/backup-codes.ts';
import { accountPolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import { commandAccount } from '#runtime/account-command.ts';
import type { AccountCaller } from '#runtime/account-caller.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { hashNewBackup } from './compare-guess.ts';
import { demandStepUp } from './demand-step-up.ts';

/** A new set of backup codes, shown once; it voids the set before. */
export async function makeBackupCodes(
  foundation: Foundation,
  caller: AccountCaller,
  { accountId, loginId }: { readonly accountId: string; readonly loginId?: string },
  request: Claim,
): Promise<{ codes?: string[]; secretShown?: boolean }> {
  const policy = accountPolicy(caller.tenant.settings);
  const codes = Array.from({ length: policy.backupCodesQuantity }, () => backupCode(randomBytes(backupCodeBytes)));
  const hashes = codes.map((code) => hashNewBackup(foundation, caller.tenantId, accountId, code));
  const methodId = thingId(accountId, 'm', request.seed);
  const done = await commandAccount<never>(foundation, caller, accountId, request, (document, { now }) => {
    demandStepUp(caller, document, loginId, now);
    return generateBackupCodes(document, { methodId, hashes, policy, loginId });
  });
  return done.kind === 'done' && done.fresh ? { codes: codes.map(showBackupCode) } : { secretShown: true };
}
