import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../api.ts';
import { PageFailure } from '../failure.ts';
import { html, type Html, type Part } from '../html.ts';
import type { Desk } from './desk.ts';
import { formFields, type Doors } from './doors.ts';
import { postForm, summaryOf, textField, textIn, type Faults } from './form.ts';
import {
  keyBody,
  keyFaults,
  KeyForm,
  keyForm,
  keyInputOf,
  keySummary,
  sendShownKey,
  type KeyInput,
} from './key-parts.ts';

type Tenant = { readonly id: string; readonly name: string; readonly state: string };

const tenantsPath = '/admin/tenants';
const labels = { id: 'Id', name: 'Name' };
const Create = Type.Object({
  ...formFields,
  id: Type.String({ maxLength: 32 }),
  name: Type.String({ maxLength: 100 }),
});
const Rename = Type.Object({ ...formFields, name: Type.String({ minLength: 1, maxLength: 100 }) });
const Switch = Type.Object({
  ...formFields,
  state: Type.Union([Type.Literal('active'), Type.Literal('suspended')]),
  sure: Type.Optional(Type.Literal('yes')),
});

/** The operator's tenants. */
export function registerTenants(doors: Doors): void {
  const need = 'platform';
  const one = `${tenantsPath}/:id`;
  doors.page({ url: tenantsPath, need }, (desk) => listTenants(desk));
  doors.form({ url: tenantsPath, need, body: Create }, (desk, form, faults) => createTenant(desk, form, faults));
  doors.page({ url: one, need }, (desk) => showTenant(desk));
  doors.form({ url: `${one}/rename`, need, body: Rename }, async (desk, { name, once }, faults) => {
    if (Object.keys(faults).length > 0) return showTenant(desk, { faults });
    return update(desk, { name: name.trim() }, once);
  });
  doors.form({ url: `${one}/state`, need, body: Switch }, async (desk, { state, sure, once }, faults) => {
    if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
    if (state === 'suspended' && sure !== 'yes')
      return showTenant(desk, { faults: { sure: 'tick the box to suspend the tenant' } });
    return update(desk, { state }, once);
  });
  doors.form({ url: `${one}/keys`, need, body: KeyForm }, async (desk, form, shape) => {
    const { id } = await tenantOf(desk);
    const input = keyInputOf(form);
    const faults = { ...shape, ...keyFaults(input, desk.now) };
    if (Object.keys(faults).length > 0) return showTenant(desk, { key: input, faults });
    const path = `/v1/platform/tenants/${id}/keys`;
    const shown = await desk.call<{ keyId: string; key?: string }>({
      method: 'POST',
      path,
      body: keyBody(input),
      idempotencyKey: form.once,
    });
    return sendShownKey(desk, shown, { path: `${tenantsPath}/${id}`, label: 'Back to the tenant' });
  });
}

const readTenants = async (desk: Desk) =>
  (await desk.call<{ tenants: readonly Tenant[] }>({ method: 'GET', path: '/v1/platform/tenants' })).tenants;

async function tenantOf(desk: Desk): Promise<Tenant> {
  const { id } = desk.request.params as { id: string };
  const tenant = (await readTenants(desk)).find((each) => each.id === id);
  if (!tenant) throw new PageFailure('notFound');
  return tenant;
}

const stateTag = ({ state }: Tenant): Html =>
  html`<span class="tag ${state === 'active' ? 'good' : 'bad'}">${state === 'active' ? 'Active' : 'Suspended'}</span>`;

async function listTenants(desk: Desk, input = { id: '', name: '' }, faults: Faults = {}): Promise<FastifyReply> {
  const tenants = await readTenants(desk);
  const row = (tenant: Tenant): Html =>
    html`<tr><th scope="row"><a href="${tenantsPath}/${tenant.id}">${tenant.name}</a><p class="hint mono">${tenant.id}</p></th><td>${stateTag(tenant)}</td></tr>`;
  const form = postForm(
    tenantsPath,
    desk.session,
    html`${textField({ name: 'id', label: labels.id, value: input.id, lengthMax: 32, required: true, pattern: '[a-z0-9\\-]{1,32}', mono: true, hint: 'Small letters, digits and dashes; for good, and part of its keys.', fault: faults['id'] })}
${textField({ name: 'name', label: labels.name, value: input.name, lengthMax: 100, hint: 'Shown in messages until the tenant sets another. Empty: the id.', fault: faults['name'] })}<button class="primary">Create tenant</button>`,
  );
  const body = html`${summaryOf(faults, labels)}${
    tenants.length > 0
      ? html`<div class="panel scroll" tabindex="0" role="region" aria-label="Tenants"><table><thead><tr><th scope="col">Tenant</th><th scope="col">State</th></tr></thead><tbody>${tenants.map(row)}</tbody></table></div>`
      : html`<p class="panel">There is no tenant yet.</p>`
  }
<section class="part" aria-labelledby="part-new"><header><h2 id="part-new">New tenant</h2><p>An application with settings, keys and people of its own.</p></header><div class="panel">${form}</div></section>`;
  return desk.page({ title: 'Tenants', body, status: Object.keys(faults).length > 0 ? 422 : 200 });
}

