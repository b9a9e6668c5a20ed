import { randomBytes } from 'node:crypto';
import { generateSecret } from 'otplib';
import { encodeQR } from 'qr';
import type { AccountDocument } from '#core/account-document.ts';
import { maskAddress } from '#core/address.ts';
import { findChallenge } from '#core/challenge-book.ts';
import { findEnrolment, importTotp, startEnrolment, wouldEnrol } from '#core/enrolment.ts';
import { findLogin } from '#core/login-status.ts';
import { readTotpUri, totpUri, type TotpParameters } from '#core/methods/totp.ts';
import { accountPolicy } from '#core/settings.ts';
import { thingId } from '#core/subject.ts';
import type { EnrolMethod } from '#schemas/account-api.ts';
import { codeRequest, createReservation, readCodeTarget } from '#runtime/account-code.ts';
import { commandAccount, type AccountAt } from '#runtime/account-command.ts';
import type { AccountCaller } from '#runtime/account-caller.ts';
import { localeOf, openOf } from '#runtime/account-fields.ts';
import { viewMethod, viewSend } from '#runtime/account-view.ts';
import { Problem } from '#runtime/errors.ts';
import type { Foundation } from '#runtime/foundation.ts';
import type { Claim } from '#runtime/idempotency.ts';
import { sealField } from '#runtime/sealing.ts';
import { hasSecret } from './compare-guess.ts';
import { demandStepUp } from './demand-step-up.ts';

const secretBytes = 20;

type Wanted = { readonly accountId: string; readonly body: EnrolMethod; readonly loginId?: string };

/** Begins an enrolment: a secret and its QR code, shown once, or a code on its way to an address. */
export async function enrolMethod(foundation: Foundation, caller: AccountCaller, wanted: Wanted, request: Claim) {
  const { type } = wanted.body;
  refuseStrayFields(wanted.body);
  if (type === 'totp')
    return wanted.body.uri === undefined
      ? enrolTotp(foundation, caller, wanted, request)
      : importApp(foundation, caller, wanted, request);
  return enrolAddress(foundation, caller, wanted, type, request);
}

/** Fields that a method of this type does not take: whoever sends them expects something of them. */
function refuseStrayFields({ type, to, uri, confirmed, allowShortSecret }: EnrolMethod): void {
  const ofImport = type === 'totp' && uri !== undefined;
  const stray = {
    to: type === 'totp' && to,
    uri: type !== 'totp' && uri,
    confirmed: !ofImport && confirmed,
    allowShortSecret: !ofImport && allowShortSecret,
  };
  const errors = Object.entries(stray)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([field]) => ({
      field,
      message: `is not taken for type ${type}${type === 'totp' && field !== 'to' ? ' without uri' : ''}`,
    }));
  if (errors.length > 0) throw new Problem('malformed-request', { errors });
}

function sealed(foundation: Foundation, caller: AccountCaller, accountId: string, salt: string, thing: string) {
  const whom = { tenant: caller.tenantId, subject: accountId, thing };
  return {
    secret: (text: string) => sealField(foundation.keys, 'method', salt, { ...whom, field: 'secret' }, text),
    to: (text: string) => sealField(foundation.keys, 'address', salt, { ...whom, field: 'to' }, text),
    label: (text: string | undefined) =>
      text === undefined ? undefined : sealField(foundation.keys, 'address', salt, { ...whom, field: 'label' }, text),
  };
}

async function enrolTotp(
  foundation: Foundation,
  caller: AccountCaller,
  { accountId, body, loginId }: Wanted,
  request: Claim,
) {
  const { settings, document: tenant } = caller.tenant;
  const { issuer, digits, algorithm } = settings.methods.totp;
  const parameters: TotpParameters = { algorithm, digits, period: 30 };
  const enrolmentId = thingId(accountId, 'e', request.seed);
  const secret = generateSecret({ length: secretBytes });
  const done = await commandAccount<never>(
    foundation,
    caller,
    accountId,
    request,
    (document, { now, salt }: AccountAt) => {
      demandFurther(caller, document, loginId, now);
      const seal = sealed(foundation, caller, accountId, salt, enrolmentId);
      const seed = { secret: seal.secret(secret), ...parameters };
      const label = seal.label(body.label);
      return startEnrolment(document, {
        enrolmentId,
        type: 'totp',
        seed,
        label,
        loginId,
        policy: accountPolicy(settings),
        now,
      });
    },
  );
  const enrolment = findEnrolment(done.document, enrolmentId);
  const expiresAt = enrolment && new Date(enrolment.expiresAt).toISOString();
  if (done.kind === 'done' && !done.fresh) return { enrolmentId, secretShown: true, expiresAt };
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: done.salt };
  const name = accountNameOf(place, done.document) ?? body.label ?? 'account';
  const uri = totpUri(secret, parameters, issuer || settings.branding.name || tenant.name, name);
  return { enrolmentId, secret, uri, qrSvg: encodeQR(uri, 'svg'), expiresAt };
}

