/** A field of a thing that nobody promised to have it: a library's error, a parsed answer. Never throws on a plain value. */
export function readField(thing: unknown, field: string): unknown {
  return typeof thing === 'object' && thing !== null ? Reflect.get(thing, field) : undefined;
}
