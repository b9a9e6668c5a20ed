import { randomBytes } from 'node:crypto';
import { attribute, html, type Html, type Part } from '../html.ts';

/** Faults by field; the empty name is the form as a whole. */
export type Faults = Readonly<Record<string, string>>;

/** What a field gives to be shown again, whatever came: one that is repeated is no text. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const onceBytes = 16;

/** A post form of a session: its token, and a random name for this one rendering, by which a form sent twice is done once. */
export function postForm(
  action: string,
  { formToken }: { readonly formToken: string },
  content: Part,
  { id, className }: { readonly id?: string; readonly className?: string } = {},
): Html {
  return html`<form method="post" action="${action}"${id && html` id="${id}"`}${className && html` class="${className}"`}>
<input type="hidden" name="form" value="${formToken}"><input type="hidden" name="once" value="${randomBytes(onceBytes).toString('base64url')}">
${content}</form>`;
}

export type TextField = {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly hint?: Part;
  readonly fault?: string;
  readonly required?: boolean;
  readonly lengthMax: number;
  readonly lengthMin?: number;
  readonly type?: 'text' | 'password' | 'number' | 'datetime-local' | 'date';
  readonly autocomplete?: 'off' | 'current-password';
  readonly focus?: boolean;
  readonly pattern?: string;
  readonly min?: string;
  readonly max?: string;
  readonly mono?: boolean;
  readonly disabled?: boolean;
};

const idOf = (name: string) => `f-${name.replace(/[^A-Za-z0-9]+/g, '-')}`;

/** What a control's `aria-describedby` names: its hint and its fault, where there are any. */
function described(name: string, hint: Part, fault: string | undefined): Html | false {
  const ids = [hint && `${idOf(name)}-hint`, fault && `${idOf(name)}-fault`].filter(Boolean);
  return ids.length > 0 && html` aria-describedby="${ids.join(' ')}"`;
}

const underneath = (name: string, hint: Part, fault: string | undefined): Part => [
  fault && html`<p class="fault" id="${idOf(name)}-fault">${fault}</p>`,
  hint && html`<p class="hint" id="${idOf(name)}-hint">${hint}</p>`,
];

export const invalid = (fault: string | undefined) => fault !== undefined && html` aria-invalid="true"`;

export function textField(field: TextField): Html {
  const { name, label, value = '', hint, fault, type = 'text', autocomplete = 'off', lengthMax, lengthMin } = field;
  const { pattern, min, max, mono, required = false, focus = false, disabled = false } = field;
  return html`<div class="field"><label for="${idOf(name)}">${label}</label>
<input id="${idOf(name)}" name="${name}" type="${type}" value="${value}" maxlength="${lengthMax}"${lengthMin !== undefined && html` minlength="${lengthMin}"`}
autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false"${mono && html` class="mono"`}${pattern && html` pattern="${pattern}"`}${min && html` min="${min}"`}${max && html` max="${max}"`}${described(
    name,
    hint,
    fault,
  )}${invalid(fault)}${attribute('required', required)}${attribute('autofocus', focus)}${attribute('disabled', disabled)}>
${underneath(name, hint, fault)}</div>`;
}

export type Choice = { readonly value: string; readonly label: string; readonly hint?: string; readonly on?: boolean };

/** Check boxes or radio buttons of one question. */
export function choices(group: {
  readonly type: 'checkbox' | 'radio';
  readonly name: string;
  readonly label: string;
  readonly options: readonly Choice[];
  readonly hint?: Part;
  readonly fault?: string;
}): Html {
  const { type, name, label, options, hint, fault } = group;
  return html`<fieldset class="field"${described(name, hint, fault)}><legend>${label}</legend>
${options.map(
  ({ value, label: text, hint: more, on = false }) =>
    html`<label class="choice-line"><input type="${type}" name="${name}" value="${value}"${attribute(
      'checked',
      on,
    )}${invalid(fault)}> <span>${text}${more && html`<small>${more}</small>`}</span></label>`,
)}
${underneath(name, hint, fault)}</fieldset>`;
}

/** Everything that is wrong, announced at once, each with the way to its field. */
export function faultSummary(
  faults: Faults,
  linked: (field: string) => { readonly id: string; readonly label: string } | undefined,
): Part {
  const entries = Object.entries(faults);
  if (entries.length === 0) return false;
  const one = ([field, message]: readonly [string, string]) => {
    const place = linked(field);
    if (!place) return html`<li>${field && html`<span class="mono">${field}</span>: `}${message}</li>`;
    return html`<li><a href="#${place.id}">${place.label}</a>: ${message}</li>`;
  };
  return html`<div class="note bad" role="alert" tabindex="-1"><p><strong>${
    entries.length === 1 ? 'One thing needs your attention.' : `${entries.length} things need your attention.`
  } Nothing was saved.</strong></p><ul>${entries.map(one)}</ul></div>`;
}

/** The summary of a form made of text fields, whose labels are known. */
export const summaryOf = (faults: Faults, labels: Readonly<Record<string, string>>): Part =>
  faultSummary(faults, (field) => {
    const label = labels[field];
    return label === undefined ? undefined : { id: idOf(field), label };
  });

export { idOf as fieldId };
