import { attribute, html, type Html, type Part } from '../../html.ts';
import { fieldId, invalid } from '../form.ts';
import type { Field } from './fields.ts';
import { isInherited, valueOf, type FormView } from './form-view.ts';
import { markOf } from './read-form.ts';
import { choiceLabel, sayDuration, showValue } from './show-value.ts';

const capital = (text: string) => text.replace(/^./, (sign) => sign.toUpperCase());

/** Where a value comes from, in a word beside its name. */
export function originTag(view: FormView, path: string): Html {
  const { locked, overridden, inherited } = view.now;
  if (overridden.has(path) && !isInherited(view, path))
    return html`<span class="tag careful">Own, without effect</span>`;
  if (!isInherited(view, path)) return html`<span class="tag own">Own</span>`;
  if (locked.has(path)) return html`<span class="tag careful">Locked</span>`;
  return html`<span class="tag">${inherited.get(path)?.source === 'platform' ? 'Platform' : 'Default'}</span>`;
}

/** What is meant, and between which bounds. */
function hintOf({ row, kind, path, unit }: Field, value: unknown): Part {
  if (path.startsWith('notices.')) return undefined;
  const { min, max } = row.check.takes ?? {};
  const long = unit === 'seconds' && typeof value === 'number' ? sayDuration(value) : '';
  const bounds = min === undefined || max === undefined ? '' : ` From ${min} to ${max}.`;
  const lines = kind === 'list' ? ' One a line.' : '';
  return `${capital(row.about)}.${bounds}${lines}${long && ` Now ${long}.`}`;
}

/** What a locked field still allows. */
function lockHint({ now }: FormView, { path, row }: Field): Part {
  if (!now.locked.has(path)) return undefined;
  const allowed = row.order.stricter === '' ? 'it cannot be changed' : `you may set ${row.order.stricter}`;
  return html`<p class="hint">Locked by the platform: ${allowed}.</p>`;
}

/** Locked, with nothing that could be set, and nothing of the tenant's own to take back. */
export const isClosed = (view: FormView, { path, row }: Field): boolean =>
  view.now.locked.has(path) && row.order.stricter === '' && isInherited(view, path);

const described = (id: string, hint: Part, fault: string | undefined) => {
  const ids = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return ids !== '' && html` aria-describedby="${ids}"`;
};

function control(view: FormView, field: Field, hint: Part): Html {
  const { path, kind, row, unit } = field;
  const id = fieldId(path);
  const value = valueOf(view, path);
  const fault = view.faults[path];
  const off = attribute('disabled', isClosed(view, field));
  const aria = html`${described(id, hint, fault)}${invalid(fault)}${off}`;
  const { min, max, lengthMax, allowed } = row.check.takes ?? {};
  if (kind === 'choice') {
    const options = (allowed ?? []).map(
      (each) =>
        html`<option value="${each}"${attribute('selected', each === value)}>${choiceLabel(path, each)}</option>`,
    );
    return html`<select id="${id}" name="${path}"${aria}>${options}</select>`;
  }
  if (kind === 'number') {
    return html`<span class="with-unit"><input id="${id}" name="${path}" type="number" inputmode="numeric" min="${min}" max="${max}" step="1" value="${String(
      value,
    )}"${aria}> <span>${unit}</span></span>`;
  }
  if (kind === 'list') {
    const list = Array.isArray(value) ? value.map(String) : [];
    return html`<textarea id="${id}" name="${path}" rows="${Math.min(Math.max(list.length + 1, 2), 12)}" spellcheck="false"${aria}>
${list.join('\n')}</textarea>`;
  }
  return html`<input id="${id}" name="${path}" type="text" value="${String(value)}" maxlength="${lengthMax ?? 2_048}" autocomplete="off" spellcheck="false"${aria}>`;
}

/** The choice to inherit, with what would be inherited; and the mark by which an edited value is told from an untouched one. */
export function inheritChoice(view: FormView, field: Field): Part {
  const { path, label } = field;
  const inherited = view.now.inherited.get(path);
  const on = isInherited(view, path);
  if (isClosed(view, field)) return lockHint(view, field);
  const source = inherited?.source === 'platform' ? 'from the platform' : 'the default';
  return html`<label class="inherit"><input type="checkbox" name="inherit:${path}" value="yes"${attribute('checked', on)}> <span>Inherit<span class="hidden-visually"> ${label}</span>: ${showValue(
    path,
    inherited?.value,
  )}, ${source}</span></label>
${on && html`<input type="hidden" name="shown:${path}" value="${markOf(valueOf(view, path))}">`}${lockHint(view, field)}`;
}

/** The platform's choice to let tenants only be stricter. */
export function lockChoice(view: FormView, { path, label, row }: Field): Part {
  if (view.now.level !== 'platform' || row.only !== undefined) return undefined;
  const locks = (view.own['locked'] ?? []) as readonly string[];
  const on = locks.some((name) => path === name || path.startsWith(`${name}.`));
  const rest = row.order.stricter === '' ? 'tenants cannot change it' : `tenants may only set ${row.order.stricter}`;
  return html`<label class="inherit"><input type="checkbox" name="lock" value="${path}"${attribute('checked', on)}> <span>Lock<span class="hidden-visually"> ${label}</span>: ${rest}</span></label>`;
}

/** One setting: its name, its control, what is wrong, what it means, where it comes from. */
export function fieldRow(view: FormView, field: Field): Html {
  const { path, label, kind } = field;
  const id = fieldId(path);
  const fault = view.faults[path];
  const hint = hintOf(field, valueOf(view, path));
  const below = html`${fault && html`<p class="fault" id="${id}-fault">${capital(fault)}.</p>`}${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
<div class="origins">${inheritChoice(view, field)}${lockChoice(view, field)}</div>`;
  if (kind === 'flag') {
    const on = valueOf(view, path) === true;
    const closed = isClosed(view, field);
    return html`<div class="setting flag">${!closed && html`<input type="hidden" name="has:${path}" value="1">`}<div class="name"><label class="switch" for="${id}"><input type="checkbox" role="switch" id="${id}" name="${path}" value="on"${attribute(
      'checked',
      on,
    )}${described(id, hint, fault)}${invalid(fault)}${attribute('disabled', closed)}> <span>${label}</span></label>${originTag(view, path)}</div>
${below}</div>`;
  }
  return html`<div class="setting"><div class="name"><label for="${id}">${label}</label>${originTag(view, path)}</div>
${control(view, field, hint)}
${below}</div>`;
}
