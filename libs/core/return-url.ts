/**
 * Whether `url` lies under a listed one: the same origin exactly, and its path, by whole segments, at or below the listed path. URLs
 * are compared as WHATWG URL reads them, so dots and backslashes lead nowhere. Anything that is no URL lies under nothing.
 */
export function isUnder(url: string, listed: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(listed)) return false;
  const [inner, outer] = [new URL(url), new URL(listed)];
  if (inner.origin !== outer.origin || inner.origin === 'null') return false;
  if (inner.username + inner.password !== '') return false;
  const folder = outer.pathname.endsWith('/') ? outer.pathname : `${outer.pathname}/`;
  return inner.pathname === outer.pathname || inner.pathname.startsWith(folder);
}
