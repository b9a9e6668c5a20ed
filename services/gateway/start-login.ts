import { accountDecider, type AccountDocument, type AccountOutcome } from '#core/account-document.ts';
import { keyedDigest } from '#core/bytes.ts';
import { findLogin } from '#core/login-status.ts';
import { startLogin } from '#core/login.ts';
import { accountPolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import type { LoginAnswer, StartLogin } from '#schemas/account-api.ts';
import { ownAccount } from '#runtime/account-caller.ts';
import { groupsOf, sealOf } from '#runtime/account-fields.ts';
import { viewLogin } from '#runtime/account-view.ts';
import type { TenantCaller } from '#runtime/authenticate.ts';
import { networkOf } from '#runtime/address-request.ts';
import { Problem, problemOf, type FieldFault } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { readReturnUrl } from '#runtime/login-redirect.ts';
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
  const { accountId, state, groups, clientIp } = body;
  if (!/^[A-Za-z0-9_-]{22}$/.test(accountId)) throw new Problem('not-found');
  const returnUrl = body.returnUrl && readReturnUrl(tenant.settings.returnUrls, body.returnUrl);
  refuseFaults(body);
  const loginId = thingId(accountId, 'l', request.seed);
  const nonce = keyedDigest(keys.newest('session').key, 'login-nonce', loginId).subarray(0, 16).toString('base64url');
  const policy = accountPolicy(tenant.settings);
  const handled = await foundation.handle.handle<AccountDocument, AccountOutcome, never>({
    subject: accountId,
    tenant: tenantId,
    commandId: request.commandId,
    actor: caller.actor,
    decider: accountDecider,
    decide: (document, { now, salt }) => {
      const account = ownAccount(document, caller);
      if (request.late) throw new Problem('idempotency-key-spent');
      const place = { keys, tenant: tenantId, accountId, salt };
      return startLogin(account, {
        loginId,
        policy,
        groups: groups ?? groupsOf(place, account),
        returnUrl: returnUrl && sealOf(place, 'returnUrl', loginId, returnUrl),
        state: state === undefined ? undefined : sealOf(place, 'state', loginId, state),
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
  const hasPage = login.needs === 'second-factor' || login.needs === 'enrolment';
  if (login.nonce === undefined || !hasPage) return view;
  return { ...view, pageUrl: `${foundation.config.portalUrl}/login/${handleOf(keys, loginId, login.nonce)}` };
}

const stateBytesMax = 1_024;

/** What a schema cannot say. */
function refuseFaults({ clientIp, state }: StartLogin): void {
  const errors: FieldFault[] = [];
  if (clientIp !== undefined && isIP(clientIp) === 0) {
    errors.push({ field: 'clientIp', message: 'must be an IPv4 or IPv6 address' });
  }
  if (state !== undefined && Buffer.byteLength(JSON.stringify(state)) - 2 > stateBytesMax) {
    errors.push({ field: 'state', message: `must be at most ${stateBytesMax} bytes, written as JSON` });
  }
  if (errors.length > 0) throw new Problem('malformed-request', { errors });
}

const ipDigest = ({ keys }: Foundation, ip: string): string =>
  keyedDigest(keys.newest('destination').key, 'client-ip', networkOf(ip)).subarray(0, 16).toString('base64url');
