import { attribute, html, type Html, type Part } from '../../html.ts';
import { fieldId, invalid } from '../form.ts';
import { isClosed, inheritChoice, lockChoice, originTag } from './field-row.ts';
import { fieldAt } from './fields.ts';
import { valueOf, type FormView, type Preview } from './form-view.ts';
import { textName, type TextKind } from './read-form.ts';

const lengthMax: Readonly<Record<TextKind, number>> = { sms: 1_000, subject: 200, text: 5_000, html: 30_000 };
const labels: Readonly<Record<TextKind, string>> = {
  sms: 'Text',
  subject: 'Subject',
  text: 'Plain text',
  html: 'HTML',
};

/** The texts of one locale as they stand in the form. */
export function textOf(view: FormView, kind: TextKind, locale: string): string {
  const path =
    { sms: 'methods.sms.template', subject: 'methods.email.subject' }[kind as string] ?? 'methods.email.template';
  const map = (valueOf(view, path) ?? {}) as Readonly<Record<string, unknown>>;
  const found = Object.hasOwn(map, locale) ? map[locale] : undefined;
  if (typeof found === 'string') return found;
  return (found as Partial<Record<string, string>> | undefined)?.[kind] ?? '';
}

function localesOf(view: FormView, channel: 'sms' | 'email'): string[] {
  const paths = channel === 'sms' ? ['methods.sms.template'] : ['methods.email.subject', 'methods.email.template'];
  const found = paths.flatMap((path) => Object.keys(valueOf(view, path) ?? {}));
  return [...new Set([...found, ...view.added[channel]])].toSorted();
}

function textControl(view: FormView, kind: TextKind, locale: string): Html {
  const name = textName(kind, locale);
  const id = fieldId(name);
  const fault = view.faults[name];
  const aria = html`${fault && html` aria-describedby="${id}-fault"`}${invalid(fault)}`;
  const text = textOf(view, kind, locale);
  const rows = { sms: 3, subject: 1, text: 8, html: 8 }[kind];
  const box =
    kind === 'subject'
      ? html`<input id="${id}" name="${name}" value="${text}" maxlength="${lengthMax[kind]}" autocomplete="off"${aria}>`
      : html`<textarea id="${id}" name="${name}" rows="${rows}" maxlength="${lengthMax[kind]}" lang="${locale}"${kind === 'html' && html` class="mono"`}${aria}>
${text}</textarea>`;
  return html`<div class="field"><label for="${id}">${labels[kind]}<span class="hidden-visually"> in ${locale}</span></label>
${box}${fault && html`<p class="fault" id="${id}-fault">${fault}</p>`}</div>`;
}

const alphabets: Readonly<Record<string, string>> = { 'gsm-7': 'GSM alphabet', 'ucs-2': 'Unicode' };

/** What the person would get; filled by the server on “Preview”, and as one types where scripts run. */
function previewBox(view: FormView, channel: 'sms' | 'email', locale: string): Html {
  const name = `${channel}|${locale}`;
  const shown = view.preview?.name === name ? view.preview.shown : undefined;
  return html`<div class="preview" data-preview="${name}"${!shown && html` hidden`}><p class="group">Preview</p><div data-slot role="status">${shown && previewText(shown)}</div></div>`;
}

export function previewText({ subject, text = '', encoding = '', segments, faults = [] }: Preview): Html {
  if (faults.length > 0) return html`<ul class="fault">${faults.map((fault) => html`<li>${fault}</li>`)}</ul>`;
  const size =
    segments !== undefined &&
    html`<p class="hint">${segments === 1 ? 'One segment' : `${segments} segments`}, ${alphabets[encoding] ?? encoding}, ${text.length} characters. Each segment costs as one SMS.</p>`;
  return html`${subject !== undefined && html`<p><strong>${subject}</strong></p>`}<p class="message">${text}</p>${size}`;
}

function localeBlock(view: FormView, channel: 'sms' | 'email', locale: string, closed: boolean): Html {
  const kinds: readonly TextKind[] = channel === 'sms' ? ['sms'] : ['subject', 'text', 'html'];
  const again = html`<button class="small-button" name="act" value="preview:${channel}|${locale}" formnovalidate>Preview</button>`;
  const mail =
    channel === 'email' &&
    html`<button class="small-button" name="act" value="mail:${locale}" formaction="/admin/two-factor/mail" formtarget="_blank" formnovalidate>Show the HTML<span class="hidden-visually"> in ${locale} in a new tab</span></button>`;
  return html`<fieldset class="locale"${attribute('disabled', closed)}><legend>${locale}</legend>${kinds.map((kind) => textControl(view, kind, locale))}
<div class="row">${again}${mail}</div>${previewBox(view, channel, locale)}</fieldset>`;
}

const origin = (view: FormView, path: string): Part => {
  const field = fieldAt(path);
  return (
    field &&
    html`<div class="origins">${!isClosed(view, field) && html`<input type="hidden" name="has:${path}" value="1">`}${path.includes('email') && html`<p class="hint">${field.label}</p>`}${inheritChoice(view, field)}${lockChoice(view, field)}</div>`
  );
};

/** A channel's texts, a block for each locale, and the way to add one. Where there is none the built-in texts hold. */
export function textsPart(view: FormView, channel: 'sms' | 'email'): Html {
  const paths = channel === 'sms' ? ['methods.sms.template'] : ['methods.email.subject', 'methods.email.template'];
  const fields = paths.flatMap((path) => fieldAt(path) ?? []);
  const closed = fields.every((field) => isClosed(view, field));
  const locales = localesOf(view, channel);
  const id = fieldId(`add-${channel}`);
  const fault = view.faults[`add-${channel}`];
  const faults = paths.flatMap((path) => view.faults[path] ?? []);
  const add = html`<div class="field"><label for="${id}">Add a language</label><div class="row"><input id="${id}" name="add-${channel}" list="locales" maxlength="35" autocomplete="off" size="8"${fault && html` aria-describedby="${id}-fault"`}${invalid(fault)}><button class="small-button" name="act" value="add:${channel}" formnovalidate>Add</button></div>
${fault && html`<p class="fault" id="${id}-fault">${fault}</p>`}<p class="hint">A locale such as de or pt-BR. The text begins as the built-in one.</p></div>`;
  return html`<div class="setting" id="${fieldId(paths[0] as string)}"><div class="name"><h3>${channel === 'sms' ? 'Message text' : 'Subject and text'}</h3>${originTag(view, paths.at(-1) as string)}</div>
<p class="hint">A text for each language; without one the built-in text is sent. <code>{{code}}</code> is the place of the code, <code>{{brand}}</code> your name, <code>{{minutes}}</code> the lifetime. Empty a text to take it away.</p>
${faults.map((text) => html`<p class="fault">${text}</p>`)}${locales.map((locale) => localeBlock(view, channel, locale, closed))}
${!closed && add}${paths.map((path) => origin(view, path))}</div>`;
}
