import { Type } from 'typebox';
import { ApiProblem } from '../../api.ts';
import { PageFailure } from '../../failure.ts';
import type { Desk } from '../desk.ts';
import { formFields, type Doors } from '../doors.ts';
import { brandSample } from './brand-sample.ts';
import type { Preview } from './form-view.ts';
import { previewText } from './texts-part.ts';
import { textName, type FormBody, type TextKind } from './read-form.ts';
import { settingsFormBytesMax } from './read-form.ts';
import { settingsPath } from './settings-now.ts';

const PreviewForm = Type.Object({ ...formFields, act: Type.String({ maxLength: 120 }) });
type Answer = {
  readonly subject?: string;
  readonly text: string;
  readonly html?: string;
  readonly encoding?: string;
  readonly segments?: number;
};

/** Previews of texts that are not saved: a piece of markup for scripts, and a mail as a page of its own. */
export function registerPreviews(doors: Doors): void {
  const where = { need: 'settings-or-platform', body: PreviewForm, bytesMax: settingsFormBytesMax } as const;

  doors.form({ ...where, url: '/admin/two-factor/preview' }, async (desk, form, faults) => {
    if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
    if (form.act === 'brand') return desk.send(200, 'text/html; charset=utf-8', brandSample(brandIn(form)).text);
    const { shown } = await previewIn(desk, form, form.act);
    return desk.send(200, 'text/html; charset=utf-8', previewText(shown).text);
  });

  // A stranger's markup: no script, no frame, no form, nothing loaded, and an origin of its own.
  doors.form({ ...where, url: '/admin/two-factor/mail' }, async (desk, form, faults) => {
    if (Object.keys(faults).length > 0) throw new PageFailure('foreignForm');
    const locale = form.act.split(':', 2)[1] ?? '';
    const { html, text } = await ask(desk, form, 'email', locale);
    const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
    const type = html === undefined ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8';
    return desk.send(200, type, html ?? text, policy);
  });
}

const brandIn = (form: FormBody) => ({
  colour: String(form['branding.colour'] ?? '').trim(),
  name: String(form['branding.name'] ?? '').trim(),
});

/** The preview that a button or a script asks for, by the name of its box: `sms|de`. */
export async function previewIn(
  desk: Desk,
  form: FormBody,
  name: string,
): Promise<{ readonly name: string; readonly shown: Preview }> {
  const [channel = '', locale = ''] = name.split('|', 2);
  try {
    return { name, shown: await ask(desk, form, channel === 'sms' ? 'sms' : 'email', locale) };
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.errors.length === 0) throw error;
    const faults = error.errors.map(({ field, message }) => `${field.replace(/^template\.?/, '')} ${message}`.trim());
    return { name, shown: { faults } };
  }
}

function ask(desk: Desk, form: FormBody, channel: 'sms' | 'email', locale: string): Promise<Answer> {
  const text = (kind: TextKind) => {
    const value = form[textName(kind, locale)];
    return typeof value === 'string' && value !== '' ? value.replace(/\r\n?/g, '\n') : undefined;
  };
  const mail = { subject: text('subject'), text: text('text'), html: text('html') };
  const template = channel === 'sms' ? text('sms') : Object.values(mail).some(Boolean) ? mail : undefined;
  return desk.call<Answer>({
    method: 'POST',
    path: `${settingsPath(desk)}/preview`,
    body: { channel, locale, ...(template !== undefined && { template }) },
  });
}
