import { fieldAt } from './fields.ts';

const shownMax = 160;
const cut = (text: string) => (text.length <= shownMax ? text : `${text.slice(0, shownMax - 1)}…`);

const modes: Readonly<Record<string, string>> = { off: 'nobody', all: 'everybody', groups: 'the groups below' };
const algorithms: Readonly<Record<string, string>> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

/** A choice in words. */
export const choiceLabel = (path: string, value: unknown): string => {
  const words = path === 'enforcement.mode' ? modes : algorithms;
  return words[String(value)] ?? String(value);
};

const units: readonly (readonly [number, string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

/** `5 minutes` of 300; empty where seconds say it best. */
export function sayDuration(seconds: number): string {
  const [size, name] = units.find(([each]) => seconds >= each && seconds % each === 0) ?? [0, ''];
  if (size === 0) return '';
  return `${seconds / size} ${name}${seconds === size ? '' : 's'}`;
}

/** A value of a setting for a reader, as text. */
export function showValue(path: string, value: unknown): string {
  const field = fieldAt(path);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : cut(value.join(', '));
  if (typeof value === 'number' && field?.unit === 'seconds') {
    const long = sayDuration(value);
    return `${value} seconds${long && ` (${long})`}`;
  }
  if (typeof value === 'number') return `${value}${field?.unit ? ` ${field.unit}` : ''}`;
  if (typeof value === 'string') {
    if (field?.kind === 'choice') return choiceLabel(path, value);
    return value === '' ? 'empty' : `“${cut(value)}”`;
  }
  if (typeof value === 'object' && value !== null) {
    const locales = Object.keys(value);
    return locales.length === 0 ? 'the built-in texts' : `texts in ${cut(locales.toSorted().join(', '))}`;
  }
  return String(value);
}
