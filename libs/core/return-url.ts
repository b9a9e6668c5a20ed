/**
 * Whether `url` lies under a listed one: the same origin exactly, and its path, by whole segments, at or below the listed path. URLs
 * are compared as WHATWG URL reads them, so dots and backslashes lead nowhere. Encoded slashes and empty segments below the listed path
 * are refused: servers that decode or join them would read another path than was compared. What is no URL lies under nothing.
 */
export function isUnder(url: string, listed: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(listed)) return false;
  const [inner, outer] = [new URL(url), new URL(listed)];
  if (inner.origin !== outer.origin || inner.origin === 'null') return false;
  if (inner.username + inner.password !== '') return false;
  const folder = outer.pathname.endsWith('/') ? outer.pathname : `${outer.pathname}/`;
  if (inner.pathname === outer.pathname) return true;
  const below = inner.pathname.startsWith(folder) ? inner.pathname.slice(folder.length) : '/';
  return !below.startsWith('/') && !/\/\/|%2f|%5c/i.test(below);
}
