import { sha256 } from '#core/bytes.ts';
import { canonical } from '#core/canonical.ts';
import { place, type OwnSettings } from '#core/settings.ts';
import type { Level } from '#core/settings-table.ts';
import { settingsTable } from '#core/settings-table.ts';
import { fieldsOf, type Field } from './fields.ts';

/** A form's fields; one that stands there several times is a list. */
export type FormBody = Readonly<Record<string, string | readonly string[]>>;

/** Of a form with every text of every locale, three bytes for a sign that is escaped. */
export const settingsFormBytesMax = 1_572_864;

const first = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];
const all = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** Browsers send a line break as two characters. */
const lines = (text: string) => text.replace(/\r\n?/g, '\n');

/** The four kinds of text that a locale may have; each is a field `<kind>|<locale>` of the form. */
export const textKinds = ['sms', 'subject', 'text', 'html'] as const;
export type TextKind = (typeof textKinds)[number];
export const textName = (kind: TextKind, locale: string) => `${kind}|${locale}`;

/** Stands for a value in the form, to tell whether somebody has edited it. */
export const markOf = (value: unknown): string => sha256(canonical(value)).toString('base64url').slice(0, 10);

/**
 * A level's own settings as the form states them. What the API must judge is passed on as it was typed, so that it names every fault at
 * once. A value counts as the level's own where “inherit” is not ticked, or where it was edited all the same: without scripts nobody
 * unticks it.
 */
export function readForm(body: FormBody, level: Level): OwnSettings {
  const own: Record<string, unknown> = {};
  if (level === 'tenant' && body['useSystemSettings'] !== undefined) own['useSystemSettings'] = true;
  for (const field of fieldsOf(level)) {
    const value = valueOf(body, field);
    const inherits = body[`inherit:${field.path}`] !== undefined;
    const shown = first(body[`shown:${field.path}`]);
    const edited = value !== undefined && shown !== undefined && shown !== markOf(value);
    if (value !== undefined && (!inherits || edited)) place(own, field.path, value);
  }
  const locked = level === 'platform' ? lockedIn(body) : [];
  return locked.length > 0 ? { ...own, locked } : own;
}

/** The value of a field in the form; undefined where the form does not have it. */
function valueOf(body: FormBody, { path, kind, row }: Field): unknown {
  const text = first(body[path]);
  if (kind === 'locales' || kind === 'flag') {
    if (body[`has:${path}`] === undefined) return undefined;
    return kind === 'flag' ? text !== undefined : textsIn(body, path);
  }
  if (text === undefined) return undefined;
  if (kind === 'list') return listIn(text);
  if (kind === 'number' || (kind === 'choice' && typeof row.initial === 'number')) {
    return /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : text.trim();
  }
  return kind === 'choice' ? text : text.trim();
}

const listIn = (text: string): string[] =>
  lines(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The locales that the form has a text of a kind for. */
export function localesIn(body: FormBody, kinds: readonly TextKind[]): string[] {
  const found = Object.keys(body).flatMap((name) => {
    const [kind = '', locale = ''] = name.split('|', 2);
    return kinds.includes(kind as TextKind) && locale !== '' ? [locale] : [];
  });
  return [...new Set(found)];
}

function textsIn(body: FormBody, path: string): Record<string, unknown> {
  const texts: Record<string, unknown> = Object.create(null);
  const read = (kind: TextKind, locale: string) => lines(first(body[textName(kind, locale)]) ?? '');
  if (path === 'methods.email.template') {
    for (const locale of localesIn(body, ['text', 'html'])) {
      const [text, html] = [read('text', locale), read('html', locale)];
      if (text !== '' || html !== '') texts[locale] = { text, ...(html !== '' && { html }) };
    }
    return { ...texts };
  }
  const kind = path === 'methods.sms.template' ? 'sms' : 'subject';
  for (const locale of localesIn(body, [kind])) {
    const text = read(kind, locale);
    if (text !== '') texts[locale] = text;
  }
  return { ...texts };
}

/** Locked fields; a group that was locked as one stays so while all of it is ticked. */
function lockedIn(body: FormBody): string[] {
  const ticked = new Set(all(body['lock']));
  const groups = all(body['lock-group']).filter((group) => {
    const members = settingsTable.filter(({ path, only }) => !only && path.startsWith(`${group}.`));
    return members.length > 0 && members.every(({ path }) => ticked.has(path));
  });
  const alone = [...ticked].filter((path) => !groups.some((group) => path.startsWith(`${group}.`)));
  return [...groups, ...alone];
}
