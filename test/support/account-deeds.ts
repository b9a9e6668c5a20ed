import { randomInt } from 'node:crypto';
import { appCode } from './accounts.ts';
import type { Body } from './call.ts';
import { wrong } from './installation.ts';
import { uniqueName } from './services.ts';
import type { System } from './system.ts';

const usersMax = 6;

const oneOf = <T>(all: readonly T[]): T | undefined => (all.length > 0 ? all[randomInt(all.length)] : undefined);

/** Whatever an application does with accounts and logins, in no order. What is refused is part of the load. */
export function createAccountDeeds({ call, clock }: System): (() => Promise<unknown>)[] {
  const users = Array.from({ length: usersMax }, () => uniqueName('user'));
  const accounts = new Set<string>();
  const enrolments: { readonly id: string; readonly account: string; readonly secret: string }[] = [];
  const methods: { readonly id: string; readonly account: string; readonly secret: string }[] = [];
  const logins: { readonly id: string; readonly account: string }[] = [];

  const make = async () => {
    const { json } = await call('POST', '/v1/accounts', { userId: oneOf(users), locale: oneOf(['de', 'en']) });
    if (json.id) accounts.add(json.id);
    return json.id as string;
  };
  const account = async () => oneOf([...accounts]) ?? (await make());
  const at = async (path: string, body: object = {}) => call('POST', `/v1/accounts/${await account()}${path}`, body);
  /** Right, wrong, or of a step that has been used. */
  const codeOf = (secret: string) => {
    const code = appCode(secret, clock.now(), randomInt(2));
    return randomInt(3) === 0 ? wrong(code) : code;
  };

  const begin = async () => {
    const id = await account();
    const { json } = await call('POST', `/v1/accounts/${id}/methods`, { type: 'totp', label: 'Pocket' });
    if (json.secret) enrolments.push({ id: json.enrolmentId, account: id, secret: json.secret });
  };
  const confirm = async () => {
    const enrolment = oneOf(enrolments.slice(-4));
    if (!enrolment) return begin();
    const { id, account: of, secret } = enrolment;
    const { json } = await call('POST', `/v1/accounts/${of}/enrolments/${id}/confirm`, { code: codeOf(secret) });
    if (json.method) methods.push({ id: json.method.id, account: of, secret });
  };
  const start = async () => {
    const of = oneOf(methods.slice(-4))?.account ?? (await account());
    const { json } = await call('POST', '/v1/logins', { accountId: of });
    if (json.id) logins.push({ id: json.id, account: of });
  };
  const verify = async () => {
    const login = oneOf(logins.slice(-4));
    const method = methods.findLast((one) => one.account === login?.account);
    if (!login || !method) return start();
    const body = { methodId: method.id, code: codeOf(method.secret) };
    await call('POST', `/v1/logins/${login.id}/verify`, body);
  };
  const onMethod = (what: 'PATCH' | 'DELETE', body?: Body) => async () => {
    const method = oneOf(methods);
    if (method) await call(what, `/v1/accounts/${method.account}/methods/${method.id}`, body);
  };

  return [
    make,
    begin,
    confirm,
    confirm,
    start,
    verify,
    verify,
    async () => call('POST', `/v1/logins/${oneOf(logins)?.id}/cancel`, {}),
    () => at('/backup-codes'),
    () => at('/unlock'),
    () => at('/bypass-code'),
    () => at('/exempt', { until: null }),
    onMethod('PATCH', { default: true }),
    onMethod('DELETE'),
    async () => randomInt(3) === 0 && at('/reset'),
    async () => {
      const id = await account();
      accounts.delete(id);
      await call('DELETE', `/v1/accounts/${id}`);
    },
  ];
}
