import type { System } from '../support/system.ts';
import { describeAccountBadInput } from './accounts-bad-input.flow.ts';
import { describeAccountEnforcement } from './accounts-enforcement.flow.ts';
import { describeAccountEnrolments } from './accounts-enrolments.flow.ts';
import { describeAccountLogins } from './accounts-logins.flow.ts';
import { describeAccountMethods } from './accounts-methods.flow.ts';
import { describeAccountPages } from './accounts-pages.flow.ts';
import { describeAccountProofs } from './accounts-proofs.flow.ts';
import { describeAccountReturnUrls } from './accounts-return-urls.flow.ts';
import { describeAccountStepUp } from './accounts-step-up.flow.ts';
import { describeAccountSupport } from './accounts-support.flow.ts';

/** Accounts, their methods, logins and pages, over HTTP, on whatever the system stands on. */
export function describeAccounts(given: () => System): void {
  describeAccountEnrolments(given);
  describeAccountMethods(given);
  describeAccountLogins(given);
  describeAccountEnforcement(given);
  describeAccountSupport(given);
  describeAccountPages(given);
  describeAccountStepUp(given);
  describeAccountProofs(given);
  describeAccountReturnUrls(given);
  describeAccountBadInput(given);
}
