import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { OwnSettings } from '#core/settings.ts';
import { ApiProblem } from '../../api.ts';
import { html } from '../../html.ts';
import { PageFailure } from '../../failure.ts';
import type { Desk } from '../desk.ts';
import { formFields, type Doors } from '../doors.ts';
import { addLanguage } from './add-language.ts';
import { freshView, faultsByControl, type FormView } from './form-view.ts';
import { sendForm, twoFactorPath } from './form-page.ts';
import { ownDifferences } from './own-difference.ts';
import { previewIn, registerPreviews } from './preview.ts';
import { localesIn, readForm, settingsFormBytesMax, type FormBody } from './read-form.ts';
import { sendReview } from './review-page.ts';
import { etagOf, levelOf, readSettings, settingsPath, tryOut, type SettingsAnswer } from './settings-now.ts';
import { staleView } from './stale.ts';

const Version = Type.String({ pattern: '^[0-9]{1,9}$' });
/** The form has a field for each setting and text; the API checks what stands in them. */
const SettingsForm = Type.Object({ ...formFields, base: Version, act: Type.String({ maxLength: 120 }) });
const SaveForm = Type.Object({
  ...formFields,
  base: Version,
  act: Type.Union([Type.Literal('save'), Type.Literal('edit')]),
  settings: Type.String({ minLength: 2, maxLength: 1_000_000 }),
});

/** The settings page: edit, review, save. */
export function registerSettingsPages(doors: Doors): void {
  registerPreviews(doors);

  doors.page({ url: twoFactorPath, need: 'settings-or-platform' }, async (desk) => {
    const now = await readSettings(desk);
    const { saved } = desk.request.query as { saved?: unknown };
    const note =
      typeof saved === 'string' &&
      saved === String(now.version) &&
      html`<p class="note good" role="status">Saved as version ${now.version}. It takes effect within two seconds.</p>`;
    return sendForm(desk, freshView(now, note));
  });

  doors.form(
    { url: twoFactorPath, need: 'settings-or-platform', body: SettingsForm, bytesMax: settingsFormBytesMax },
    async (desk, form, faults) => {
      if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
      return takeForm(desk, form);
    },
  );

  doors.form(
    { url: `${twoFactorPath}/save`, need: 'settings-or-platform', body: SaveForm, bytesMax: settingsFormBytesMax },
    async (desk, { settings, base, act, once }, faults) => {
      if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
      const own = parseOwn(settings);
      if (act === 'edit') {
        const now = await readSettings(desk);
        return sendForm(desk, { ...freshView(now), own, base: Number(base) });
      }
      return save(desk, own, Number(base), once);
    },
  );
}

async function takeForm(desk: Desk, form: FormBody & { readonly base: string; readonly act: string }) {
  const own = readForm(form, levelOf(desk));
  const now = await readSettings(desk);
  const view: FormView = {
    ...freshView(now),
    own,
    base: Number(form.base),
    added: { sms: localesIn(form, ['sms']), email: localesIn(form, ['subject', 'text', 'html']) },
  };
  const [act, what = ''] = form.act.split(':', 2);
  if (act === 'add') return sendForm(desk, addLanguage(view, what, form));
  if (act === 'preview' && what === 'brand') return sendForm(desk, view);
  if (act === 'preview') return sendForm(desk, { ...view, preview: await previewIn(desk, form, what) });
  return review(desk, view);
}

async function review(desk: Desk, view: FormView): Promise<FastifyReply> {
  const { own, base, now } = view;
  try {
    const { changes } = await tryOut(desk, own, base);
    const ownChanges = ownDifferences(now.own, own);
    if (ownChanges.length === 0) {
      return sendForm(desk, {
        ...view,
        note: html`<p class="note" role="status">Nothing has changed, so there is nothing to save.</p>`,
      });
    }
    return sendReview(desk, {
      action: `${twoFactorPath}/save`,
      title: 'Review changes',
      own,
      base,
      changes,
      ownChanges,
      confirm: 'Save changes',
      back: html`<button name="act" value="edit">Back to editing</button>`,
    });
  } catch (error) {
    return sendRefusal(desk, view, error);
  }
}

async function save(desk: Desk, own: OwnSettings, base: number, once: string): Promise<FastifyReply> {
  try {
    const { version } = await desk.call<SettingsAnswer>({
      method: 'PUT',
      path: settingsPath(desk),
      body: own,
      ifMatch: etagOf(base),
      idempotencyKey: once,
    });
    return desk.leadTo(`${twoFactorPath}?saved=${version}`);
  } catch (error) {
    const now = await readSettings(desk);
    return sendRefusal(desk, { ...freshView(now), own, base }, error);
  }
}

/** Faults beside their fields; somebody else's save beside the input, which is kept. */
async function sendRefusal(desk: Desk, view: FormView, error: unknown): Promise<FastifyReply> {
  if (!(error instanceof ApiProblem)) throw error;
  if (error.status === 412) return sendForm(desk, await staleView(desk, view), 409);
  if (error.status === 401 || error.status === 403) throw error;
  if (error.errors.length === 0) {
    const later = error.retryAfterSeconds === undefined ? '' : ` Try again in ${error.retryAfterSeconds} seconds.`;
    const why = `${error.detail || 'We cannot be reached just now.'}${later}`;
    const note = html`<p class="note bad" role="alert">Nothing was saved; your input is kept. ${why}</p>`;
    return sendForm(desk, { ...view, note }, error.status);
  }
  return sendForm(desk, { ...view, faults: faultsByControl(error.errors) }, 422);
}

/** Own settings that a page of ours carried along. */
function parseOwn(text: string): OwnSettings {
  try {
    const own: unknown = JSON.parse(text);
    if (typeof own === 'object' && own !== null && !Array.isArray(own)) return own as OwnSettings;
  } catch {
    // Answered below: no page of ours makes such a form.
  }
  throw new PageFailure('foreignForm');
}
