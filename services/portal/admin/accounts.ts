import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AccountAnswer } from '#schemas/account-api.ts';
import { ApiProblem } from '../api.ts';
import { PageFailure } from '../failure.ts';
import { html, type Part } from '../html.ts';
import { lifetimes, sendAccount } from './account-page.ts';
import type { Desk } from './desk.ts';
import { formFields, type Doors } from './doors.ts';
import { postForm, summaryOf, textField, type Faults } from './form.ts';

const accountsPath = '/admin/accounts';
const Plain = Type.Object(formFields);
const Find = Type.Object({ ...formFields, userId: Type.String({ minLength: 1, maxLength: 255 }) });
const Sure = Type.Object({ ...formFields, sure: Type.Optional(Type.Literal('yes')) });
const Exempt = Type.Object({ ...formFields, until: Type.Optional(Type.String({ maxLength: 16 })) });
const Bypass = Type.Object({
  ...formFields,
  lifetime: Type.Union(lifetimes.map(([seconds]) => Type.Literal(String(seconds)))),
});
const Erase = Type.Object({ ...formFields, word: Type.String({ maxLength: 20 }) });

/** What support does for people. Addresses in the browser name accounts by the keyed digest that is their id, never a user. */
export function registerAccounts(doors: Doors): void {
  const need = 'support';
  const one = `${accountsPath}/:id`;
  doors.page({ url: accountsPath, need }, async (desk) => askForUser(desk));
  doors.form({ url: accountsPath, need, body: Find }, (desk, form, faults) => find(desk, form, faults));
  doors.page({ url: one, need }, async (desk) => sendAccount(desk, await read(desk)));

  doors.form({ url: `${one}/unlock`, need, body: Plain }, async (desk, { once }) => act(desk, 'unlock', {}, once));
  doors.form({ url: `${one}/reset`, need, body: Sure }, async (desk, { sure, once }) =>
    sure === 'yes' ? act(desk, 'reset', {}, once) : refuse(desk, { reset: 'Tick the box to take all methods away.' }),
  );
  doors.form({ url: `${one}/exempt`, need, body: Exempt }, async (desk, { until = '', once }, faults) => {
    const at = Date.parse(`${until}Z`);
    if (Object.keys(faults).length > 0 || !(at > desk.now)) {
      return refuse(desk, { until: 'Must be a time in the future.' }, { until });
    }
    return act(desk, 'exempt', { until: new Date(at).toISOString() }, once);
  });
  doors.form({ url: `${one}/end-exemption`, need, body: Plain }, async (desk, { once }) =>
    act(desk, 'exempt', { until: null }, once),
  );
  doors.form({ url: `${one}/bypass-code`, need, body: Bypass }, (desk, form, faults) => makeBypass(desk, form, faults));
  doors.form({ url: `${one}/erase`, need, body: Erase }, async (desk, { word, once }, faults) => {
    if (Object.keys(faults).length > 0 || word.trim().toLowerCase() !== 'erase') {
      return refuse(desk, { erase: 'Type the word erase.' });
    }
    await desk.call({ method: 'DELETE', path: pathOf(desk), idempotencyKey: once });
    return desk.leadTo(`${accountsPath}?did=erase`);
  });
}

const idOf = ({ request }: Desk): string => {
  const { id } = request.params as { id: string };
  if (!/^[A-Za-z0-9_-]{22}$/.test(id)) throw new PageFailure('notFound');
  return id;
};
const pathOf = (desk: Desk) => `/v1/accounts/${idOf(desk)}`;
const read = (desk: Desk) => desk.call<AccountAnswer>({ method: 'GET', path: pathOf(desk) });

async function act(desk: Desk, what: 'unlock' | 'reset' | 'exempt', body: object, once: string): Promise<FastifyReply> {
  await desk.call({ method: 'POST', path: `${pathOf(desk)}/${what}`, body, idempotencyKey: once });
  return desk.leadTo(`${accountsPath}/${idOf(desk)}?did=${what}`);
}

const refuse = async (desk: Desk, faults: Faults, input?: { readonly until: string }) =>
  sendAccount(desk, await read(desk), { faults, input });

function askForUser(desk: Desk, userId = '', faults: Faults = {}): FastifyReply {
  const { did } = desk.request.query as { did?: unknown };
  const erased: Part =
    did === 'erase' &&
    html`<p class="note good" role="status">The account is erased. What is left of it nobody can read.</p>`;
  const form = postForm(
    accountsPath,
    desk.session,
    html`${textField({ name: 'userId', label: 'User id', value: userId, lengthMax: 255, required: true, focus: faults['userId'] !== undefined, hint: 'As your application names the user. It is sent, never shown in an address.', fault: faults['userId'] })}<button class="primary">Find account</button>`,
  );
  const body = html`${erased}${summaryOf(faults, { userId: 'User id' })}<div class="panel">${form}</div>`;
  return desk.page({ title: 'Accounts', body, status: Object.keys(faults).length > 0 ? 422 : 200 });
}

async function find(desk: Desk, { userId }: { readonly userId: string }, faults: Faults): Promise<FastifyReply> {
  if (Object.keys(faults).length > 0) return askForUser(desk, '', faults);
  try {
    const account = await desk.call<AccountAnswer>({ method: 'POST', path: '/v1/accounts/find', body: { userId } });
    return desk.leadTo(`${accountsPath}/${account.id}`);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) {
      return askForUser(desk, userId, { userId: 'has no account' });
    }
    throw error;
  }
}

async function makeBypass(desk: Desk, form: { readonly lifetime: string; readonly once: string }, faults: Faults) {
  if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
  const { code, expiresAt } = await desk.call<{ code?: string; expiresAt: string }>({
    method: 'POST',
    path: `${pathOf(desk)}/bypass-code`,
    body: { lifetimeSeconds: Number(form.lifetime) },
    idempotencyKey: form.once,
  });
  return sendAccount(desk, await read(desk), { bypass: { code, expiresAt } });
}