/** A page may add a further method only after a fresh proof; the first one needs none, and neither does one that a login demands. */
function demandFurther(
  caller: AccountCaller,
  document: AccountDocument,
  loginId: string | undefined,
  now: number,
): void {
  if (loginId === undefined) demandStepUp(caller, document, undefined, now);
}

function accountNameOf(place: Parameters<typeof openOf>[0], document: AccountDocument): string | undefined {
  return (
    openOf(place, 'accountName', place.accountId, document.accountName) ??
    openOf(place, 'email', place.accountId, document.email)
  );
}

/** A secret that another system made; whoever imports it answers for its having been confirmed there. */
async function importApp(foundation: Foundation, caller: AccountCaller, { accountId, body }: Wanted, request: Claim) {
  if (caller.kind !== 'tenant' || !caller.scopes.includes('import')) throw new Problem('scope-missing');
  if (body.confirmed !== true)
    throw new Problem('malformed-request', { errors: [{ field: 'confirmed', message: 'must be true for an import' }] });
  const read = readTotpUri(body.uri ?? '', body.allowShortSecret);
  if (!read.ok) throw new Problem('malformed-request', { errors: [{ field: 'uri', message: read.reason }] });
  const enrolmentId = thingId(accountId, 'e', request.seed);
  const methodId = thingId(accountId, 'm', request.seed);
  const done = await commandAccount<never>(foundation, caller, accountId, request, (document, { now, salt }) => {
    const seal = sealed(foundation, caller, accountId, salt, enrolmentId);
    // Two methods of one secret would let one code pass twice.
    if (hasSecret(foundation, { tenant: caller.tenantId, accountId, salt }, document, read.secret))
      return { kind: 'refused', refusal: { code: 'already-enrolled' } };
    const seed = { secret: seal.secret(read.secret), ...read.parameters };
    const label = seal.label(body.label ?? read.label);
    return importTotp(document, {
      enrolmentId,
      methodId,
      seed,
      label,
      policy: accountPolicy(caller.tenant.settings),
      now,
    });
  });
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt: done.salt };
  const method = done.document.methods.find(({ id }) => id === methodId);
  if (!method) throw new Problem('not-found');
  return { method: viewMethod(place, done.document, method, foundation.now()) };
}

async function enrolAddress(
  foundation: Foundation,
  caller: AccountCaller,
  { accountId, body, loginId }: Wanted,
  type: 'sms' | 'email',
  request: Claim,
) {
  const policy = accountPolicy(caller.tenant.settings);
  const enrolmentId = thingId(accountId, 'e', request.seed);
  const reserve = createReservation(foundation, caller, request);
  const done = await commandAccount<never>(foundation, caller, accountId, request, async (document, { now, salt }) => {
    demandFurther(caller, document, loginId, now);
    const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
    const own =
      type === 'sms'
        ? openOf(place, 'phone', accountId, document.phone)
        : openOf(place, 'email', accountId, document.email);
    const to = body.to ?? own;
    if (to === undefined)
      throw new Problem('malformed-request', {
        errors: [{ field: 'to', message: 'is missing, and the account has none of its own' }],
      });
    const clientIp = findLogin(document, loginId ?? '')?.clientIp;
    const target = readCodeTarget(foundation, caller, { accountId, channel: type, to, clientIp });
    const { destination } = target.address.counted;
    const refusal = wouldEnrol(document, { type, policy, loginId, destination, now });
    if (refusal) return { kind: 'refused', refusal };
    if (request.late) throw new Problem('idempotency-key-spent');
    const reservation = await reserve(target.address);
    const seal = sealed(foundation, caller, accountId, salt, enrolmentId);
    const code = codeRequest(foundation, caller, target, {
      seed: request.seed,
      purpose: 'enrolment',
      locale: localeOf(place, document),
      salt,
      reservation,
      now,
    });
    return startEnrolment(document, {
      enrolmentId,
      type,
      to: seal.to(target.address.address),
      destination,
      code,
      label: seal.label(body.label),
      loginId,
      policy,
      now,
    });
  });
  return viewEnrolment(foundation, caller, accountId, done, enrolmentId);
}

/** What an enrolment of an address answers: where the code went, masked, and when another may go. */
export function viewEnrolment(
  foundation: Foundation,
  caller: AccountCaller,
  accountId: string,
  { document, salt }: { readonly document: AccountDocument; readonly salt: string },
  enrolmentId: string,
) {
  const enrolment = findEnrolment(document, enrolmentId);
  const challenge = enrolment?.challengeId === undefined ? undefined : findChallenge(document, enrolment.challengeId);
  // A repeated request whose enrolment is over by now: it is told the id, as it was.
  if (!enrolment || !challenge) return { enrolmentId };
  const place = { keys: foundation.keys, tenant: caller.tenantId, accountId, salt };
  const to = openOf(place, 'to', enrolmentId, enrolment.to);
  return { enrolmentId, ...viewSend(challenge, to === undefined ? '' : maskAddress(challenge.channel, to)) };
}

export const freshNonce = (): string => randomBytes(16).toString('base64url');
