import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { keyedDigest } from '#core/bytes.ts';
import { findLogin } from '#core/login-status.ts';
import { startLogin } from '#core/login.ts';
import { accountPolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import type { LoginAnswer, StartLogin } from '#schemas/account-api.ts';
import { ownAccount } from '#runtime/account-caller.ts';
import { viewLogin } from '#runtime/account-view.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { networkOf } from '#runtime/address-request.ts';
import { Problem, problemOf } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { isAllowedReturnUrl } from '#runtime/login-redirect.ts';
import { handleOf, resultMs } from '#runtime/page-token.ts';
import { isIP } from 'node:net';

/** Begins the second step of a login of an account. With a returnUrl the answer has the address of our page for it. */
export async function beginLogin(
  foundation: Foundation,
  caller: TenantCaller,
  body: StartLogin,
  request: Claim,
): Promise<LoginAnswer> {
  const { keys } = foundation;
  const { tenantId, tenant } = caller;
  const { accountId, returnUrl, state, groups, clientIp } = body;
  if (!/^[A-Za-z0-9_-]{22}$/.test(accountId)) throw new Problem('not-found');
  if (returnUrl !== undefined && !isAllowedReturnUrl(tenant.settings.returnUrls, returnUrl))
    throw new Problem('return-url-not-allowed');
  if (clientIp !== undefined && isIP(clientIp) === 0) {
    throw new Problem('malformed-request', {
      errors: [{ field: 'clientIp', message: 'must be an IPv4 or IPv6 address' }],
    });
  }
  const loginId = thingId(accountId, 'l', request.seed);
  const nonce = keyedDigest(keys.newest('session').key, 'login-nonce', loginId).subarray(0, 16).toString('base64url');
  const policy = accountPolicy(tenant.settings);
  const handled = await foundation.handle.handle<AccountDocument, AccountOutcome, never>({
    subject: accountId,
    tenant: tenantId,
    commandId: request.commandId,
    actor: caller.actor,
    decider: accountDecider,
    decide: (document, { now }) => {
      const account = ownAccount(document, caller);
      if (request.late) throw new Problem('idempotency-key-spent');
      return startLogin(account, {
        loginId,
        policy,
        groups: groups ?? account.groups,
        returnUrl,
        state,
        clientIp: clientIp && ipDigest(foundation, clientIp),
        page: returnUrl === undefined ? undefined : { nonce, handleExpiresAt: now + resultMs },
        now,
      });
    },
  });
  if (handled.kind === 'refused') throw problemOf(handled.refusal);
  const document = ownAccount(handled.document, caller);
  const login = findLogin(document, loginId);
  if (!login) throw new Problem('not-found');
  const place = { keys, tenant: tenantId, accountId, salt: handled.salt };
  const view = viewLogin(place, document, login, policy, foundation.now(), false);
  const hasPage = returnUrl !== undefined && (login.needs === 'second-factor' || login.needs === 'enrolment');
  return {
    ...view,
    ...(hasPage && { pageUrl: `${foundation.config.portalUrl}/login/${handleOf(keys, loginId, nonce)}` }),
  };
}

const ipDigest = ({ keys }: Foundation, ip: string): string =>
  keyedDigest(keys.newest('destination').key, 'client-ip', networkOf(ip)).subarray(0, 16).toString('base64url');