async function createTenant(
  desk: Desk,
  form: { id: string; name: string; once: string },
  shape: Faults,
): Promise<FastifyReply> {
  const input = { id: textIn(form.id).trim(), name: textIn(form.name).trim() };
  const faults = {
    ...shape,
    ...(!/^[a-z0-9-]{1,32}$/.test(input.id) && { id: 'must be 1 to 32 small letters, digits or dashes' }),
  };
  if (Object.keys(faults).length > 0) return listTenants(desk, input, faults);
  try {
    const body = { id: input.id, ...(input.name !== '' && { name: input.name }) };
    await desk.call({ method: 'POST', path: '/v1/platform/tenants', body, idempotencyKey: form.once });
    return desk.leadTo(`${tenantsPath}/${input.id}`);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'tenant-exists')
      return listTenants(desk, input, { id: 'is taken' });
    throw error;
  }
}

async function update(desk: Desk, body: object, once: string): Promise<FastifyReply> {
  const { id } = await tenantOf(desk);
  await desk.call({ method: 'PATCH', path: `/v1/platform/tenants/${id}`, body, idempotencyKey: once });
  return desk.leadTo(`${tenantsPath}/${id}`);
}

type TenantView = { readonly faults?: Faults; readonly key?: KeyInput };

async function showTenant(desk: Desk, { faults = {}, key }: TenantView = {}): Promise<FastifyReply> {
  const tenant = await tenantOf(desk);
  const path = `${tenantsPath}/${tenant.id}`;
  const part = (id: string, title: string, about: string, content: Part): Html =>
    html`<section class="part" aria-labelledby="part-${id}"><header><h2 id="part-${id}">${title}</h2><p>${about}</p></header><div class="panel">${content}</div></section>`;
  const rename = postForm(
    `${path}/rename`,
    desk.session,
    html`${textField({ name: 'name', label: labels.name, value: tenant.name, lengthMax: 100, required: true, fault: faults['name'] })}<button>Rename</button>`,
  );
  const active = tenant.state === 'active';
  const sure =
    active &&
    html`<label class="choice-line"><input type="checkbox" name="sure" value="yes" required${faults['sure'] && html` aria-invalid="true" aria-describedby="sure-fault" autofocus`}> <span>Yes, suspend ${tenant.name}</span></label>${faults['sure'] && html`<p class="fault" id="sure-fault" role="alert">${faults['sure']}</p>`}<p></p>`;
  const state = postForm(
    `${path}/state`,
    desk.session,
    html`<input type="hidden" name="state" value="${active ? 'suspended' : 'active'}">${sure}<button${active && html` class="danger"`}>${active ? 'Suspend' : 'Resume'}</button>`,
  );
  const body = html`<p class="intro"><span class="mono">${tenant.id}</span> ${stateTag(tenant)} <a href="/admin/delivery?tenant=${tenant.id}">Its deliveries</a></p>${key && keySummary(faults)}
${part('name', 'Name', 'Shown in messages and on pages, unless the tenant sets another.', rename)}
${part('key', 'New key', "The tenant's first key, or one for whoever lost theirs. With the scope “settings” it opens this administration for the tenant.", keyForm(desk, `${path}/keys`, key, key ? faults : {}))}
${part('state', active ? 'Suspend' : 'Resume', active ? 'All its keys are refused until it is resumed. Nothing is lost.' : 'Its keys hold again.', state)}
<p><a class="button" href="${tenantsPath}">All tenants</a></p>`;
  return desk.page({ title: tenant.name, body, status: Object.keys(faults).length > 0 ? 422 : 200 });
}
