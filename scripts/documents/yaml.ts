/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const plainKey = /^[A-Za-z$_][\w$.-]*$/;
/** Words that YAML 1.1 readers take for truth values, numbers or null. */
const takenKey = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const lineMax = 100;

/** JSON data as YAML in blocks. Texts are quoted as JSON quotes them, which YAML reads the same, so nothing is guessed. */
export function toYaml(value: Json): string {
  return `${block(value, 0).trimStart()}\n`;
}

function block(value: Json, depth: number): string {
  if (isScalar(value)) return JSON.stringify(value);
  const line = inOneLine(value);
  if (line !== undefined) return line;
  const indent = '  '.repeat(depth);
  const lines = Array.isArray(value)
    ? value.map((item: Json) => `${indent}- ${block(item, depth + 1).trimStart()}`)
    : Object.entries(value).map(([name, item]: [string, Json]) => `${indent}${quoteKey(name)}:${after(item, depth)}`);
  return `\n${lines.join('\n')}`;
}

function after(item: Json, depth: number): string {
  const text = block(item, depth + 1);
  return text.startsWith('\n') ? text : ` ${text}`;
}

/** What is empty, and short lists of plain values. */
function inOneLine(value: object): string | undefined {
  if (!Array.isArray(value)) return Object.keys(value).length === 0 ? '{}' : undefined;
  const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  return value.every(isScalar) && line.length <= lineMax ? line : undefined;
}

const isScalar = (value: Json) => typeof value !== 'object' || value === null;
const quoteKey = (name: string) => (plainKey.test(name) && !takenKey.test(name) ? name : JSON.stringify(name));
