import { Unavailable } from '../unavailable.ts';

/** Reads what Redis answered; an answer of another shape than asked for rejects, for then it is not the Redis we know. */
export function toText(reply: unknown): string {
  return typeof reply === 'string' ? reply : fail();
}

/** A list of texts, as scripts and ranges answer; numbers are turned into text. */
export function toTexts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : fail();
}

/** The fields of a hash; none for a key that isn't there. */
export function toFields(reply: unknown): Record<string, string> {
  if (typeof reply !== 'object' || reply === null) return fail();
  return Object.fromEntries(Object.entries(reply).map(([name, value]) => [name, String(value)]));
}

/** The fields of a hash, which scripts answer with their values in turn; none for a key that isn't there. */
export function toHash(reply: unknown): Record<string, string> {
  const texts = toTexts(reply);
  const fields: Record<string, string> = Object.create(null);
  for (let i = 0; i < texts.length; i += 2) fields[texts[i] ?? ''] = texts[i + 1] ?? '';
  return fields;
}

function fail(): never {
  throw new Unavailable('store', 'redis gave an answer of an unknown shape');
}
