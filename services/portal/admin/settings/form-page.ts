import { builtInLocales } from '#runtime/built-in-templates.ts';
import type { FastifyReply } from 'fastify';
import { lockedPaths } from '#core/settings.ts';
import { attribute, html, type Html, type Part } from '../../html.ts';
import type { Desk } from '../desk.ts';
import { faultSummary, fieldId, postForm } from '../form.ts';
import { fieldRow } from './field-row.ts';
import { sectionsOf, type Field, type Section } from './fields.ts';
import { brandSample } from './brand-sample.ts';
import { controlName, valueOf, type FormView } from './form-view.ts';
import { textsPart } from './texts-part.ts';

export const twoFactorPath = '/admin/two-factor';

/** The box of all or nothing. The platform has it only to show that there is nothing above it. */
function systemBox({ now, own, faults }: FormView): Html {
  const platform = now.level === 'platform';
  const on = own['useSystemSettings'] === true;
  const hint = platform
    ? "These are the system's settings: every tenant that ticks this box, or has no value of its own, gets them."
    : "With it the platform's settings hold alone. Your own values are kept, without effect, until you untick it.";
  const fault = faults['useSystemSettings'];
  return html`<div class="panel system"><label class="choice-line"><input type="checkbox" id="${fieldId('useSystemSettings')}" name="useSystemSettings" value="on" aria-describedby="system-hint"${attribute(
    'checked',
    on,
  )}${attribute('disabled', platform)}> <span><strong>Use system two factor auth settings</strong></span></label><p class="hint" id="system-hint">${hint}</p>${fault && html`<p class="fault">${fault}</p>`}</div>
${!platform && html`<p class="note careful without-effect">The values below take no effect while the system's settings are used.</p>`}`;
}

function sectionPart(view: FormView, { id, title, about, fields }: Section): Html {
  const row = (field: Field): Part => {
    if (field.path === 'methods.sms.template') return textsPart(view, 'sms');
    if (field.path === 'methods.email.subject') return false;
    if (field.path === 'methods.email.template') return textsPart(view, 'email');
    return fieldRow(view, field);
  };
  return html`<section class="part" aria-labelledby="part-${id}"><header><h2 id="part-${id}">${title}</h2><p>${about}</p></header>
<div class="panel">${fields.map(row)}${id === 'branding' && brandPart(view)}</div></section>`;
}

/** The brand as people would see it; without scripts after “Preview”. */
function brandPart(view: FormView): Html {
  const [colour = '', name = ''] = ['branding.colour', 'branding.name'].map((path) => valueOf(view, path) as string);
  return html`<div class="setting"><div class="name"><h3>Preview</h3></div><div class="brand-preview"><div data-preview="brand"><div data-slot role="status">${brandSample({ colour, name })}</div></div><button class="small-button" name="act" value="preview:brand" formnovalidate>Preview</button></div></div>`;
}

function formBody(desk: Desk, view: FormView): Html {
  const sections = sectionsOf(view.now.level);
  const groups = view.now.level === 'platform' ? lockedPaths(view.own) : [];
  const content = html`<input type="hidden" name="base" value="${view.base}">${groups.map((name) => html`<input type="hidden" name="lock-group" value="${name}">`)}
<button class="hidden-visually" name="act" value="review" tabindex="-1" aria-hidden="true">Review changes</button>
${systemBox(view)}
<datalist id="locales">${builtInLocales.map((locale) => html`<option value="${locale}"></option>`)}</datalist>
${sections.map((section) => sectionPart(view, section))}
<div class="save-bar"><button class="primary" name="act" value="review">Review changes</button><p class="muted">Nothing is saved before you have seen what changes.</p></div>`;
  return postForm(twoFactorPath, desk.session, content, { id: 'settings', className: 'settings' });
}

/** The page of the settings, fresh or with an administrator's input. */
export function sendForm(desk: Desk, view: FormView, status = 200): FastifyReply {
  const { level } = view.now;
  const jumps = sectionsOf(level).map(({ id, title }) => html`<li><a href="#part-${id}">${title}</a></li>`);
  const summary = faultSummary(view.faults, (control) => ({ id: fieldId(control), label: controlName(control) }));
  const intro =
    level === 'platform'
      ? 'What all tenants start from. A tenant may state its own value for each of these, unless you lock it.'
      : 'Which second factors people can use, and how. Each value is your own or inherited; the word beside it says which.';
  const body = html`<p class="intro">${intro}</p>${view.note}${summary}
<nav aria-label="On this page"><ul class="jumps">${jumps}</ul></nav>
${formBody(desk, view)}`;
  return desk.page({ title: 'Two-factor authentication', body, status });
}
