import { Type } from 'typebox';
import type { FastifyReply } from 'fastify';
import { html, type Html, type Part } from '../html.ts';
import type { Desk } from './desk.ts';
import { formFields } from './doors.ts';
import { choices, postForm, summaryOf, textField, textIn, type Faults } from './form.ts';

const tenantScopes = ['challenges', 'accounts', 'import', 'support', 'settings'] as const;
export type TenantScope = (typeof tenantScopes)[number];

const meanings: Readonly<Record<TenantScope, string>> = {
  challenges: 'request and check codes',
  accounts: 'enrol people and run their logins',
  import: 'take over secrets of another system',
  support: 'unlock, reset, exempt and erase accounts',
  settings: 'change settings and keys',
};

const Scopes = Type.Union(tenantScopes.map((scope) => Type.Literal(scope)));

/** A browser sends one tick as a text and several as a list. */
export const KeyForm = Type.Object({
  ...formFields,
  label: Type.String({ maxLength: 100 }),
  scopes: Type.Optional(Type.Union([Scopes, Type.Array(Scopes, { maxItems: tenantScopes.length, uniqueItems: true })])),
  expires: Type.Optional(Type.String({ maxLength: 10 })),
});

export type KeyInput = {
  readonly label: string;
  readonly scopes: readonly TenantScope[];
  /** `2027-01-31`; empty: never. */
  readonly expires: string;
};

/** What a form gives, whatever its fields are: one that is repeated, or no text, counts as empty. */
export const keyInputOf = (form: {
  readonly label?: unknown;
  readonly scopes?: unknown;
  readonly expires?: unknown;
}): KeyInput => ({
  label: textIn(form.label).trim(),
  scopes: tenantScopes.filter((scope) => [form.scopes].flat().includes(scope)),
  expires: textIn(form.expires),
});

/** What the API does not say in the form's words. */
export function keyFaults({ label, scopes, expires }: KeyInput, now: number): Faults {
  const ends = Date.parse(endOf(expires));
  return {
    ...(label === '' && { label: 'is missing' }),
    ...(scopes.length === 0 && { scopes: 'choose at least one' }),
    ...(expires !== '' && !(ends > now) && { expires: 'must be a day that is not over yet' }),
  };
}

/** A key lives to the end of its last day, UTC. */
const endOf = (day: string) => `${day}T23:59:59Z`;

export const keyBody = ({ label, scopes, expires }: KeyInput) => ({
  label,
  scopes,
  ...(expires !== '' && { expiresAt: endOf(expires) }),
});

export const keyLabels = { label: 'Label', scopes: 'Scopes', expires: 'Last day' } as const;

/** The form of a new key. Scopes that the administrator's own key lacks are not offered. */
export function keyForm(
  desk: Desk,
  action: string,
  input: KeyInput = { label: '', scopes: [], expires: '' },
  faults: Faults = {},
): Html {
  const { kind, scopes } = desk.admin;
  const mine = kind === 'platform' ? tenantScopes : tenantScopes.filter((scope) => scopes.includes(scope));
  const missing = tenantScopes.filter((scope) => !mine.includes(scope));
  const options = mine.map((scope) => ({
    value: scope,
    label: scope,
    hint: meanings[scope],
    on: input.scopes.includes(scope),
  }));
  return postForm(
    action,
    desk.session,
    html`${textField({ name: 'label', label: keyLabels.label, value: input.label, lengthMax: 100, required: true, hint: 'What the key is for, and where it lies.', fault: faults['label'] })}
${choices({
  type: 'checkbox',
  name: 'scopes',
  label: keyLabels.scopes,
  options,
  fault: faults['scopes'],
  hint:
    missing.length > 0 &&
    `Not offered: ${missing.join(', ')}. Your own key lacks ${missing.length === 1 ? 'it' : 'them'}.`,
})}
${textField({ name: 'expires', label: 'Last day (optional)', type: 'date', value: input.expires, lengthMax: 10, hint: 'UTC. Empty: the key lives until it is revoked.', fault: faults['expires'] })}
<button class="primary">Create key</button>`,
  );
}

export const keySummary = (faults: Faults): Part => summaryOf(faults, keyLabels);

/** A new key, this once. A reload of this page repeats nothing, and does not show it again. */
export function sendShownKey(
  desk: Desk,
  { key, keyId }: { readonly key?: string; readonly keyId: string },
  back: { readonly path: string; readonly label: string },
): FastifyReply {
  const shown =
    key === undefined
      ? html`<p class="note careful">The key ${keyId} was made, and shown before. It is not shown again: if nobody has it, revoke it and create another.</p>`
      : html`<p class="note careful">Copy it now: it is not shown again.</p><div class="field"><label for="new-key">API key</label><input id="new-key" class="mono" readonly value="${key}" autocomplete="off" spellcheck="false"></div>
<div class="row"><button type="button" data-copy="${key}" data-copied="Copied" hidden>Copy</button></div>`;
  const body = html`<div class="panel">${shown}</div><p><a class="button" href="${back.path}">${back.label}</a></p>`;
  return desk.page({ title: 'New key', body });
}
