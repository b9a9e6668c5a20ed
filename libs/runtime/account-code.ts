import { randomBytes } from 'node:crypto';
import type { CodeRequest, Reservation } from '#core/send-code.ts';
import { challengePolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import type { ChannelName } from '#schemas/channel.ts';
import { readAddress, type Addressed } from './address-request.ts';
import type { AccountCaller } from './account-caller.ts';
import { Problem } from './errors.ts';
import type { Foundation } from './foundation.ts';
import type { Claim } from './idempotency.ts';
import { sealValues } from './message-values.ts';
import { reserveSend } from './quota.ts';
import { sealField } from './sealing.ts';

/** Where a code of an account goes. */
export type CodeTarget = { readonly accountId: string; readonly channel: ChannelName; readonly address: Addressed };

/**
 * An address of an account as a request or its own record gives it, within the countries that settings allow.
 * @param clientIp digest of where the login comes from, in which a code is asked for
 */
export function readCodeTarget(
  foundation: Foundation,
  caller: AccountCaller,
  { accountId, channel, to, clientIp }: Omit<CodeTarget, 'address'> & { to: string; clientIp?: string },
): CodeTarget {
  const address = readAddress(foundation.keys, caller.tenantId, { channel, to });
  const { countries } = caller.tenant.settings;
  if (address.country !== undefined && countries.length > 0 && !countries.includes(address.country)) {
    throw new Problem('country-not-allowed');
  }
  const counted = { ...address.counted, ...(clientIp !== undefined && { clientIp }) };
  return { accountId, channel, address: { ...address, counted } };
}

/** Counts a send once per command, however often the decision is made again. */
export function createReservation(foundation: Foundation, caller: AccountCaller, request: Claim) {
  let reserved: Promise<Reservation> | undefined;
  return (address: Pick<Addressed, 'counted'>): Promise<Reservation> =>
    (reserved ??= reserveSend(foundation.store, request.commandId, caller.tenant, address.counted));
}

/** What the rules need to send a code of an account through the pipeline. */
export function codeRequest(
  foundation: Foundation,
  caller: AccountCaller,
  target: CodeTarget,
  at: {
    readonly seed: Uint8Array;
    readonly purpose: string;
    readonly locale: string | undefined;
    readonly salt: string;
    readonly reservation: Reservation;
    readonly now: number;
  },
): CodeRequest {
  const { accountId, channel, address } = target;
  const challengeId = thingId(accountId, 'c', at.seed);
  const owner = { tenant: caller.tenantId, subject: accountId, thing: challengeId };
  const { settings, settingsVersion } = caller.tenant;
  return {
    challengeId,
    channel,
    purpose: at.purpose,
    to: sealField(foundation.keys, 'address', at.salt, { ...owner, field: 'to' }, address.address),
    params: sealValues(foundation.keys, at.salt, owner, { locale: at.locale }),
    counted: address.counted,
    policy: challengePolicy(settings, channel, settingsVersion),
    nonce: randomBytes(16).toString('base64url'),
    kid: foundation.otpKid,
    reservation: at.reservation,
    now: at.now,
  };
}
