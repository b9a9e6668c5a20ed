import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ApiProblem } from '../api.ts';
import { PageFailure } from '../failure.ts';
import { html, type Html, type Part } from '../html.ts';
import type { Desk } from './desk.ts';
import { formFields, type Doors } from './doors.ts';
import { postForm, type Faults } from './form.ts';
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
import { showTime } from './show-time.ts';

type Key = {
  readonly keyId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly state: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
};
type Shown = { readonly keyId: string; readonly key?: string };

const keysPath = '/admin/keys';
const overlaps = [
  [0, 'at once'],
  [3_600, 'in an hour'],
  [86_400, 'in a day'],
  [604_800, 'in a week'],
] as const;
const Rotate = Type.Object({
  ...formFields,
  overlap: Type.Union(overlaps.map(([seconds]) => Type.Literal(String(seconds)))),
});
const Revoke = Type.Object({ ...formFields, sure: Type.Optional(Type.Literal('yes')) });

/** A tenant's API keys. */
export function registerKeys(doors: Doors): void {
  const need = 'settings';
  doors.page({ url: keysPath, need }, (desk) => listKeys(desk));
  doors.form({ url: keysPath, need, body: KeyForm }, (desk, form, faults) => createKey(desk, form, faults));
  doors.page({ url: `${keysPath}/:id`, need }, (desk) => showKey(desk));
  doors.form({ url: `${keysPath}/:id/rotate`, need, body: Rotate }, async (desk, { overlap, once }, faults) => {
    if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
    const { keyId } = await keyOf(desk);
    const path = `/v1/keys/${keyId}/rotate`;
    const body = { overlapSeconds: Number(overlap) };
    const shown = await desk.call<Shown>({ method: 'POST', path, body, idempotencyKey: once });
    return sendShownKey(desk, shown, { path: keysPath, label: 'All keys' });
  });
  doors.form({ url: `${keysPath}/:id/revoke`, need, body: Revoke }, async (desk, { sure, once }) => {
    if (sure !== 'yes') return showKey(desk, { sure: 'tick the box to revoke the key' });
    const { keyId } = await keyOf(desk);
    await desk.call({ method: 'DELETE', path: `/v1/keys/${keyId}`, idempotencyKey: once });
    return desk.leadTo(keysPath);
  });
}

const readKeys = async (desk: Desk) =>
  (await desk.call<{ keys: readonly Key[] }>({ method: 'GET', path: '/v1/keys' })).keys;

async function keyOf(desk: Desk): Promise<Key> {
  const { id } = desk.request.params as { id: string };
  const key = (await readKeys(desk)).find(({ keyId }) => keyId === id);
  if (!key) throw new PageFailure('notFound');
  return key;
}

const stateTag = ({ state, expiresAt, revokedAt }: Key): Html => {
  if (state === 'live')
    return html`<span class="tag good">Live</span>${expiresAt && html`<p class="hint">until ${showTime(expiresAt)}</p>`}`;
  const when = revokedAt ?? expiresAt;
  return html`<span class="tag">${state === 'revoked' ? 'Revoked' : 'Expired'}</span>${when && html`<p class="hint">${showTime(when)}</p>`}`;
};

const own = (desk: Desk, { keyId }: Key): Part =>
  desk.admin.keyId === keyId && html` <span class="tag own">Yours</span>`;

async function listKeys(desk: Desk, input?: KeyInput, faults: Faults = {}, note?: Part): Promise<FastifyReply> {
  const keys = await readKeys(desk);
  const row = (key: Key): Html =>
    html`<tr><th scope="row">${key.state === 'live' ? html`<a href="${keysPath}/${key.keyId}">${key.label}</a>` : key.label}${own(desk, key)}<p class="hint mono">${key.keyId}</p></th><td>${key.scopes.join(', ')}</td><td>${stateTag(key)}</td><td>${showTime(key.createdAt)}</td></tr>`;
  const body = html`${note}${keySummary(faults)}
<div class="panel scroll" tabindex="0" role="region" aria-label="Keys"><table><thead><tr><th scope="col">Key</th><th scope="col">Scopes</th><th scope="col">State</th><th scope="col">Created</th></tr></thead><tbody>${keys.toReversed().map(row)}</tbody></table></div>
<section class="part" aria-labelledby="part-new"><header><h2 id="part-new">New key</h2><p>One for each place that uses it, with no more scopes than it needs.</p></header><div class="panel">${keyForm(desk, keysPath, input, faults)}</div></section>`;
  return desk.page({ title: 'API keys', body, status: Object.keys(faults).length > 0 || note ? 422 : 200 });
}

async function createKey(
  desk: Desk,
  form: Parameters<typeof keyInputOf>[0] & { readonly once: string },
  shape: Faults,
) {
  const input = keyInputOf(form);
  const faults = { ...shape, ...keyFaults(input, desk.now) };
  if (Object.keys(faults).length > 0) return listKeys(desk, input, faults);
  try {
    const body = keyBody(input);
    const shown = await desk.call<Shown>({ method: 'POST', path: '/v1/keys', body, idempotencyKey: form.once });
    return sendShownKey(desk, shown, { path: keysPath, label: 'All keys' });
  } catch (error) {
    if (!(error instanceof ApiProblem) || (error.status !== 409 && error.code !== 'scope-missing')) throw error;
    return listKeys(desk, input, {}, html`<p class="note bad" role="alert">No key was made. ${error.detail}</p>`);
  }
}

async function showKey(desk: Desk, faults: { readonly sure?: string } = {}): Promise<FastifyReply> {
  const key = await keyOf(desk);
  const { keyId, label, scopes, state } = key;
  const yours =
    desk.admin.keyId === keyId &&
    html`<p class="note careful">You are signed in with this key: revoking it, or replacing it at once, signs you out.</p>`;
  const rotate = postForm(
    `${keysPath}/${keyId}/rotate`,
    desk.session,
    html`<div class="field"><label for="overlap">The old key ends</label><select id="overlap" name="overlap">${overlaps.map(([seconds, words]) => html`<option value="${seconds}"${seconds === 86_400 && html` selected`}>${words}</option>`)}</select></div><button>Replace key</button>`,
  );
  const revoke = postForm(
    `${keysPath}/${keyId}/revoke`,
    desk.session,
    html`<label class="choice-line"><input type="checkbox" name="sure" value="yes" required${faults.sure && html` aria-invalid="true" aria-describedby="sure-fault" autofocus`}> <span>Yes, revoke “${label}”</span></label>${faults.sure && html`<p class="fault" id="sure-fault" role="alert">${faults.sure}</p>`}<p></p><button class="danger">Revoke key</button>`,
  );
  const body = html`<p class="intro">Key <span class="mono">${keyId}</span>, scopes ${scopes.join(', ')}. ${stateTag(key)}</p>${yours}
${
  state === 'live' &&
  html`<section class="part" aria-labelledby="part-rotate"><header><h2 id="part-rotate">Replace</h2><p>A new key with the same label and scopes; the old one lives on for a while, so that nothing stands still.</p></header><div class="panel">${rotate}</div></section>
<section class="part" aria-labelledby="part-revoke"><header><h2 id="part-revoke">Revoke</h2><p>Refused everywhere within two seconds. There is no way back.</p></header><div class="panel">${revoke}</div></section>`
}
<p><a class="button" href="${keysPath}">All keys</a></p>`;
  return desk.page({ title: label, body, status: faults.sure === undefined ? 200 : 422 });
}
