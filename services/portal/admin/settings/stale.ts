import { html, type Html } from '../../html.ts';
import type { Desk } from '../desk.ts';
import type { FormView } from './form-view.ts';
import { nameOf } from './fields.ts';
import { mergeOwn, sayOwnChange, type Merged } from './own-difference.ts';
import { readVersion } from './settings-now.ts';
import { showValue } from './show-value.ts';

const show = (path: string, value: unknown) => (value === undefined ? 'inherited' : showValue(path, value));

const line = ({ field, from, to, kept, mine }: Merged['theirs'][number]): Html =>
  kept
    ? html`<li><strong>${nameOf(field)}</strong>: they saved ${show(field, to)}; your input, ${show(field, mine)}, is kept.</li>`
    : html`<li>${sayOwnChange({ field, from, to })}. Taken over.</li>`;

/** The form after somebody else's save: what they changed, and the administrator's own input on top of it. */
export async function staleView(desk: Desk, view: FormView): Promise<FormView> {
  const { now, own, base } = view;
  const before = await readVersion(desk, base);
  const merged = before ? mergeOwn(before, now.own, own) : { own, theirs: [] };
  const told =
    merged.theirs.length > 0
      ? html`<ul>${merged.theirs.map(line)}</ul>`
      : html`<p>Your input is kept. Review it once more against what is there now.</p>`;
  const note = html`<div class="note careful" role="alert"><p><strong>Somebody else has saved version ${now.version} since you began.</strong> Nothing of yours is saved yet. What they changed:</p>${told}</div>`;
  return { ...view, own: merged.own, base: now.version, note };
}
