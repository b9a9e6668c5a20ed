import type { Parts } from '#schemas/channel.ts';

/**
 * Ends an SMS with the line that binds its code to a site (WICG origin-bound one-time codes): `@host #code`, alone
 * on the last line, one space, a host and nothing else. A text that already ends so is left alone; an origin that
 * is no host adds nothing.
 */
export function addOrigin(parts: Parts, origin: string | undefined): Parts {
  const host = readHost(origin);
  if (host === undefined) return parts;
  const ending = `\n@${host} #`;
  const before = parts.at(-2);
  if (parts.at(-1) === null && typeof before === 'string' && before.endsWith(ending)) return parts;
  const bound: (string | null)[] = [...parts];
  const last = bound.at(-1);
  if (typeof last === 'string') bound[bound.length - 1] = last.trimEnd() + ending;
  else bound.push(ending);
  return [...bound, null];
}

function readHost(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const url = URL.parse(/^https:\/\//i.test(origin) ? origin : `https://${origin}`);
  const hostOnly = url !== null && url.href === `https://${url.hostname}/`;
  return hostOnly ? url.hostname : undefined;
}
