import { accountCalls, enrolmentCalls } from '#schemas/account-calls.ts';
import { checkCalls } from '#schemas/api.ts';

const enrolments = (['accounts', 'logins'] as const).flatMap((place) => {
  const calls = enrolmentCalls(place);
  const base = `/v1/${place}/:id`;
  return [
    ['POST', `${base}/methods`, calls.start],
    ['POST', `${base}/enrolments/:eid/confirm`, calls.confirm],
    ['POST', `${base}/enrolments/:eid/resend`, calls.resend],
    ['DELETE', `${base}/enrolments/:eid`, calls.cancel],
    ['POST', `${base}/backup-codes`, calls.backupCodes],
  ] as const;
});

/** The calls that only a verifier can answer, since only it has the keys that make and check codes. */
export const forwardedCalls = [
  ['POST', '/v1/challenges/:id/verify', checkCalls.verify],
  ['POST', '/v1/addresses/reset', checkCalls.reset],
  ['GET', '/.well-known/jwks.json', checkCalls.jwks],
  ['POST', '/v1/accounts', accountCalls.save],
  ['POST', '/v1/accounts/find', accountCalls.find],
  ['GET', '/v1/accounts/:id', accountCalls.read],
  ['DELETE', '/v1/accounts/:id', accountCalls.erase],
  ['POST', '/v1/accounts/:id/pages', accountCalls.openPage],
  ['PATCH', '/v1/accounts/:id/methods/:mid', accountCalls.makeDefault],
  ['DELETE', '/v1/accounts/:id/methods/:mid', accountCalls.removeMethod],
  ['POST', '/v1/accounts/:id/step-up', accountCalls.beginStepUp],
  ['POST', '/v1/accounts/:id/step-up/verify', accountCalls.passStepUp],
  ['POST', '/v1/accounts/:id/unlock', accountCalls.unlock],
  ['POST', '/v1/accounts/:id/reset', accountCalls.reset],
  ['POST', '/v1/accounts/:id/exempt', accountCalls.exempt],
  ['POST', '/v1/accounts/:id/bypass-code', accountCalls.bypass],
  ...enrolments,
  ['POST', '/v1/logins/:id/verify', accountCalls.verifyLogin],
  ['POST', '/v1/logins/:id/result', accountCalls.takeResult],
  ['POST', '/v1/pages/sessions', accountCalls.openSession],
] as const;
