import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { ownValue, type OwnSettings } from '#core/settings.ts';
import { settingsTable } from '#core/settings-table.ts';
import { ApiProblem } from '../../api.ts';
import { PageFailure } from '../../failure.ts';
import { html, type Html, type Part } from '../../html.ts';
import type { Desk } from '../desk.ts';
import { formFields, type Doors } from '../doors.ts';
import { postForm } from '../form.ts';
import { showTime } from '../show-time.ts';
import { nameOf } from './fields.ts';
import { ownDifferences } from './own-difference.ts';
import { sendReview, texts } from './review-page.ts';
import { etagOf, settingsPath, type SettingsAnswer, type Trial } from './settings-now.ts';

type Version = { readonly version: number; readonly at: string; readonly actor: string; readonly restored?: number };
type Whole = Version & { readonly settings: OwnSettings };
type Keys = { readonly keys: readonly { readonly keyId: string; readonly label: string }[] };

const versionsPath = '/admin/versions';
const Restore = Type.Object({
  ...formFields,
  act: Type.Union([Type.Literal('review'), Type.Literal('save')]),
  base: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
  settings: Type.Optional(Type.String({ maxLength: 1_000_000 })),
});

/** The last versions of the settings: who saved which, what was in it, and the way back. */
export function registerVersions(doors: Doors): void {
  const need = 'settings-or-platform';
  doors.page({ url: versionsPath, need }, async (desk) => listVersions(desk));
  doors.page({ url: `${versionsPath}/:version`, need }, async (desk) => showVersion(desk, versionIn(desk)));
  doors.form(
    { url: `${versionsPath}/:version`, need, body: Restore, bytesMax: 1_572_864 },
    async (desk, { act, base, once }, faults) => {
      if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
      const version = versionIn(desk);
      return act === 'save' ? restore(desk, version, Number(base), once) : reviewRestore(desk, version);
    },
  );
}

function versionIn({ request }: Desk): number {
  const { version = '' } = request.params as { version?: string };
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new PageFailure('notFound');
  return Number(version);
}

const readWhole = (desk: Desk, version: number) =>
  desk.call<Whole>({ method: 'GET', path: `${settingsPath(desk)}/versions/${version}` });

/** Whose key it was, by its label; a tenant's keys only, since the operator has one. */
async function actorNames(desk: Desk): Promise<ReadonlyMap<string, string>> {
  if (desk.admin.kind === 'platform') return new Map([['key:platform', "the operator's key"]]);
  const { keys } = await desk.call<Keys>({ method: 'GET', path: '/v1/keys' });
  return new Map(keys.map(({ keyId, label }) => [`key:${keyId}`, label]));
}

async function listVersions(desk: Desk): Promise<FastifyReply> {
  const [{ versions }, names] = await Promise.all([
    desk.call<{ versions: Version[] }>({ method: 'GET', path: `${settingsPath(desk)}/versions` }),
    actorNames(desk),
  ]);
  const row = ({ version, at, actor, restored }: Version, index: number): Html =>
    html`<tr><th scope="row"><a href="${versionsPath}/${version}">Version ${version}</a>${index === 0 && html` <span class="tag good">Current</span>`}</th><td>${showTime(at)}</td><td>${names.get(actor) ?? actor}</td><td>${restored !== undefined && html`brought back version ${restored}`}</td></tr>`;
  const table = html`<div class="panel scroll" tabindex="0" role="region" aria-label="Versions"><table><thead><tr><th scope="col">Version</th><th scope="col">Saved</th><th scope="col">With the key</th><th scope="col">Note</th></tr></thead><tbody>${versions.map(row)}</tbody></table></div>`;
  const body = html`<p class="intro">Each save is a version. The last 50 can be looked at and brought back; bringing one back is a new version.</p>
${versions.length > 0 ? table : html`<p class="panel">Nothing has been saved yet.</p>`}`;
  return desk.page({ title: 'Versions', body });
}

const valueRow = (settings: OwnSettings, path: string): Part => {
  const value = ownValue(settings, path);
  return value !== undefined && html`<tr><th scope="row">${nameOf(path)}</th><td>${texts(path, value)}</td></tr>`;
};

async function showVersion(desk: Desk, version: number, note?: Part, status = 200): Promise<FastifyReply> {
  const { settings, at } = await readWhole(desk, version);
  const rows = settingsTable.map(({ path }) => valueRow(settings, path)).filter(Boolean);
  const table = html`<div class="panel scroll" tabindex="0" role="region" aria-label="Values"><table><thead><tr><th scope="col">Setting</th><th scope="col">Own value</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const form = postForm(
    `${versionsPath}/${version}`,
    desk.session,
    html`<div class="save-bar"><button class="primary" name="act" value="review">Bring this version back</button> <a class="button" href="${versionsPath}">All versions</a></div>`,
  );
  const body = html`<p class="intro">Saved ${showTime(at)}. These were the level's own values; everything else was inherited.</p>${note}
${rows.length > 0 ? table : html`<p class="panel">Nothing of its own: everything was inherited.</p>`}${form}`;
  return desk.page({ title: `Version ${version}`, body, status });
}

const restorePath = (desk: Desk, version: number) => `${settingsPath(desk)}/versions/${version}/restore`;

async function reviewRestore(desk: Desk, version: number): Promise<FastifyReply> {
  const [{ settings }, now] = await Promise.all([
    readWhole(desk, version),
    desk.call<SettingsAnswer>({ method: 'GET', path: settingsPath(desk) }),
  ]);
  const path = `${restorePath(desk, version)}?dryRun=true`;
  try {
    const { changes } = await desk.call<Trial>({ method: 'POST', path, ifMatch: etagOf(now.version), body: {} });
    const ownChanges = ownDifferences(now.settings, settings);
    if (ownChanges.length === 0)
      return await showVersion(desk, version, html`<p class="note" role="status">This is what holds now.</p>`);
    return sendReview(desk, {
      action: `${versionsPath}/${version}`,
      title: `Bring back version ${version}`,
      own: settings,
      base: now.version,
      changes,
      ownChanges,
      confirm: `Bring back version ${version}`,
      back: html`<a class="button" href="${versionsPath}/${version}">Back</a>`,
    });
  } catch (error) {
    return sendRefusal(desk, version, error);
  }
}

async function restore(desk: Desk, version: number, base: number, once: string): Promise<FastifyReply> {
  const path = restorePath(desk, version);
  try {
    const ifMatch = etagOf(base);
    const saved = await desk.call<SettingsAnswer>({ method: 'POST', path, ifMatch, idempotencyKey: once, body: {} });
    return desk.leadTo(`/admin/two-factor?saved=${saved.version}`);
  } catch (error) {
    return sendRefusal(desk, version, error);
  }
}

/** Why a version cannot come back now: somebody saved meanwhile, or what it says is not possible any more. */
async function sendRefusal(desk: Desk, version: number, error: unknown): Promise<FastifyReply> {
  if (!(error instanceof ApiProblem) || ![400, 409, 412, 429].includes(error.status)) throw error;
  const reasons = error.errors.map(({ field, message }) => html`<li><strong>${nameOf(field)}</strong> ${message}</li>`);
  const why = error.status === 412 ? 'Somebody else has saved since. Look at the difference again.' : error.detail;
  const note = html`<div class="note bad" role="alert"><p>Nothing was saved. ${why}</p>${reasons.length > 0 && html`<ul>${reasons}</ul>`}</div>`;
  return showVersion(desk, version, note, error.status === 412 ? 409 : 422);
}
