import { generateSync } from 'otplib';
import type { Body, Call } from './call.ts';
import { codeIn } from './installation.ts';

export type Reached = {
  readonly messagesTo: (to: string, count?: number) => Promise<readonly { readonly text: string }[]>;
};

/** What an authenticator shows. `stepsAhead`: a code counts once, and the next step is within the window already. */
export const appCode = (secret: string, now: number, stepsAhead = 0): string =>
  generateSync({ strategy: 'totp', secret, epoch: Math.floor(now / 1_000) + 30 * stepsAhead });

/** Answers a call that has to succeed. */
export async function demandAnswer(call: Call, method: string, path: string, body?: object): Promise<Body> {
  const answer = await call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status} ${answer.text}`);
  return answer.json;
}

/** Enrols an authenticator app; its secret and the method. */
export async function enrolApp(
  call: Call,
  accountId: string,
  now: number,
  label?: string,
): Promise<{ readonly secret: string; readonly method: Body }> {
  const path = `/v1/accounts/${accountId}`;
  const { enrolmentId, secret } = await demandAnswer(call, 'POST', `${path}/methods`, { type: 'totp', label });
  const code = appCode(secret, now);
  const { method } = await demandAnswer(call, 'POST', `${path}/enrolments/${enrolmentId}/confirm`, { code });
  return { secret, method };
}

/** Enrols an address by the code that reaches it, which is the `count`-th message there. */
export async function enrolAddress(
  system: Reached & { readonly call: Call },
  accountId: string,
  type: 'sms' | 'email',
  to: string,
  count = 1,
): Promise<Body> {
  const { call } = system;
  const path = `/v1/accounts/${accountId}`;
  const { enrolmentId } = await demandAnswer(call, 'POST', `${path}/methods`, { type, to });
  const code = codeIn((await system.messagesTo(to, count))[0]);
  return (await demandAnswer(call, 'POST', `${path}/enrolments/${enrolmentId}/confirm`, { code })).method;
}
