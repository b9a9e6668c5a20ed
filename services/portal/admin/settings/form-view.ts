import { ownValue, type OwnSettings } from '#core/settings.ts';
import type { Part } from '../../html.ts';
import type { FieldFault } from '../../api.ts';
import type { Faults } from '../form.ts';
import { nameOf } from './fields.ts';
import { textKinds, textName, type TextKind } from './read-form.ts';
import type { SettingsNow } from './settings-now.ts';
import { settingsTable } from '#core/settings-table.ts';

/** What a message would look like; or what is wrong with its text. */
export type Preview = {
  readonly subject?: string;
  readonly text?: string;
  readonly encoding?: string;
  readonly segments?: number;
  readonly faults?: readonly string[];
};

/** The settings form as it is shown: the settings that are, and what the administrator has made of them so far. */
export type FormView = {
  readonly now: SettingsNow;
  /** As typed; may hold what the API would refuse. */
  readonly own: OwnSettings;
  /** The version that the input is based on. */
  readonly base: number;
  readonly faults: Faults;
  /** Locales that are shown although they have no text yet. */
  readonly added: Readonly<Record<'sms' | 'email', readonly string[]>>;
  readonly preview?: { readonly name: string; readonly shown: Preview };
  readonly note?: Part;
};

/** The form before anybody has typed. */
export const freshView = (now: SettingsNow, note?: Part): FormView => ({
  now,
  own: now.own,
  base: now.version,
  faults: {},
  added: { sms: [], email: [] },
  note,
});

export const isInherited = ({ own }: FormView, path: string): boolean => ownValue(own, path) === undefined;

/** The value in the control: the level's own, else the inherited one. */
export const valueOf = ({ own, now }: FormView, path: string): unknown =>
  ownValue(own, path) ?? now.inherited.get(path)?.value;

const paths = settingsTable.map(({ path }) => path);
const textPaths: readonly (readonly [string, TextKind, string])[] = [
  ['methods.sms.template.', 'sms', ''],
  ['methods.email.subject.', 'subject', ''],
  ['methods.email.template.', 'html', '.html'],
  ['methods.email.template.', 'text', '.text'],
  ['methods.email.template.', 'text', ''],
];

/** The control that a fault of the API is about: a setting, or one locale's text. */
function controlOf(field: string): string {
  for (const [prefix, kind, suffix] of textPaths) {
    if (field.startsWith(prefix) && field.endsWith(suffix)) {
      return textName(kind, field.slice(prefix.length, field.length - suffix.length));
    }
  }
  return paths.find((path) => field === path || field.startsWith(`${path}.`)) ?? field;
}

/** The API's faults by control; several of one stand in one text. */
export function faultsByControl(errors: readonly FieldFault[]): Faults {
  const found: Record<string, string> = {};
  for (const { field, message } of errors) {
    const control = controlOf(field);
    found[control] = found[control] === undefined ? message : `${found[control]}; ${message}`;
  }
  return found;
}

/** What a control is called in the summary of faults. */
export function controlName(control: string): string {
  const [kind = '', locale] = control.split('|', 2);
  if (locale === undefined || !textKinds.includes(kind as TextKind)) return nameOf(control);
  const names = { sms: 'SMS text', subject: 'Mail subject', text: 'Mail text', html: 'Mail HTML' };
  return `${names[kind as TextKind]} (${locale})`;
}
